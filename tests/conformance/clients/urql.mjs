import { Client, cacheExchange, fetchExchange, gql, subscriptionExchange } from '@urql/core';
import { createClient } from 'graphql-ws';

const { LIFTOS_URL, LIFTOS_WS_URL, LIFTOS_TOKEN, LIFTOS_RUN_ID } = process.env;
const headers = { Authorization: `Bearer ${LIFTOS_TOKEN}` };
const socket = createClient({ url: LIFTOS_WS_URL, connectionParams: headers });
const client = new Client({
  url: LIFTOS_URL,
  preferGetMethod: false,
  fetchOptions: { headers },
  exchanges: [
    cacheExchange,
    fetchExchange,
    subscriptionExchange({
      forwardSubscription: ({ query, variables }) => ({
        subscribe: (sink) => ({ unsubscribe: socket.subscribe({ query, variables }, sink) }),
      }),
    }),
  ],
});

const ENTRIES = gql`
  query Entries($after: String) {
    marketingEntries(first: 30, after: $after, orderBy: DATE_ASC) {
      nodes {
        id
        spend
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
`;
const entries = [];
let after = null;
do {
  const { data, error } = await client.query(ENTRIES, { after });
  if (error) throw error;
  entries.push(...data.marketingEntries.nodes);
  after = data.marketingEntries.pageInfo.hasNextPage && data.marketingEntries.pageInfo.endCursor;
} while (after);

const { error: refused } = await client.query(
  gql`query Wrong { marketingEntries(first: 0) { totalCount } }`,
  {},
);

const { data: cancelled } = await client.mutation(
  gql`
    mutation Cancel($runId: ID!) {
      cancelRun(runId: $runId) {
        __typename
        ... on UserError {
          code
          mend
        }
      }
    }
  `,
  { runId: LIFTOS_RUN_ID },
);

const steps = [];
await new Promise((resolve) => {
  const progress = gql`
    subscription Progress($runId: ID!) {
      ingestionProgress(runId: $runId) {
        sequence
        status
      }
    }
  `;
  client.subscription(progress, { runId: LIFTOS_RUN_ID }).subscribe(({ data, hasNext }) => {
    if (data) steps.push(data.ingestionProgress);
    if (steps.at(-1)?.status === 'SUCCEEDED' || !hasNext) resolve();
  });
});
await socket.dispose();

console.log(
  JSON.stringify({
    ids: entries.map(({ id }) => id),
    spend: entries[0].spend,
    refused: refused.graphQLErrors[0].extensions,
    cancelled: cancelled.cancelRun,
    ended: steps.at(-1).status,
  }),
);
