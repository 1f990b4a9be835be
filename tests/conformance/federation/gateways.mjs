// Two gateways in front of `subgraphs` (`{ name, url, sdl }`), each in two ways: one passes the
// caller's Authorization on, one vouches for the caller of `identity` by signing. Reads that as a
// line of JSON, writes their ports as another, and serves until its input ends.

import { createServer } from 'node:http';
import { createInterface } from 'node:readline';
import { RemoteGraphQLDataSource } from '@apollo/gateway';
import { createGatewayRuntime } from '@graphql-hive/gateway-runtime';
import { signedFetch } from '../../../docs/federation/signing.mjs';
import { apolloGateway, composed, served } from './apollo.mjs';

const input = createInterface(process.stdin);
const told = await new Promise((resolve) => input.once('line', resolve));
const { subgraphs, secret, identity } = JSON.parse(told);
const FORWARDED = ['authorization', 'apollo-federation-include-trace'];

class Forwarding extends RemoteGraphQLDataSource {
  willSendRequest({ request, context }) {
    for (const name of FORWARDED) {
      const value = context.headers[name];
      if (value) request.http.headers.set(name, value);
    }
  }
}

class Signing extends RemoteGraphQLDataSource {
  constructor({ url }) {
    super({ url });
    this.fetcher = signedFetch(this.fetcher, secret);
  }

  willSendRequest({ request }) {
    for (const [name, value] of Object.entries(identity)) request.http.headers.set(name, value);
  }
}

async function apollo(Source) {
  const gateway = await apolloGateway(subgraphs, ({ url }) => new Source({ url }));
  return (await served(gateway.ask)).address().port;
}

const forwarding = {
  propagateHeaders: {
    fromClientToSubgraphs: ({ request }) =>
      Object.fromEntries(FORWARDED.map((name) => [name, request.headers.get(name) ?? undefined])),
  },
  transportEntries: {
    liftos: {
      options: {
        subscriptions: {
          kind: 'ws',
          options: { connectionParams: { authorization: '{context.headers.authorization}' } },
        },
      },
    },
  },
};

const signing = {
  propagateHeaders: { fromClientToSubgraphs: () => identity },
  plugins: () => [
    { onFetch: ({ fetchFn, setFetchFn }) => setFetchFn(signedFetch(fetchFn, secret)) },
  ],
};

async function hive(options) {
  const gateway = createGatewayRuntime({ supergraph: composed(subgraphs), logging: false, ...options });
  const server = createServer(gateway);
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server.address().port;
}

const ports = {
  apollo: { forwarding: await apollo(Forwarding), signing: await apollo(Signing) },
  hive: { forwarding: await hive(forwarding), signing: await hive(signing) },
};
console.log(JSON.stringify(ports));
input.on('close', () => process.exit());
