// The Inspector's command line, which checks every schema of the tool list.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import path from 'node:path';
import test from 'node:test';
import { promisify } from 'node:util';
import { parameters, root } from './server.mjs';

const inspector = path.join(root, 'tests/clients/node_modules/.bin/mcp-inspector-cli');

async function inspect(...more) {
  const { command, args, env } = parameters();
  const given = Object.entries(env).flatMap(([key, value]) => ['-e', `${key}=${value}`]);
  const done = await promisify(execFile)(process.execPath,
    [inspector, '--cli', ...given, command, ...args, ...more], { cwd: root, maxBuffer: 1 << 24 });
  return JSON.parse(done.stdout);
}

test('inspector lists the tools', async () => {
  const { tools } = await inspect('--method', 'tools/list');
  assert.ok(tools.some((tool) => tool.name === 'summarize_spending'));
});

test('inspector calls a tool with text arguments', async () => {
  const answer = await inspect('--method', 'tools/call', '--tool-name', 'summarize_spending',
    '--tool-arg', 'category=Groceries', '--tool-arg', 'period=2026-10');
  assert.equal(answer.structuredContent.total, '93.12');
});

test('inspector reads a month', async () => {
  const { contents } = await inspect('--method', 'resources/read', '--uri', 'ninepence://months/2026-10');
  assert.equal(JSON.parse(contents[0].text).period.from, '2026-10-01');
});

test('inspector gets a prompt', async () => {
  const { messages } = await inspect('--method', 'prompts/get', '--prompt-name', 'monthly_review',
    '--prompt-args', 'month=2026-05');
  assert.match(messages[0].content.text, /May 2026/);
});
