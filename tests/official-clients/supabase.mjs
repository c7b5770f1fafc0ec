// What users of supabase-js do with the table, done at the sandbox: every
// answer must be one that the client takes.
//   node supabase.mjs URL SECRET-KEY PUBLISHABLE-KEY
import assert from 'node:assert/strict';
import { createClient } from '@supabase/supabase-js';

const [url, secret, publishable] = process.argv.slice(2);
// No session to keep, and no WebSocket: Node has one from version 22 on only.
const options = { auth: { persistSession: false }, realtime: { transport: class {} } };
const db = createClient(url, secret, options);
const table = () => db.from('decision_vault');
let calls = 0;

// Runs a query that must succeed; its answer.
async function ok(query) {
  const answer = await query;
  calls++;
  assert.equal(answer.error, null, JSON.stringify(answer.error));
  return answer;
}

// Runs a query that must fail with this code.
async function refused(code, query) {
  const answer = await query;
  calls++;
  assert.equal(answer.data, null);
  assert.equal(answer.error?.code, code, JSON.stringify(answer.error));
}

const made = await ok(table().insert({ decision: 'one', type: 'Ops', date: '2026-01-02' }).select().single());
assert.equal(made.status, 201);
assert.equal(made.data.decision, 'one');
assert.match(made.data.created_at, /^\d{4}-\d\d-\d\dT[\d:.]+\+00:00$/);
const { id } = made.data;

assert.equal((await ok(table().insert({ decision: 'no answer wanted' }))).data, null);
const many = await ok(table().insert([{ decision: 'two' }, { decision: 'three', type: 'UX' }]).select());
assert.deepEqual(many.data.map((r) => r.type), [null, 'UX']);
await refused('23505', table().insert({ id }).select());
await refused('22P02', table().select().eq('id', 'no uuid'));
await refused('22008', table().insert({ date: '2026-02-30' }).select());
await refused('42703', table().select('nothing'));
await refused('PGRST204', table().insert({ nothing: 1 }));
await refused('PGRST205', db.from('nothing').select());
await refused('PGRST116', table().select().eq('decision', 'nobody').single());

assert.equal((await ok(table().select().eq('decision', 'nobody').maybeSingle())).data, null);
assert.equal((await ok(table().select().eq('id', id).single())).data.id, id);
const page = await ok(table().select('id,decision', { count: 'exact' }).order('id').range(0, 1));
assert.equal(page.count, 4);
assert.equal(page.data.length, 2);
const rest = await ok(table().select('id').gt('id', page.data[1].id).order('id').limit(10));
assert.equal(rest.data.length, 2);
assert.equal((await ok(table().select('*', { count: 'exact', head: true }))).count, 4);
const some = async (filter) => (await ok(filter(table().select()))).data.length;
assert.equal(await some((q) => q.is('type', null)), 2);
assert.equal(await some((q) => q.not('type', 'is', null)), 2);
assert.equal(await some((q) => q.in('decision', ['one', 'a,b', 'q"uote', 'p(a)r'])), 1);
assert.equal(await some((q) => q.neq('type', 'Ops')), 1);
assert.equal(await some((q) => q.gte('date', '2026-01-01').lt('date', '2027-01-01')), 1);
assert.equal(await some((q) => q.or('decision.eq.two,and(type.eq.UX,decision.eq.three)')), 2);
assert.equal(await some((q) => q.order('date', { ascending: false, nullsFirst: false })), 4);

const changed = await ok(table().update({ type: 'Policy' }).eq('id', id).eq('type', 'Ops').select());
assert.equal(changed.data.length, 1);
const missed = await ok(table().update({ type: 'X' }).eq('id', id).eq('type', 'Ops').select());
assert.deepEqual(missed.data, []);
assert.equal((await ok(table().update({ type: 'Ops' }).eq('id', id))).status, 204);
const upserted = await ok(table().upsert({ id, decision: 'one, again' }).select().single());
assert.equal(upserted.data.decision, 'one, again');
assert.equal(upserted.data.type, 'Ops');
const ignored = await ok(
  table().upsert({ id, decision: 'not taken' }, { onConflict: 'id', ignoreDuplicates: true }).select());
assert.deepEqual(ignored.data, []);
const odd = 'a+b & c=d, "q" (x) é\u{1f600}\n%';
await ok(table().insert({ decision: odd }));
assert.equal((await ok(table().select().eq('decision', odd))).data.length, 1);

const gone = await ok(table().delete().eq('decision', 'two').select('id'));
assert.equal(gone.data.length, 1);

const anon = createClient(url, publishable, options);
assert.deepEqual((await ok(anon.from('decision_vault').select())).data, []);
await refused('42501', anon.from('decision_vault').insert({ decision: 'not mine' }).select());
const wrong = await createClient(url, 'sb_secret_wrong', options)
  .from('decision_vault').select();
calls++;
assert.equal(wrong.status, 401);

console.log(`${calls} calls`);
