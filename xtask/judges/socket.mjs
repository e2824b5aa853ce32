// Live queries by the graphql-ws client. Usage: node socket.mjs URL

import { createClient } from 'graphql-ws';
import WebSocket from 'ws';
import { ask, check, end } from './tap.mjs';

const [url] = process.argv.slice(2);
const client = createClient({ url: url.replace('http', 'ws'), webSocketImpl: WebSocket });

/** Resolves with what `subscribe` sends, or with what it was refused with. */
function follow(query, onNext) {
  return new Promise((resolve) => {
    client.subscribe(
      { query },
      { next: onNext, error: (errors) => resolve(errors), complete: () => resolve([]) },
    );
  });
}

const seen = [];
await new Promise((resolve) => {
  const stop = client.subscribe(
    { query: 'subscription { services(where: {code: {_eq: "s1"}}) { name } }' },
    {
      next: async ({ data }) => {
        seen.push(data.services[0].name);
        if (seen.length === 1) {
          await ask(url, 'mutation { update_services(where: {code: {_eq: "s1"}}, _set: {name: "Changed"}) { affected_rows } }');
        } else {
          stop();
          resolve();
        }
      },
      error: resolve,
      complete: resolve,
    },
  );
});
check('the present, then the change', JSON.stringify(seen) === '["Service 1","Changed"]', seen.join());
await ask(url, 'mutation { update_services(where: {code: {_eq: "s1"}}, _set: {name: "Service 1"}) { affected_rows } }');

const errors = await follow('subscription { services { nothing } }', () => {});
check('a refusal is an error message', errors[0]?.extensions?.code === 'validation-failed', JSON.stringify(errors));

const answers = [];
await follow('query { services_aggregate { aggregate { count } } }', (answer) => answers.push(answer));
check('a query is answered once', answers.length === 1 && answers[0].data.services_aggregate.aggregate.count === 20);
await client.dispose();
end();
