// The types of types.ts, and all that they use of the clients', as JSON schemas.
//   node schemas.mjs >SCHEMAS
import { createGenerator } from 'ts-json-schema-generator';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const schemas = createGenerator({
  path: join(here, 'types.ts'), tsconfig: join(here, 'tsconfig.json'), type: '*', expose: 'export',
}).createSchema('*');

function* objectsIn(value) {
  if (value === null || typeof value !== 'object') return;
  if (Array.isArray(value.required)) yield value;
  for (const inner of Object.values(value)) yield* objectsIn(inner);
}

// The types still ask for what the version 2026-03-11 took away: no recorded
// answer of the service has it.
for (const object of objectsIn(schemas)) object.required = object.required.filter((k) => k !== 'archived');
console.log(JSON.stringify(schemas));
