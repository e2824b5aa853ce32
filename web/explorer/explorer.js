// Starts GraphiQL against this server. The session's cookie authenticates; a role is chosen in the headers editor.
const socket = `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/v1/graphql`;
const fetcher = GraphiQL.createFetcher({ url: "/v1/graphql", subscriptionUrl: socket });

const example = `# Signed in as on the page.
# Choose a role under Headers:
#   {"x-hasura-role": "admin"}
query Services {
  services(order_by: { name: asc }) {
    code
    name
  }
}
`;

ReactDOM.createRoot(document.getElementById("explorer")).render(
  React.createElement(GraphiQL, { fetcher, defaultQuery: example, shouldPersistHeaders: true }),
);
