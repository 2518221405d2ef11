#!/usr/bin/env node
// Validates every line a server wrote (a --trace file of bridge.mjs) against the
// official schema of the revision in use, and reports fields that the revision
// does not know. usage: node check-trace.mjs [--schemas DIR] [--max N] TRACE.jsonl
// Exit 1 if a line violates its schema or leaks a field of a later revision.
// Uses ajv (comes with the conformance suite; also pinned in package.json).
import fs from 'node:fs';
import path from 'node:path';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const here = path.dirname(fileURLToPath(import.meta.url));
const av = process.argv.slice(2);
const shared = process.env.NINEPENCE_SHARED ?? path.join(here, '../../../shared');
let schemas = path.join(shared, 'mcp-schema'), max = 20, file = null;
for (let i = 0; i < av.length; i++) {
  if (av[i] === '--schemas') schemas = av[++i];
  else if (av[i] === '--max') max = Number(av[++i]);
  else file = av[i];
}
if (!fs.existsSync(schemas)) { console.log(`NOT RUN: the official schemas are not at ${schemas}`); process.exit(0); }
if (!file) { console.error('usage: node check-trace.mjs [--schemas DIR] [--max N] TRACE.jsonl'); process.exit(2); }
const require = createRequire(import.meta.url);
const Ajv = require('ajv').default, Ajv2020 = require('ajv/dist/2020.js').default;

const RESULT = {
  initialize: 'InitializeResult', ping: 'EmptyResult', 'logging/setLevel': 'EmptyResult',
  'resources/subscribe': 'EmptyResult', 'resources/unsubscribe': 'EmptyResult',
  'tools/list': 'ListToolsResult', 'tools/call': 'CallToolResult', 'resources/list': 'ListResourcesResult',
  'resources/templates/list': 'ListResourceTemplatesResult', 'resources/read': 'ReadResourceResult',
  'prompts/list': 'ListPromptsResult', 'prompts/get': 'GetPromptResult', 'completion/complete': 'CompleteResult',
  'server/discover': 'DiscoverResult', 'subscriptions/listen': 'SubscriptionsListenResult'
};
const OUT = {
  'notifications/progress': 'ProgressNotification', 'notifications/message': 'LoggingMessageNotification',
  'notifications/cancelled': 'CancelledNotification', 'notifications/resources/updated': 'ResourceUpdatedNotification',
  'notifications/resources/list_changed': 'ResourceListChangedNotification', 'notifications/tools/list_changed': 'ToolListChangedNotification',
  'notifications/prompts/list_changed': 'PromptListChangedNotification', 'notifications/subscriptions/acknowledged': 'SubscriptionsAcknowledgedNotification',
  'elicitation/create': 'ElicitRequest', 'sampling/createMessage': 'CreateMessageRequest', 'roots/list': 'ListRootsRequest', ping: 'PingRequest'
};
const CONTENT = { text: 'TextContent', image: 'ImageContent', audio: 'AudioContent', resource: 'EmbeddedResource', resource_link: 'ResourceLink' };

const revs = {};
function rev(name) {
  if (revs[name]) return revs[name];
  const s = JSON.parse(fs.readFileSync(path.join(schemas, `${name}.json`)));
  const key = s.$defs ? '$defs' : 'definitions';
  const ajv = new (key === '$defs' ? Ajv2020 : Ajv)({ strict: false, allErrors: false, validateFormats: false });
  ajv.addSchema({ ...s, $id: `mcp:${name}` });
  const cache = {};
  return (revs[name] = { defs: s[key], valid(def, v) {
    cache[def] ??= ajv.compile({ $ref: `mcp:${name}#/${key}/${def}` });
    return cache[def](v) ? null : ajv.errorsText(cache[def].errors, { dataVar: def });
  } });
}

const stat = { lines: 0, responses: 0, errors: 0, notifications: 0, requests: 0, perRevision: {} };
const problems = new Map();
const problem = (r, t, line) => { const k = `${r}: ${t}`; const p = problems.get(k) ?? { n: 0, line }; p.n++; problems.set(k, p); };

