import { createRequire } from 'node:module';
import relay from 'relay-runtime';

const { LIFTOS_URL, LIFTOS_TOKEN, LIFTOS_RUN_ID, LIFTOS_ARTIFACTS } = process.env;
const environment = new relay.Environment({
  network: relay.Network.create(async ({ text, name }, variables) => {
    const answer = await fetch(LIFTOS_URL, {
      method: 'POST',
      headers: {
        'Content-Type': 'application/json',
        Accept: 'application/graphql-response+json, application/json;q=0.9',
        Authorization: `Bearer ${LIFTOS_TOKEN}`,
      },
      body: JSON.stringify({ query: text, operationName: name, variables }),
    });
    return answer.json();
  }),
  store: new relay.Store(new relay.RecordSource()),
});

// What the hooks do without React: usePaginationFragment's pages, useRefetchableFragment's node.
const compiled = createRequire(import.meta.url);
const artifact = (name) => compiled(`${LIFTOS_ARTIFACTS}/${name}.graphql.js`);
const query = artifact('entriesQuery');
const list = artifact('entries_list');
const first = relay.createOperationDescriptor(query, { count: 30, cursor: null });
environment.retain(first);
const ask = (request, variables) => relay.fetchQuery(environment, request, variables).toPromise();
const read = (fragment, of) => environment.lookup(relay.getSingularSelector(fragment, of)).data;
const shown = () => read(list, environment.lookup(first.fragment).data).marketingEntries;

await ask(query, first.request.variables);
const { paginationRequest, paginationMetadata } = relay.getPaginationMetadata(list, 'entries');
while (shown().pageInfo.hasNextPage) {
  const { endCursor } = shown().pageInfo;
  const next = relay.getPaginationVariables('forward', 30, endCursor, {}, {}, paginationMetadata);
  await ask(paginationRequest, next);
}

const { campaign } = shown().edges[0].node;
const named = artifact('entries_campaign');
const { refetchableRequest, identifierInfo } = relay.getRefetchMetadata(named, 'entries');
const { node } = await ask(refetchableRequest, { id: campaign[identifierInfo.identifierField] });

const { cancelRun } = await new Promise((onCompleted, onError) => {
  const mutation = artifact('entriesCancelMutation');
  const variables = { runId: LIFTOS_RUN_ID };
  relay.commitMutation(environment, { mutation, variables, onCompleted, onError });
});

console.log(
  JSON.stringify({
    ids: shown().edges.map((edge) => edge.node.id),
    spend: shown().edges[0].node.spend,
    again: { id: campaign.id, ...read(named, node) },
    cancelled: cancelRun,
  }),
);
