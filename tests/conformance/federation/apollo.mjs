// Apollo's own gateway, without the server that is usually around it.

import { createServer } from 'node:http';
import { composeServices } from '@apollo/composition';
import { ApolloGateway } from '@apollo/gateway';
import { parse, Source } from 'graphql';

/** `subgraphs`: `{ name, url, sdl }` of each. */
export function composed(subgraphs) {
  const { supergraphSdl, errors } = composeServices(
    subgraphs.map(({ name, url, sdl }) => ({ name, url, typeDefs: parse(sdl) })),
  );
  if (errors?.length) throw new Error(errors.map((error) => error.message).join('\n'));
  return supergraphSdl;
}

/** Asks as `{ query, variables }` of a caller with `headers`; `buildService` as Apollo has it. */
export async function apolloGateway(subgraphs, buildService) {
  const gateway = new ApolloGateway({ supergraphSdl: composed(subgraphs), buildService, logger });
  const { schema, executor } = await gateway.load();
  const ask = async ({ query, variables = {}, operationName }, headers = {}) => {
    const document = parse(query);
    return executor({
      schema,
      document,
      operation: document.definitions[0],
      operationName: operationName ?? null,
      queryHash: query,
      source: new Source(query),
      request: { query, variables, operationName },
      context: { headers },
      logger,
      metrics: {},
    });
  };
  return { ask, stop: () => gateway.stop() };
}

/** Serves `ask` at a free port, as a router would; answers the server. */
export async function served(ask) {
  const server = createServer(async (request, response) => {
    const parts = [];
    for await (const part of request) parts.push(part);
    const asked = JSON.parse(Buffer.concat(parts));
    const result = await ask(asked, request.headers).catch((error) => ({ errors: [error] }));
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ data: result.data, errors: result.errors }));
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}

const logger = { debug() {}, info() {}, warn() {}, error: console.error };
