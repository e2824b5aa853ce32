// The peer of the benchmark: PostGraphile 5 over the same tables, with row-level security or without.
// Usage: node postgraphile.mjs CONNECTION PORT [ROLE]

import { createServer } from 'node:http';
import { postgraphile } from 'postgraphile';
import { grafserv } from 'postgraphile/grafserv/node';
import { makePgService } from 'postgraphile/adaptors/pg';
import { PostGraphileAmberPreset } from 'postgraphile/presets/amber';

const [connectionString, port, role] = process.argv.slice(2);
const instance = postgraphile({
  extends: [PostGraphileAmberPreset],
  pgServices: [makePgService({ connectionString, schemas: ['public'], poolConfig: { max: 10 } })],
  grafserv: { graphqlPath: '/v1/graphql', graphiql: false, watch: false },
  grafast: { explain: false, context: () => (role ? { pgSettings: { role } } : {}) },
});
const server = createServer();
await instance.createServ(grafserv).addTo(server);
server.listen(Number(port), '127.0.0.1');
