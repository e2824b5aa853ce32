// Apollo Federation: three composers, and a query through Apollo's gateway. Usage: node compose.mjs URL

import { composeServices as apollo } from '@apollo/composition';
import { ApolloGateway, RemoteGraphQLDataSource, LocalGraphQLDataSource } from '@apollo/gateway';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { composeServices as guild } from '@theguild/federation-composition';
import { federateSubgraphs, ROUTER_COMPATIBILITY_VERSION_ONE } from '@wundergraph/composition';
import { parse, print } from 'graphql';
import { resolvers, typeDefs } from './subgraph.mjs';
import { ask, check, end } from './tap.mjs';

const [url] = process.argv.slice(2);
const { data } = await ask(url, '{ _service { sdl } }');
const services = [
  { name: 'engine', url, typeDefs: parse(data._service.sdl) },
  { name: 'reviews', url: 'http://reviews.example', typeDefs },
];
const messages = (errors) => (errors ?? []).slice(0, 3).map((error) => error.message).join('; ');

const composed = apollo(services);
check("Apollo's composer", !composed.errors, messages(composed.errors));
const ofGuild = guild(services);
check("The Guild's composer", !ofGuild.errors, messages(ofGuild.errors));
const ofWunderGraph = federateSubgraphs({
  subgraphs: services.map((each) => ({ name: each.name, url: each.url, definitions: each.typeDefs })),
  version: ROUTER_COMPATIBILITY_VERSION_ONE,
});
check("WunderGraph's composer", ofWunderGraph.success, messages(ofWunderGraph.errors));

const gateway = new ApolloGateway({
  supergraphSdl: composed.supergraphSdl,
  buildService: ({ name }) =>
    name === 'engine'
      ? new RemoteGraphQLDataSource({ url })
      : new LocalGraphQLDataSource(buildSubgraphSchema({ typeDefs, resolvers })),
});
const { executor } = await gateway.load();

async function through(name, query, expected) {
  const document = parse(query);
  const result = await executor({
    document,
    request: { query: print(document), variables: {} },
    operationName: null,
    queryHash: name,
    context: {},
    cache: new Map(),
    schema: gateway.schema,
    metrics: {},
    overallCachePolicy: { restrict() {}, policyIfCacheable: () => null },
  });
  check(name, JSON.stringify(result.data) === JSON.stringify(expected), JSON.stringify(result));
}

await through(
  'the gateway joins rows of the engine to another subgraph',
  '{ users(limit: 2, order_by: {number: asc}) { number name reviews { text } } }',
  {
    users: [
      { number: 1, name: 'User 1', reviews: [{ text: 'Kind' }] },
      { number: 2, name: 'User 2', reviews: [{ text: 'Clear' }] },
    ],
  },
);
await through(
  'the gateway asks the engine for entities, in order, with what is missing as null',
  '{ reviews { text author { number name } } }',
  {
    reviews: [
      { text: 'Clear', author: { number: 2, name: 'User 2' } },
      { text: 'Kind', author: { number: 1, name: 'User 1' } },
      { text: 'Lost', author: null },
    ],
  },
);
await gateway.stop();
end();
