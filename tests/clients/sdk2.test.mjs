// The official TypeScript client 2.x in its three ways of agreeing on an era.
import assert from 'node:assert/strict';
import test from 'node:test';
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { assertOnlyLateAnswers, checkCancel, checkManyAtOnce, checkOffers, checkTools, checkWrite } from './common.mjs';
import { isAlive, parameters, until } from './server.mjs';

const MODERN = '2026-07-28';

for (const [name, mode, era] of [['legacy', 'legacy', 'legacy'], ['auto', 'auto', 'modern'],
  ['modern', { pin: MODERN }, 'modern']]) {
  test(`client 2.x in ${name} mode works with the server`, async () => {
    const transport = new StdioClientTransport(parameters());
    const client = new Client({ name: 'sdk2-test', version: '1' }, { versionNegotiation: { mode } });
    const problems = [];
    client.onerror = (error) => problems.push(error.message.slice(0, 200));
    await client.connect(transport);
    const pid = transport.pid;
    assert.equal(client.getProtocolEra(), era);
    assert.equal(client.getNegotiatedProtocolVersion(), era === 'modern' ? MODERN : '2025-11-25');
    assert.match(client.getInstructions(), /2026-11-22/);
    if (era === 'legacy') assert.deepEqual(await client.ping(), {});
    else assert.ok((await client.discover()).supportedVersions.includes(MODERN));
    await checkTools(client, true);
    await checkOffers(client, true);
    await checkManyAtOnce(client);
    await checkWrite(client);
    client.abortArguments = (signal) => [{ signal }];
    await checkCancel(client);
    await client.close();
    await until(() => !isAlive(pid), 'the server to end');
    assertOnlyLateAnswers(problems);
  });
}
