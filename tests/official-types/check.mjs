// Checks exchanges, as record.mjs writes them, against the clients' types.
//   node check.mjs SCHEMAS <JOBS
// A job is a line: ask, answer, or ask,answer; the file of exchanges; and that for what is
// said of them. There each misfit is a line, with the exchange's number; the last line
// counts what was checked, by route. Then 1 is printed where there was a misfit, else 0.
// To compile the types takes seconds, so one process does all jobs.
import { readFileSync, writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import Ajv from 'ajv';
import * as endpoints from '@notionhq/client/build/src/api-endpoints.js';

const [schemas] = process.argv.slice(2);
// To make the code that checks shorter takes longer than all that it checks here.
const ajv = new Ajv({ strict: false, allErrors: true, code: { optimize: false } });
ajv.addSchema(JSON.parse(readFileSync(schemas)), 'types');

const routes = [
  ['GET', '/v1/users/me', 'getSelf'],
  ['GET', '/v1/databases/:database_id', 'getDatabase'],
  ['POST', '/v1/databases', 'createDatabase'],
  ['GET', '/v1/data_sources/:data_source_id', 'getDataSource'],
  ['PATCH', '/v1/data_sources/:data_source_id', 'updateDataSource'],
  ['POST', '/v1/data_sources/:data_source_id/query', 'queryDataSource'],
  ['POST', '/v1/pages', 'createPage'],
  ['GET', '/v1/pages/:page_id', 'getPage'],
  ['PATCH', '/v1/pages/:page_id', 'updatePage'],
  ['GET', '/v1/pages/:page_id/properties/:property_id', 'getPageProperty'],
  ['GET', '/v1/blocks/:block_id/children', 'listBlockChildren'],
].map(([method, path, name]) => ({ method, path: path.split('/'), name }));

// The complaints that say something: of a union's branches only those for the
// kind of object that it is, and of these the deepest.
function telling(errors) {
  const others = errors.filter((e) => e.keyword === 'const')
    .map((e) => e.schemaPath.replace(/\/properties\/\w+\/const$/, '/'));
  const left = errors.filter((e) => e.keyword !== 'anyOf' && !others.some((o) => e.schemaPath.startsWith(o)));
  const depth = (e) => e.instancePath.split('/').length;
  const deepest = Math.max(...(left.length ? left : errors).map(depth));
  return (left.length ? left : errors).filter((e) => depth(e) === deepest).slice(0, 4)
    .map((e) => `${e.instancePath || '/'} ${e.message} ${JSON.stringify(e.params)}`).join('; ');
}

// Null where the value is of the type, else what is wrong.
function misfit(type, value) {
  const validate = ajv.getSchema(`types#/definitions/${type}`);
  return validate(value) ? null : telling(validate.errors);
}

function routeOf(method, path) {
  const at = path.split('/');
  const route = routes.find((r) => r.method === method && r.path.length === at.length &&
    r.path.every((p, i) => p.startsWith(':') || p === at[i]));
  if (!route) return null;
  const named = route.path.flatMap((p, i) => (p.startsWith(':') ? [[p.slice(1), decodeURIComponent(at[i])]] : []));
  return { name: route.name, inPath: Object.fromEntries(named) };
}

// What the reference has and the client's types lack: only archived pages.
// https://developers.notion.com/reference/query-a-data-source
const documented = { queryDataSource: { is_archived: 'boolean' } };

// A request as the client's user puts it, one object, each parameter taken from
// the place where the client puts it.
function askMisfit({ name, inPath }, { query, request }) {
  const { queryParams, bodyParams } = endpoints[name];
  const ask = { ...inPath };
  for (const [key, text] of new URLSearchParams(query)) {
    const plain = key.replace(/\[\]$/, '');
    if (!queryParams.includes(plain)) return `${key} does not belong into the query`;
    if (plain === 'filter_properties') (ask[plain] ??= []).push(text);
    else ask[plain] = plain === 'page_size' ? Number(text) : text;
  }
  for (const [key, value] of Object.entries(request ?? {})) {
    if (documented[name]?.[key] === typeof value) continue;
    if (!bodyParams.includes(key)) return `${key} does not belong into the body`;
    ask[key] = value;
  }
  return misfit(`${name}_ask`, ask);
}

function notion(x, parts, tell) {
  const route = routeOf(x.method, x.path);
  if (!route) return null;
  // Every answer has it, and the client hands it on; the types don't name it.
  if (x.response) delete x.response.request_id;
  if (parts.includes('ask')) tell('request', askMisfit(route, x));
  if (parts.includes('answer')) tell('answer', misfit(x.status < 400 ? `${route.name}_answer` : 'notion_error', x.response));
  return x.status < 400 ? route.name : `error ${x.status}`;
}

function supabaseAsk({ method, query, request }) {
  for (const [key, text] of new URLSearchParams(query)) {
    if (['limit', 'offset', 'or', 'and'].includes(key)) continue;
    const columns = ['select', 'columns', 'order', 'on_conflict'].includes(key)
      ? text.split(',').map((c) => c.split('.')[0].replaceAll('"', '')) : [key];
    for (const column of columns) {
      const wrong = misfit('supabase_column', column);
      if (wrong && column !== '*') return `column ${column}: ${wrong}`;
    }
  }
  if (method === 'GET' || method === 'HEAD') return request === null ? null : 'a body';
  const type = method === 'POST' ? 'supabase_insert' : 'supabase_update';
  return [request].flat().map((row) => misfit(type, row)).find((wrong) => wrong) ?? null;
}

function supabase(x, parts, tell) {
  if (x.path !== '/rest/v1/decision_vault') return null;
  if (parts.includes('ask')) tell('request', supabaseAsk(x));
  if (parts.includes('answer') && x.response !== null) {
    const type = x.status >= 400 ? 'supabase_error' : x.single ? 'supabase_row' : 'supabase_rows';
    tell('answer', misfit(type, x.response));
  }
  return x.status < 400 ? `rows ${x.method}` : `rows error ${x.status}`;
}

function check(parts, exchanges) {
  const counts = {};
  const told = [];
  exchanges.forEach((line, i) => {
    const x = JSON.parse(line);
    const tell = (part, what) => {
      if (what !== null) told.push(`${i + 1}: ${x.method} ${x.path} ${x.status}: ${part}: ${what}`);
    };
    const checked = x.path.startsWith('/rest/') ? supabase(x, parts, tell) : notion(x, parts, tell);
    const key = checked ?? `no type: ${x.method} ${x.path.split('/').slice(0, 3).join('/')}`;
    counts[key] = (counts[key] ?? 0) + 1;
  });
  return { counts, told };
}

for await (const job of createInterface({ input: process.stdin })) {
  const [parts, from, to] = job.split(' ');
  const { counts, told } = check(parts.split(','), readFileSync(from, 'utf8').split('\n').filter((line) => line));
  writeFileSync(to, [...told, JSON.stringify(counts), ''].join('\n'));
  console.log(told.length ? 1 : 0);
}
