// GraphQL over HTTP: the audits of graphql-http. Usage: node http.mjs URL

import { auditServer } from 'graphql-http';
import { check, end } from './tap.mjs';

const [url] = process.argv.slice(2);
for (const result of await auditServer({ url })) {
  check(`${result.id} ${result.name}`, result.status === 'ok', result.reason);
}
end();
