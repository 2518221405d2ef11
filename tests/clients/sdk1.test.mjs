// The official TypeScript SDK 1.x at each legacy revision.
import assert from 'node:assert/strict';
import test from 'node:test';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { assertOnlyLateAnswers, checkCancel, checkManyAtOnce, checkOffers, checkTools, checkWrite } from './common.mjs';
import { isAlive, parameters, until } from './server.mjs';

/** The SDK always asks for its newest revision; an older client asks for its own. */
class Asking extends StdioClientTransport {
  constructor(run, revision) {
    super(run);
    this.revision = revision;
  }

  send(message) {
    if (message.method === 'initialize')
      message = { ...message, params: { ...message.params, protocolVersion: this.revision } };
    return super.send(message);
  }
}

for (const revision of ['2024-11-05', '2025-03-26', '2025-06-18', '2025-11-25']) {
  test(`sdk 1.x speaks ${revision} with the server`, async () => {
    const transport = new Asking(parameters(), revision);
    const client = new Client({ name: 'sdk1-test', version: '1' });
    const problems = [];
    client.onerror = (error) => problems.push(error.message.slice(0, 200));
    let agreed;
    transport.setProtocolVersion = (version) => { agreed = version; };
    await client.connect(transport);
    const pid = transport.pid;
    assert.equal(agreed, revision);
    assert.equal(client.getServerVersion().name, 'ninepence');
    assert.match(client.getInstructions(), /2026-11-22/);
    assert.ok(client.getServerCapabilities().tools);
    assert.deepEqual(await client.ping(), {});
    await checkTools(client, revision >= '2025-06-18');
    await checkOffers(client, revision > '2024-11-05');
    await checkManyAtOnce(client);
    await checkWrite(client);
    client.abortArguments = (signal) => [undefined, { signal }];
    await checkCancel(client);
    await client.close();
    await until(() => !isAlive(pid), 'the server to end');
    assertOnlyLateAnswers(problems);
  });
}
