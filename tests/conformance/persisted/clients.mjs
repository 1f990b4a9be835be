// Apollo Client's and urql's persisted queries against the deployed API: what they send, what they get.
import { createHash } from 'node:crypto';
import { ApolloClient, ApolloLink, HttpLink, InMemoryCache, gql } from '@apollo/client';
import { PersistedQueryLink } from '@apollo/client/link/persisted-queries';
import { Client, fetchExchange, gql as urqlGql } from '@urql/core';
import { persistedExchange } from '@urql/exchange-persisted';

const { LIFTOS_URL: url, LIFTOS_TOKEN: token, NAME: name } = process.env;
const sha256 = (text) => createHash('sha256').update(text).digest('hex');
const headers = { authorization: `Bearer ${token}` };

/** A fetch that keeps what went out and came back. */
function watched() {
  const calls = [];
  const fetcher = async (address, options = {}) => {
    const answer = await fetch(address, options);
    const { searchParams } = new URL(address, url);
    const sent = options.body ? JSON.parse(options.body) : Object.fromEntries(searchParams);
    calls.push({
      method: options.method ?? 'GET',
      query: Boolean(sent.query),
      status: answer.status,
      cache: answer.headers.get('cache-control'),
    });
    return answer;
  };
  return { calls, fetcher };
}

async function apollo(label, useGET) {
  const { calls, fetcher } = watched();
  const persisted = new PersistedQueryLink({ sha256, useGETForHashedQueries: useGET });
  const client = new ApolloClient({
    link: ApolloLink.from([persisted, new HttpLink({ uri: url, headers, fetch: fetcher })]),
    cache: new InMemoryCache(),
    defaultOptions: { query: { fetchPolicy: 'no-cache', errorPolicy: 'all' } },
  });
  const query = gql(`query ${name}${label} { viewer { actor } }`);
  const results = [];
  for (let round = 0; round < 2; round += 1) {
    const { data, error } = await client.query({ query });
    results.push(error ? String(error.message) : data.viewer.actor);
  }
  client.stop();
  return { calls, results };
}

async function urql(label, useGET) {
  const { calls, fetcher } = watched();
  const client = new Client({
    url,
    fetch: fetcher,
    fetchOptions: { headers },
    preferGetMethod: false,
    exchanges: [
      persistedExchange({ generateHash: async (text) => sha256(text), preferGetForPersistedQueries: useGET }),
      fetchExchange,
    ],
  });
  const query = urqlGql(`query ${name}${label} { viewer { actor } }`);
  const results = [];
  for (let round = 0; round < 2; round += 1) {
    const { data, error } = await client.query(query, {}, { requestPolicy: 'network-only' }).toPromise();
    results.push(error ? String(error.message) : data.viewer.actor);
  }
  return { calls, results };
}

const told = {
  apolloPost: await apollo('ApolloPost', false),
  apolloGet: await apollo('ApolloGet', true),
  urqlPost: await urql('UrqlPost', false),
  urqlGet: await urql('UrqlGet', true),
};
process.stdout.write(JSON.stringify(told));
