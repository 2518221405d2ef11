// The official clients against the fixture server, which offers all that the protocol has: SDK 1.x at
// each legacy revision, client 2.x in its three modes, the Inspector's command line in each era.
// Their packages are those of ../clients. The server is named by NINEPENCE_BIN.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import path from 'node:path';
import test from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';

const here = path.dirname(fileURLToPath(import.meta.url));
const { resolve } = createRequire(path.join(here, '../clients/package.json'));
const load = (name) => import(pathToFileURL(resolve(name)));
const server = { command: process.env.NINEPENCE_BIN, args: [], env: process.env, stderr: 'inherit' };

// The SDKs take a progress message that comes in one read with the answer for one of nobody.
const isProblem = (message) => !message.startsWith('Received a progress notification for an unknown token');

async function checkLists(client) {
  const { tools } = await client.listTools();
  assert.equal(tools.length, new Set(tools.map((tool) => tool.name)).size);
  assert.ok(tools.some((tool) => tool.name === 'test_structured_array'));
  assert.equal((await client.listResources()).resources.length, 4);
  assert.equal((await client.listResourceTemplates()).resourceTemplates[0].uriTemplate, 'test://template/{id}/data');
  assert.equal((await client.listPrompts()).prompts.length, 5);
}

async function checkReads(client) {
  const { contents } = await client.readResource({ uri: 'test://template/7/data' });
  assert.equal(JSON.parse(contents[0].text).id, '7');
  await assert.rejects(client.readResource({ uri: 'test://nope' }), (error) => {
    assert.ok(error.code === -32002 || error.code === -32602, String(error.code));
    return true;
  });
  const prompt = await client.getPrompt({ name: 'test_prompt_with_arguments', arguments: { arg1: 'x', arg2: 'y' } });
  assert.equal(prompt.messages[0].content.text, "Prompt with arguments: arg1='x', arg2='y'");
  const { completion } = await client.complete({ ref: { type: 'ref/prompt', name: 'test_prompt_with_arguments' },
    argument: { name: 'arg1', value: 'par' } });
  assert.deepEqual(completion.values, ['paris', 'park', 'party']);
}

/** `withOptions`: the client's way of calling with request options. */
async function checkCalls(client, withOptions, revision) {
  const text = async (name, args = {}) => (await client.callTool({ name, arguments: args })).content[0].text;
  assert.equal(await text('test_simple_text'), 'This is a simple text response for testing.');
  const structured = await client.callTool({ name: 'test_structured_output', arguments: { amounts: [1, 2.5] } });
  if (revision >= '2025-06-18') assert.deepEqual(structured.structuredContent, { total: 3.5, currency: 'EUR', count: 2 });
  else assert.equal(structured.structuredContent, undefined);
  assert.equal(await text('test_structured_array'), '["a","b"]');
  const wrong = await client.callTool({ name: 'test_structured_output', arguments: { amounts: ['x'] } });
  assert.equal(wrong.isError, true);
  await assert.rejects(client.callTool({ name: 'nope', arguments: {} }), (error) => error.code === -32602);
  const seen = [];
  await withOptions({ name: 'test_tool_with_progress', arguments: {} }, { onprogress: (one) => seen.push(one.progress) });
  assert.deepEqual(seen.slice(0, 2), [0, 50]);
  const stop = new AbortController();
  const slow = withOptions({ name: 'test_slow', arguments: { ms: 60000 } }, { signal: stop.signal });
  stop.abort('enough');
  await assert.rejects(slow);
  assert.equal(await text('test_slow', { ms: 1 }), 'finished');
}

async function checkQuestion(client) {
  const asked = await client.callTool({ name: 'test_input_required_result_elicitation', arguments: {} });
  assert.equal(asked.content[0].text, 'Hello, Ann!');
  const rounds = await client.callTool({ name: 'test_input_required_result_multi_round', arguments: {} });
  assert.equal(rounds.content[0].text, 'Ann likes red');
}

const fill = (request) => ({ action: 'accept',
  content: 'name' in request.params.requestedSchema.properties ? { name: 'Ann' } : { color: 'red' } });

for (const revision of ['2024-11-05', '2025-03-26', '2025-06-18', '2025-11-25']) {
  test(`sdk 1.x at ${revision}`, async () => {
    const { Client } = await load('@modelcontextprotocol/sdk/client/index.js');
    const { StdioClientTransport } = await load('@modelcontextprotocol/sdk/client/stdio.js');
    const { ElicitRequestSchema } = await load('@modelcontextprotocol/sdk/types.js');
    const transport = new StdioClientTransport(server);
    const send = transport.send.bind(transport);
    // The SDK always asks for its newest revision; an older client asks for its own.
    transport.send = (message) => send(message.method !== 'initialize' ? message
      : { ...message, params: { ...message.params, protocolVersion: revision } });
    const client = new Client({ name: 'sdk1', version: '1' }, { capabilities: { elicitation: {} } });
    const problems = [];
    client.onerror = (error) => problems.push(error.message);
    client.setRequestHandler(ElicitRequestSchema, fill);
    let agreed;
    transport.setProtocolVersion = (version) => { agreed = version; };
    await client.connect(transport);
    assert.equal(agreed, revision);
    await checkLists(client);
    await checkReads(client);
    await checkCalls(client, (call, options) => client.callTool(call, undefined, options), revision);
    if (revision >= '2025-06-18') await checkQuestion(client);
    assert.deepEqual(await client.setLoggingLevel('debug'), {});
    assert.deepEqual(await client.subscribeResource({ uri: 'test://watched-resource' }), {});
    await client.close();
    assert.deepEqual(problems.filter(isProblem), []);
  });
}

for (const [name, mode, era] of [['legacy', 'legacy', 'legacy'], ['auto', 'auto', 'modern'],
  ['modern', { pin: '2026-07-28' }, 'modern']]) {
  test(`client 2.x in ${name} mode`, async () => {
    const { Client } = await load('@modelcontextprotocol/client');
    const { StdioClientTransport } = await load('@modelcontextprotocol/client/stdio');
    const client = new Client({ name: 'sdk2', version: '1' },
      { versionNegotiation: { mode }, capabilities: { elicitation: {} } });
    const problems = [];
    client.onerror = (error) => problems.push(error.message);
    client.setRequestHandler('elicitation/create', fill);
    await client.connect(new StdioClientTransport(server));
    assert.equal(client.getProtocolEra(), era);
    await checkLists(client);
    await checkReads(client);
    await checkCalls(client, (call, options) => client.callTool(call, options),
      era === 'modern' ? '2026-07-28' : '2025-11-25');
    await checkQuestion(client);
    await client.close();
    assert.deepEqual(problems.filter(isProblem), []);
  });
}

for (const era of ['legacy', 'modern', 'auto']) {
  test(`inspector with era ${era}`, async () => {
    const inspector = path.join(here, '../clients/node_modules/.bin/mcp-inspector-cli');
    const run = async (...more) => JSON.parse((await promisify(execFile)(process.execPath,
      [inspector, '--cli', server.command, '--protocol-era', era, ...more], { maxBuffer: 1 << 24 })).stdout);
    const { tools } = await run('--strict', '--method', 'tools/list');
    assert.ok(tools.length > 30);
    const answer = await run('--method', 'tools/call', '--tool-name', 'test_simple_text');
    assert.equal(answer.content[0].text, 'This is a simple text response for testing.');
  });
}
