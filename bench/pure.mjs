// The least that a script must do instead of normalize and of plan.
//   node pure.mjs normalize <FETCH-STREAMS    parse each line, hash its values
//   node pure.mjs plan <RECORDS               parse, pair by page id, compare
import { createHash } from 'node:crypto';
import { createInterface } from 'node:readline';

const lines = createInterface({ input: process.stdin, crlfDelay: Infinity });
let done = 0;

function hash({ row, page }) {
  const p = page?.properties;
  const decision = row ? row.decision : p.Decision.title.map((t) => t.plain_text).join('');
  const type = row ? row.type : p.Type.multi_select[0]?.name;
  const date = row ? row.date : p.Date.date?.start.slice(0, 10);
  return createHash('sha256').update(`${decision}|${type}|${date}`.toLowerCase()).digest('hex');
}

if (process.argv[2] === 'normalize') {
  for await (const line of lines) {
    const o = JSON.parse(line);
    if (o.kind !== 'row' && o.kind !== 'page') continue;
    console.log(JSON.stringify({ id: (o.row ?? o.page).id, checksum: hash(o) }));
    done++;
  }
} else {
  const rows = new Map();
  const pages = new Map();
  for await (const line of lines) {
    const o = JSON.parse(line);
    if (o.kind !== 'record') continue;
    (o.source === 'notion' ? pages : rows).set(o.page_id, o);
  }
  for (const [id, row] of rows) {
    const page = pages.get(id);
    if (page?.checksum === row.checksum) continue;
    console.log(JSON.stringify({ op: page ? 'update' : 'create', row_id: row.row_id, page_id: id }));
    done++;
  }
}
console.error(`${done} lines`);