// Fields that the revision's definition does not list.
function leaks(r, def, v, where) {
  const d = rev(r).defs[def];
  if (!d) { problem(r, `${where}: ${def} does not exist in this revision`); return; }
  if (!d.properties) return;
  for (const k of Object.keys(v)) if (!(k in d.properties)) problem(r, `${where}: field "${k}" is not in ${def}`);
}
function deep(r, def, v) {
  leaks(r, def, v, def);
  for (const t of v.tools ?? []) { leaks(r, 'Tool', t, 'Tool'); if (t.annotations) leaks(r, 'ToolAnnotations', t.annotations, 'Tool.annotations'); }
  for (const t of v.resources ?? []) leaks(r, 'Resource', t, 'Resource');
  for (const t of v.resourceTemplates ?? []) leaks(r, 'ResourceTemplate', t, 'ResourceTemplate');
  for (const t of v.prompts ?? []) { leaks(r, 'Prompt', t, 'Prompt'); for (const a of t.arguments ?? []) leaks(r, 'PromptArgument', a, 'PromptArgument'); }
  for (const c of v.content ?? []) leaks(r, CONTENT[c.type] ?? 'ContentBlock', c, `content(${c.type})`);
  for (const m of v.messages ?? []) if (CONTENT[m.content?.type]) leaks(r, CONTENT[m.content.type], m.content, `message(${m.content.type})`);
  for (const c of v.contents ?? []) leaks(r, 'text' in c ? 'TextResourceContents' : 'BlobResourceContents', c, 'contents');
  if (v.serverInfo) leaks(r, 'Implementation', v.serverInfo, 'serverInfo');
  if (v.capabilities) leaks(r, 'ServerCapabilities', v.capabilities, 'capabilities');
  const info = v._meta?.['io.modelcontextprotocol/serverInfo'];
  if (info) { if (r < '2026') problem(r, `${def}: _meta carries io.modelcontextprotocol/serverInfo`); else leaks(r, 'Implementation', info, '_meta serverInfo'); }
}

const kids = new Map(); // child -> { rev, reqs }
for (const raw of fs.readFileSync(file, 'utf8').split('\n')) {
  if (!raw) continue;
  const t = JSON.parse(raw);
  const kid = kids.get(t.child) ?? { rev: null, reqs: new Map() };
  kids.set(t.child, kid);
  let parsed;
  try { parsed = JSON.parse(t.line); } catch { if (t.dir === 'out') problem('any', 'stdout line is not JSON', t.line); continue; }
  for (const m of Array.isArray(parsed) ? parsed : [parsed]) {
    if (t.dir === 'in') {
      if (m.method && 'id' in m) kid.reqs.set(JSON.stringify(m.id), { method: m.method, rev: m.params?._meta?.['io.modelcontextprotocol/protocolVersion'] });
      continue;
    }
    stat.lines++;
    const known = (r) => (r && fs.existsSync(path.join(schemas, `${r}.json`)) ? r : null);
    const q = 'id' in m && !m.method ? kid.reqs.get(JSON.stringify(m.id)) : undefined;
    if (q?.method === 'initialize' && m.result) kid.rev = m.result.protocolVersion;
    const r = known(q?.rev) ?? known(kid.rev) ?? '2026-07-28';
    stat.perRevision[r] = (stat.perRevision[r] ?? 0) + 1;
    const R = rev(r);
    const say = (e) => e && problem(r, e, t.line);
    if (m.method) {
      const def = OUT[m.method];
      if ('id' in m) stat.requests++; else stat.notifications++;
      if (!def || !R.defs[def]) { problem(r, `${m.method} is not a message of this revision`, t.line); continue; }
      say(R.valid(def, m));
      let pd = R.defs[def].properties?.params;
      if (pd?.$ref) pd = R.defs[pd.$ref.split('/').pop()];
      if (pd?.properties) for (const k of Object.keys(m.params ?? {})) if (!(k in pd.properties)) problem(r, `${def}: field "params.${k}" is not in this revision`);
    } else if (m.error) {
      stat.errors++;
      const def = R.defs.JSONRPCErrorResponse ? 'JSONRPCErrorResponse' : 'JSONRPCError';
      // JSON-RPC wants id null where the id could not be read; the schemas know only "absent".
      say(R.valid(def, m.id === null ? { ...m, id: 0 } : m));
      if (r >= '2026' && (m.error.code === -32002 || m.error.code === -32042)) problem(r, `error code ${m.error.code} must not be used`, t.line);
      if (m.error.code <= -32020 && m.error.code >= -32099 && !(m.error.code >= -32022)) problem(r, `error code ${m.error.code} is reserved`, t.line);
      const special = { '-32021': 'MissingRequiredClientCapabilityError', '-32022': 'UnsupportedProtocolVersionError' }[m.error.code];
      if (special) { const e = rev('2026-07-28').valid(special, m); if (e) problem(r, e, t.line); }
    } else {
      stat.responses++;
      if (!q) { problem(r, 'response to an unknown request', t.line); continue; }
      const def = m.result?.resultType === 'input_required' ? 'InputRequiredResult' : RESULT[q.method];
      if (!def || !R.defs[def]) { problem(r, `result for ${q.method}, which this revision does not have`, t.line); continue; }
      say(R.valid(def, m.result));
      deep(r, def, m.result);
    }
  }
}
let i = 0;
for (const [k, p] of problems) { if (i++ === max) { console.log(`... ${problems.size - max} more kinds`); break; } console.log(`${p.n}x ${k}${p.line ? `\n    ${p.line.slice(0, 300)}` : ''}`); }
console.log(JSON.stringify(stat));
console.log(problems.size ? `FAIL: ${problems.size} kinds of problems` : 'PASS: every line fits its revision');
process.exit(problems.size ? 1 : 0);
