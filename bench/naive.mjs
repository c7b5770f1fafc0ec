// What one would write by hand with the official clients: read both sides, pair
// them by the link in the row, compare, write what differs; the later edit wins.
// It has no plan to read first, no journal, no merge by field, no deletions and
// no guard; a crash between a page and its link creates a duplicate.
//   node naive.mjs URL SUPABASE-KEY NOTION-KEY DATABASE-ID
import { createClient } from '@supabase/supabase-js';
import { Client, iteratePaginatedAPI } from '@notionhq/client';

const [url, supabaseKey, notionKey, database_id] = process.argv.slice(2);
// No session to keep, and no WebSocket: Node only has one from version 22 on.
const options = { auth: { persistSession: false }, realtime: { transport: class {} } };
const supabase = createClient(url, supabaseKey, options);
const table = () => supabase.from('decision_vault');
const notion = new Client({ baseUrl: url, auth: notionKey, notionVersion: '2026-03-11' });

async function must(query) {
  const { data, error } = await query;
  if (error) throw new Error(error.message);
  return data;
}

const { data_sources: [{ id: data_source_id }] } = await notion.databases.retrieve({ database_id });
const rows = [];
for (let last = '00000000-0000-0000-0000-000000000000'; ;) {
  const page = await must(table().select('*').is('deleted_at', null).gt('id', last).order('id').limit(1000));
  if (!page.length) break;
  rows.push(...page);
  last = page.at(-1).id;
}
const pages = new Map();
for await (const page of iteratePaginatedAPI(notion.dataSources.query, { data_source_id, page_size: 100 })) {
  pages.set(page.id, page);
}

const valuesOf = ({ properties: p }) => ({
  decision: p.Decision.title.map((t) => t.plain_text).join(''),
  type: p.Type.multi_select[0]?.name ?? null,
  date: p.Date.date?.start.slice(0, 10) ?? null,
});
const propertiesOf = (row) => ({
  Decision: { title: [{ text: { content: row.decision ?? '' } }] },
  Type: { multi_select: row.type ? [{ name: row.type }] : [] },
  Date: { date: row.date ? { start: row.date } : null },
});
const same = (a, b) => ['decision', 'type', 'date'].every((k) => (a[k] ?? '') === (b[k] ?? ''));

let writes = 0;
for (const row of rows) {
  const page = pages.get(row.notion_page_id);
  pages.delete(row.notion_page_id);
  if (!page) {
    if (row.notion_page_id) continue;
    const made = await notion.pages.create({
      parent: { type: 'data_source_id', data_source_id }, properties: propertiesOf(row),
    });
    await must(table().update({ notion_page_id: made.id, notion_synced: true }).eq('id', row.id));
  } else if (same(row, valuesOf(page))) {
    continue;
  } else if (new Date(page.last_edited_time) > new Date(row.updated_at)) {
    await must(table().update(valuesOf(page)).eq('id', row.id));
  } else {
    await notion.pages.update({ page_id: page.id, properties: propertiesOf(row) });
  }
  writes++;
}
for (const page of pages.values()) {
  await must(table().insert({ ...valuesOf(page), notion_page_id: page.id, notion_synced: true }));
  writes++;
}
console.log(`${rows.length} rows, ${writes} written`);
