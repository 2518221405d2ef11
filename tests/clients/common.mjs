// What any client must be able to do, whichever SDK and era. The figures are those of
// tests/support/ledger_small.sql, added up by hand: groceries of October 2026 are 88.40 + 4.72.
import assert from 'node:assert/strict';

const OCTOBER = { category: 'Groceries', period: '2026-10' };

/** `hasStructure`: the revision knows structuredContent. */
export async function checkTools(client, hasStructure) {
  const names = [];
  let cursor;
  do {
    const page = await client.listTools(cursor === undefined ? undefined : { cursor });
    names.push(...page.tools.map((tool) => tool.name));
    cursor = page.nextCursor;
  } while (cursor !== undefined);
  assert.ok(names.includes('summarize_spending') && names.includes('create_expenses'), names.join());
  assert.equal(new Set(names).size, names.length);

  const good = await client.callTool({ name: 'summarize_spending', arguments: OCTOBER });
  assert.ok(!good.isError, JSON.stringify(good));
  assert.equal(JSON.parse(good.content[0].text).total, '93.12');
  assert.equal('structuredContent' in good, hasStructure);
  if (hasStructure) assert.deepEqual(good.structuredContent, JSON.parse(good.content[0].text));

  const bad = await client.callTool({ name: 'summarize_spending', arguments: { period: '2026-13' } });
  assert.equal(bad.isError, true);
  assert.match(bad.content[0].text, /period.*2026-13/s);

  await assert.rejects(client.callTool({ name: 'no_such_tool', arguments: {} }), (error) => error.code === -32602);
}

/** `completes`: the revision has a capability for it, without which the SDK does not ask. */
export async function checkOffers(client, completes) {
  const { resources } = await client.listResources();
  assert.deepEqual(resources.map((one) => one.uri), ['ninepence://categories', 'ninepence://context']);
  const { resourceTemplates } = await client.listResourceTemplates();
  assert.ok(resourceTemplates.some((one) => one.uriTemplate === 'ninepence://months/{month}'));
  const month = await client.readResource({ uri: 'ninepence://months/2026-10' });
  assert.equal(JSON.parse(month.contents[0].text).period.from, '2026-10-01');
  await assert.rejects(client.readResource({ uri: 'ninepence://months/2026-13' }));

  const { prompts } = await client.listPrompts();
  assert.ok(prompts.some((one) => one.name === 'monthly_review'));
  const review = await client.getPrompt({ name: 'monthly_review', arguments: { month: '2026-05' } });
  assert.match(review.messages[0].content.text, /May 2026/);

  if (!completes) return;
  const { completion } = await client.complete({ ref: { type: 'ref/prompt', name: 'monthly_review' },
    argument: { name: 'month', value: '2026-1' } });
  assert.deepEqual(completion.values, ['2026-12', '2026-11', '2026-10']);
}

export async function checkManyAtOnce(client) {
  const days = Array.from({ length: 30 }, (_, n) => `2026-11-${String(n + 1).padStart(2, '0')}`);
  const answers = await Promise.all(days.map((period) =>
    client.callTool({ name: 'read_expenses', arguments: { period } })));
  answers.forEach((answer, n) =>
    assert.equal(JSON.parse(answer.content[0].text).period.from, days[n]));
}

export async function checkWrite(client) {
  const merchant = `Kiosk ${process.pid} ${Math.random().toString(36).slice(2)}`;
  const stored = await client.callTool({ name: 'create_expenses', arguments: {
    items: [{ amount: '2.50', date: '2026-11-22', category: 'Groceries', merchant }] } });
  assert.ok(!stored.isError, JSON.stringify(stored));
  const id = JSON.parse(stored.content[0].text).rows[0].after.id;
  const found = await client.callTool({ name: 'read_expenses', arguments: { merchant, period: 'today' } });
  assert.deepEqual(JSON.parse(found.content[0].text).rows.map((row) => row.id), [id]);
  const gone = await client.callTool({ name: 'delete_expenses', arguments: { ids: [id] } });
  assert.ok(!gone.isError, JSON.stringify(gone));
}

export async function checkCancel(client) {
  const stop = new AbortController();
  const call = client.callTool({ name: 'read_expenses', arguments: { period: 'all', limit: 100 } },
    ...client.abortArguments(stop.signal));
  stop.abort('changed my mind');
  await assert.rejects(call);
  const after = await client.callTool({ name: 'check_health', arguments: {} });
  assert.ok(!after.isError);
}

/** What the client complained of: nothing but, perhaps, the answer that was on its way when the call
 * was cancelled. */
export function assertOnlyLateAnswers(problems) {
  const others = problems.filter((text) => !/unknown message ID/.test(text));
  assert.deepEqual(others, []);
  assert.ok(problems.length <= 1, problems.join('\n'));
}
