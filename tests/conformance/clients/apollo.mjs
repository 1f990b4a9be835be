import { ApolloClient, ApolloLink, CombinedGraphQLErrors, HttpLink, InMemoryCache, gql } from '@apollo/client';
import { GraphQLWsLink } from '@apollo/client/link/subscriptions';
import { getMainDefinition, relayStylePagination } from '@apollo/client/utilities';
import { createClient } from 'graphql-ws';

const { LIFTOS_URL, LIFTOS_WS_URL, LIFTOS_TOKEN, LIFTOS_RUN_ID } = process.env;
const headers = { Authorization: `Bearer ${LIFTOS_TOKEN}` };
const socket = createClient({ url: LIFTOS_WS_URL, connectionParams: headers });
const client = new ApolloClient({
  link: ApolloLink.split(
    ({ query }) => getMainDefinition(query).operation === 'subscription',
    new GraphQLWsLink(socket),
    new HttpLink({ uri: LIFTOS_URL, headers }),
  ),
  cache: new InMemoryCache({
    // Lets `... on UserError` match in the cache; graphql-codegen writes it from the schema.
    possibleTypes: {
      UserError: [
        'ConflictError',
        'ForbiddenError',
        'InvalidInput',
        'NotFoundError',
        'QuotaExceededError',
      ],
    },
    // Every page of a list is one list; ids are unique, so that nothing else has to be said.
    typePolicies: {
      Query: {
        fields: { marketingEntries: relayStylePagination(['filter', 'orderBy', 'asOf']) },
      },
    },
  }),
});

// Walk the list: the cache joins the pages, and keeps each entry and campaign once.
const ENTRIES = gql`
  query Entries($after: String) {
    marketingEntries(first: 30, after: $after, orderBy: DATE_ASC) {
      edges {
        cursor
        node {
          id
          date
          spend
          campaign {
            id
            name
          }
        }
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
`;
const list = client.watchQuery({ query: ENTRIES });
const shown = list.subscribe(() => {});
let page = (await list.refetch()).data.marketingEntries.pageInfo;
while (page.hasNextPage) {
  const more = await list.fetchMore({ variables: { after: page.endCursor } });
  page = more.data.marketingEntries.pageInfo;
}
shown.unsubscribe();
const { edges } = client.readQuery({ query: ENTRIES }).marketingEntries;

// Fetch one thing again by its id: whatever shows it is told.
const { id } = edges[0].node.campaign;
const again = await client.query({
  query: gql`
    query Again($id: ID!) {
      node(id: $id) {
        id
        ... on Campaign {
          name
        }
      }
    }
  `,
  variables: { id },
  fetchPolicy: 'network-only',
});

// A query's error has a code, the field at fault and what mends it.
const refused = await client
  .query({ query: gql`query Wrong { marketingEntries(first: 0) { totalCount } }` })
  .catch((error) => CombinedGraphQLErrors.is(error) && error.errors[0].extensions);

// A mutation's expected errors are members of its union.
const { data: cancelled } = await client.mutate({
  mutation: gql`
    mutation Cancel($runId: ID!) {
      cancelRun(runId: $runId) {
        ... on CancelRunPayload {
          run {
            id
            status
          }
        }
        ... on UserError {
          code
          mend
        }
      }
    }
  `,
  variables: { runId: LIFTOS_RUN_ID },
});

// Follow a run until it stands still.
const steps = [];
await new Promise((complete, error) =>
  client
    .subscribe({
      query: gql`
        subscription Progress($runId: ID!) {
          ingestionProgress(runId: $runId) {
            sequence
            status
          }
        }
      `,
      variables: { runId: LIFTOS_RUN_ID },
    })
    .subscribe({ next: ({ data }) => steps.push(data.ingestionProgress), complete, error }),
);
socket.dispose();
client.stop();

const kept = Object.keys(client.cache.extract()).map((key) => key.split(':')[0]);
const count = (type) => kept.filter((each) => each === type).length;
console.log(
  JSON.stringify({
    ids: edges.map(({ node }) => node.id),
    spend: edges[0].node.spend,
    kept: { entries: count('MarketingEntry'), campaigns: count('Campaign') },
    again: again.data.node,
    refused,
    cancelled: cancelled.cancelRun,
    ended: steps.at(-1).status,
  }),
);
