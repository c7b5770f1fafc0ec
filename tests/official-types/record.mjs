// A server between a program and the sandbox that writes down what they say.
//   node record.mjs SANDBOX-URL FILE
// Its first line of output is its URL. An exchange a line into FILE:
// {"method","path","query","request","single","status","response"}, bodies as
// JSON; one that isn't JSON is a string, and none at all null. single: one row
// was asked for, as an object.
import { appendFileSync } from 'node:fs';
import http from 'node:http';

const [target, file] = process.argv.slice(2);
const agent = new http.Agent({ keepAlive: true });

function json(text) {
  if (text === '') return null;
  try { return JSON.parse(text); } catch { return text; }
}

async function bodyOf(stream) {
  const parts = [];
  for await (const part of stream) parts.push(part);
  return Buffer.concat(parts);
}

const server = http.createServer(async (q, a) => {
  const sent = await bodyOf(q);
  const { pathname, search } = new URL(q.url, target);
  const ask = http.request(target + q.url, { method: q.method, headers: q.headers, agent });
  ask.on('error', () => a.destroy());
  ask.on('response', async (answer) => {
    const body = await bodyOf(answer).catch(() => null);
    if (body === null) { a.destroy(); return; }
    if (!pathname.startsWith('/control')) {
      appendFileSync(file, `${JSON.stringify({
        method: q.method, path: pathname, query: search.slice(1), request: json(sent.toString()),
        single: (q.headers.accept ?? '').includes('pgrst.object'),
        status: answer.statusCode, response: json(body.toString()),
      })}\n`);
    }
    a.writeHead(answer.statusCode, answer.headers);
    a.end(body);
  });
  ask.end(sent);
});
server.listen(0, '127.0.0.1', () => console.log(`http://127.0.0.1:${server.address().port}`));
process.on('SIGTERM', () => process.exit(0));
