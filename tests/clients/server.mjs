// How the clients start the server: exactly as mcp.json at the top of the repository says, with the
// variables in it filled in as a client does. NINEPENCE_BIN names another build of the same program,
// NINEPENCE_TRACE a folder in which every line is recorded.
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const here = path.dirname(fileURLToPath(import.meta.url));
export const root = path.resolve(here, '../..');

/** ${NAME} and ${NAME:-default}; an unset ${NAME} stays as it is, as in Claude Code. */
function fill(text) {
  return text.replace(/\$\{(\w+)(?::-([^}]*))?\}/g, (all, name, other) => process.env[name] ?? other ?? all);
}

export function declared() {
  const file = JSON.parse(fs.readFileSync(path.join(root, 'mcp.json'), 'utf8'));
  const server = file.mcpServers.ninepence;
  const env = Object.fromEntries(Object.entries(server.env ?? {}).map(([k, v]) => [k, fill(v)]));
  return { command: fill(server.command), args: (server.args ?? []).map(fill), env };
}

let number = 0;

/** Parameters for a StdioClientTransport of either SDK. */
export function parameters() {
  const { command, args, env } = declared();
  const run = { command: process.env.NINEPENCE_BIN ?? command, args, cwd: root, stderr: 'pipe',
    env: { ...env, PATH: process.env.PATH, HOME: process.env.HOME } };
  for (const name of ['NINEPENCE_NOW', 'XDG_DATA_HOME', 'XDG_RUNTIME_DIR', 'ASAN_OPTIONS', 'UBSAN_OPTIONS'])
    if (process.env[name]) run.env[name] = process.env[name];
  if (process.env.NINEPENCE_TRACE) {
    const file = path.join(process.env.NINEPENCE_TRACE, `client-${process.pid}-${++number}.jsonl`);
    run.args = [path.join(root, 'tests/support/tee.py'), file, '--', run.command, ...run.args];
    run.command = '/usr/bin/python3';
  }
  return run;
}

/** Whether the process is there (a zombie is not). */
export function isAlive(pid) {
  try {
    const stat = fs.readFileSync(`/proc/${pid}/stat`, 'utf8');
    return !/^[ZX]/.test(stat.slice(stat.lastIndexOf(')') + 2));
  } catch {
    return false;
  }
}

/** Resolves when condition() holds; rejects after ten seconds, longer on slow machines. */
export async function until(condition, what) {
  const end = Date.now() + 10000 * Number(process.env.NINEPENCE_TEST_TIMEOUT_MULTIPLIER ?? 1);
  while (!condition()) {
    if (Date.now() > end) throw new Error(`waited too long for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5)); // lint-ok: sleeps (looks again)
  }
}
