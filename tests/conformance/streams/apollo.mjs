// Apollo Client over its multipart protocol and over graphql-ws.
import { ApolloClient, HttpLink, InMemoryCache, gql } from "@apollo/client";
import { GraphQLWsLink } from "@apollo/client/link/subscriptions";
import { createClient } from "graphql-ws";
import { authorization, bad, headers, progress, sequences, socketUrl, tell, url } from "./asked.mjs";

const asked = { query: gql(progress.query), variables: progress.variables };
const accepted = [];
const watched = async (target, init) => {
  const response = await fetch(target, init);
  accepted.push([init.headers.accept, response.headers.get("content-type")]);
  return response;
};
const collect = (client, operation) =>
  new Promise((resolve) => {
    const results = [];
    client.subscribe(operation).subscribe({
      next: (result) => results.push(result),
      error: (error) => resolve({ results, error }),
      complete: () => resolve({ results }),
    });
  });

const cache = () => new InMemoryCache();
const parts = new ApolloClient({
  link: new HttpLink({ uri: url, headers, fetch: watched }),
  cache: cache(),
});
const sockets = new ApolloClient({
  link: new GraphQLWsLink(createClient({ url: socketUrl, connectionParams: { authorization } })),
  cache: cache(),
});
const found = {};
found.multipart = sequences((await collect(parts, asked)).results);
found.sockets = sequences((await collect(sockets, asked)).results);
found.query = (await parts.query({ query: gql`{ viewer { actor } }` })).data.viewer.actor;
const refused = await collect(parts, { query: gql(bad.query) });
const told = refused.error ?? refused.results[0].error;
found.refused = told.errors.map((error) => error.extensions.code);
found.mediaTypes = accepted;
tell(found);
process.exit(0);
