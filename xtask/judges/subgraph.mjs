// A second subgraph, which extends the engine's users.

import { parse } from 'graphql';

export const typeDefs = parse(`
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.5", import: ["@key"])
  type Query { reviews: [Review!]! }
  type Review { id: ID! text: String! author: users }
  type users @key(fields: "number") { number: Int! reviews: [Review!]! }
`);

const reviews = [
  { id: '1', text: 'Clear', author: { number: 2 } },
  { id: '2', text: 'Kind', author: { number: 1 } },
  { id: '3', text: 'Lost', author: { number: -1 } },
];

export const resolvers = {
  Query: { reviews: () => reviews },
  users: { reviews: (user) => reviews.filter((review) => review.author.number === user.number) },
};
