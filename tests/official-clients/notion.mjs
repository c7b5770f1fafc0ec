// What users of @notionhq/client do with a database of decisions, done at the
// sandbox: every answer must be one that the client takes.
//   node notion.mjs URL KEY DATABASE-ID
import assert from 'node:assert/strict';
import {
  APIErrorCode, Client, collectPaginatedAPI, isFullDataSource, isFullDatabase, isFullPage, isNotionClientError,
} from '@notionhq/client';

const [baseUrl, auth, database_id] = process.argv.slice(2);
const options = { baseUrl, auth, notionVersion: '2026-03-11', retry: false, logger() {} };
const notion = new Client(options);
let calls = 0;

async function ok(promise) {
  const answer = await promise;
  calls++;
  return answer;
}

async function refused(code, promise) {
  calls++;
  await assert.rejects(promise, (e) => {
    assert.ok(isNotionClientError(e), e);
    assert.equal(e.code, code, e.message);
    return true;
  });
}

const me = await ok(notion.users.me({}));
assert.equal(me.type, 'bot');
const database = await ok(notion.databases.retrieve({ database_id }));
assert.ok(isFullDatabase(database));
const data_source_id = database.data_sources[0].id;
const source = await ok(notion.dataSources.retrieve({ data_source_id }));
assert.ok(isFullDataSource(source));
assert.equal(source.properties.Decision.type, 'title');

const text = (content) => [{ type: 'text', text: { content } }];
const make = (decision, type, start) => ok(notion.pages.create({
  parent: { type: 'data_source_id', data_source_id },
  properties: {
    Decision: { title: text(decision) },
    Type: { multi_select: type.map((name) => ({ name })) },
    Date: { date: start ? { start } : null },
  },
}));
const page = await make('one', ['Ops', 'New option'], '2026-01-02');
assert.ok(isFullPage(page));
assert.equal(page.parent.data_source_id, data_source_id);
assert.deepEqual(page.properties.Type.multi_select.map((o) => o.name), ['Ops', 'New option']);
for (let i = 0; i < 5; i++) await make(`more ${i}`, [], null);

const read = await ok(notion.pages.retrieve({ page_id: page.id }));
assert.equal(read.properties.Date.date.start, '2026-01-02');
const title = await ok(notion.pages.properties.retrieve({ page_id: page.id, property_id: 'title' }));
assert.equal(title.object, 'list');
assert.equal(title.results[0].title.plain_text, 'one');
const few = await ok(notion.pages.retrieve({ page_id: page.id, filter_properties: ['title'] }));
assert.deepEqual(Object.keys(few.properties), ['Decision']);

const query = (more) => ok(notion.dataSources.query({ data_source_id, ...more }));
const first = await query({ page_size: 4, sorts: [{ timestamp: 'created_time', direction: 'ascending' }] });
assert.equal(first.results.length, 4);
assert.equal(first.has_more, true);
const all = await collectPaginatedAPI(notion.dataSources.query, { data_source_id, page_size: 2 });
calls += 3;
assert.equal(new Set(all.map((p) => p.id)).size, 6);
const found = async (filter) => (await query({ filter })).results.length;
assert.equal(await found({ property: 'Decision', title: { equals: 'one' } }), 1);
assert.equal(await found({ property: 'Type', multi_select: { contains: 'Ops' } }), 1);
assert.equal(await found({ property: 'Date', date: { is_empty: true } }), 5);
assert.equal(await found({ and: [
  { property: 'Decision', title: { starts_with: 'more' } },
  { timestamp: 'created_time', created_time: { past_week: {} } }] }), 5);

const changed = await ok(notion.pages.update({
  page_id: page.id,
  properties: { Decision: { title: text('one, edited') }, Date: { date: null } },
}));
assert.equal(changed.properties.Decision.title[0].plain_text, 'one, edited');
assert.equal(changed.properties.Date.date, null);
assert.equal((await ok(notion.pages.update({ page_id: page.id, in_trash: true }))).in_trash, true);
await refused(APIErrorCode.ValidationError,
  notion.pages.update({ page_id: page.id, properties: { Decision: { title: text('no') } } }));
assert.equal((await ok(notion.pages.update({ page_id: page.id, in_trash: false }))).in_trash, false);

await refused(APIErrorCode.ObjectNotFound,
  notion.pages.retrieve({ page_id: '11111111-1111-4111-8111-111111111111' }));
await refused(APIErrorCode.ValidationError, make('x'.repeat(2001), [], null));
await refused(APIErrorCode.ValidationError, make('comma', ['a,b'], null));
await refused(APIErrorCode.ValidationError,
  query({ filter: { property: 'Nothing', title: { equals: 'x' } } }));
await refused(APIErrorCode.Unauthorized, new Client({ ...options, auth: 'ntn_wrong' }).users.me({}));

// A rate limit, as the client meets it; its own retries then bring it through.
const fault = (spec) => fetch(`${baseUrl}/control/faults`, { method: 'POST', body: JSON.stringify(spec) });
await fault({ status: 429, retry_after: 0 });
await refused(APIErrorCode.RateLimited, notion.users.me({}));
await fault({ status: 429, retry_after: 0 });
await ok(new Client({ ...options, retry: { maxRetries: 2, initialRetryDelayMs: 1 } }).users.me({}));
await fault({ status: 503 });
await refused(APIErrorCode.ServiceUnavailable, notion.users.me({}));

console.log(`${calls} calls`);
