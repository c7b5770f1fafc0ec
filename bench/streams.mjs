// The fetch streams of N linked pairs, as sb-fetch and notion-fetch write them:
// rows in order of their ids, pages in that of their creation. Every tenth row
// was edited since.
//   node streams.mjs N FOLDER
import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { once } from 'node:events';

const n = Number(process.argv[2]);
const folder = process.argv[3];
const source = '00000000-0000-4000-8000-0000000da7a5';
const user = { object: 'user', id: '00000000-0000-4000-8000-00000000b07b' };
const id = (kind, i) => createHash('sha256').update(`${kind} ${i}`).digest('hex')
  .replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12}).*/, '$1-$2-4$3-8$4-$5');
const types = ['Policy', 'Architecture', 'Ops', 'UX', 'Other'];
const properties = { Decision: 'title', Type: '%3Aty', Date: 'd~te', Checksum: 'csum', Synced: 'sync' };
const text = (s) => [{ type: 'text', text: { content: s, link: null },
  annotations: { bold: false, italic: false, strikethrough: false, underline: false, code: false, color: 'default' },
  plain_text: s, href: null }];

function values(i) {
  const decision = `Decision ${i}: keep the interface of module ${i % 97} as it is, and write down why`;
  const type = types[i % types.length];
  const date = new Date(Date.UTC(2020, 0, 1 + (i % 2000))).toISOString().slice(0, 10);
  const checksum = createHash('sha256').update(`${decision}|${type}|${date}`.toLowerCase()).digest('hex');
  return { decision, type, date, checksum };
}

function row(i) {
  const v = values(i);
  if (i % 10 === 0) v.decision += ', edited';
  return { id: id('row', i), decision: v.decision, type: v.type, date: v.date,
    created_at: '2026-01-02T03:04:05.678901+00:00', updated_at: '2026-01-03T03:04:05.678901+00:00',
    notion_page_id: id('page', i), notion_synced: true, checksum: v.checksum, deleted_at: null };
}

function page(i) {
  const v = values(i);
  return { object: 'page', id: id('page', i),
    created_time: '2026-01-02T03:04:00.000Z', last_edited_time: '2026-01-02T03:04:00.000Z',
    created_by: user, last_edited_by: user, cover: null, icon: null,
    parent: { type: 'data_source_id', data_source_id: source }, in_trash: false, is_archived: false,
    properties: {
      Decision: { id: 'title', type: 'title', title: text(v.decision) },
      Type: { id: '%3Aty', type: 'multi_select', multi_select: [{ id: v.type, name: v.type, color: 'default' }] },
      Date: { id: 'd~te', type: 'date', date: { start: v.date, end: null, time_zone: null } },
      Checksum: { id: 'csum', type: 'rich_text', rich_text: text(v.checksum) },
      Synced: { id: 'sync', type: 'checkbox', checkbox: true } },
    url: `https://app.notion.com/${i}`, public_url: null };
}

const byCreation = Array.from({ length: n }, (_, i) => i + 1);
const byRowId = byCreation.map((i) => [id('row', i), i]).sort(([a], [b]) => (a < b ? -1 : 1))
  .map(([, i]) => i);

async function write(name, head, kind, order, make) {
  const out = createWriteStream(`${folder}/${name}.ndjson`);
  const line = async (o) => out.write(`${JSON.stringify(o)}\n`) || once(out, 'drain');
  await line({ kind: 'head', stream: 'fetch', v: 1, source: name, mode: 'full', at: '2026-11-23T05:00:00.123456Z', ...head });
  for (const i of order) await line({ kind, [kind]: make(i) });
  await line({ kind: 'end', source: name, count: n, complete: true, requests: 1 });
  out.end();
  await once(out, 'finish');
}

await write('supabase', { scope: 'bench.local/decision_vault', soft_delete: true }, 'row', byRowId, row);
await write('notion', { scope: source, properties, type_options: types, bot_user: user.id }, 'page', byCreation, page);
