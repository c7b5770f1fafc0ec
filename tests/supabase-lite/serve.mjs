// The Data API of @supabase/lite on databases of a PostgreSQL that is reached by its
// socket.
//   node serve.mjs SOCKET-FOLDER KEY <PROJECTS
// A project is a line: DATABASE MAX-ROWS READY-FILE. It gets a server of its own, whose
// URL is written to READY-FILE. MAX-ROWS is the most rows in an answer. Run from a copy
// beside node_modules.
import { renameSync, writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { App } from '@supabase/lite';
import { createPostgresConnection } from '@supabase/lite/postgres';
import { serve } from '@hono/node-server';

const [host, key] = process.argv.slice(2);

// PostgreSQL prints "2026-01-02 03:04:05.6+00", PostgREST answers it as
// "2026-01-02T03:04:05.6+00:00"; this server would pass the former on.
const TIMESTAMPTZ = 1184;
const asPostgrest = (text) =>
  text?.replace(' ', 'T').replace(/([+-]\d\d)$/, '$1:00') ?? null;

function start(database, maxRows, ready) {
  const connection = createPostgresConnection({
    url: `postgres://postgres@localhost/${database}`,
    postgresOptions: {
      host,
      max: 4,
      onnotice() {},
      types: {
        timestamptz: { to: TIMESTAMPTZ, from: [TIMESTAMPTZ], serialize: String, parse: asPostgrest },
      },
    },
  });

  const app = new App({
    connection,
    api: { max_rows: maxRows },
    auth: {
      enabled: false,
      secret_key: key,
      publishable_key: 'sb_publishable_for_tests',
      jwt_secret: 'for-tests-only-and-long-enough-to-be-taken-as-one',
    },
  });

  const fetch = (request, { incoming }) =>
    app.fetch(request, { peerAddress: incoming.socket.remoteAddress ?? null });

  serve({ hostname: '127.0.0.1', port: 0, fetch }, ({ port }) => {
    writeFileSync(`${ready}.new`, `http://127.0.0.1:${port}\n`);
    renameSync(`${ready}.new`, ready);
  });
}

createInterface({ input: process.stdin }).on('line', (line) => {
  const [database, maxRows, ready] = line.split(' ');
  start(database, Number(maxRows), ready);
});
