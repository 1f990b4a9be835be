import { graphql } from 'relay-runtime';

export const EntriesQuery = graphql`
  query entriesQuery($count: Int!, $cursor: String) {
    ...entries_list @arguments(count: $count, cursor: $cursor)
  }
`;

export const EntriesList = graphql`
  fragment entries_list on Query
  @argumentDefinitions(count: { type: "Int!" }, cursor: { type: "String" })
  @refetchable(queryName: "entriesPageQuery") {
    marketingEntries(first: $count, after: $cursor, orderBy: DATE_ASC)
      @connection(key: "entries_marketingEntries") {
      edges {
        node {
          id
          spend
          campaign {
            id
            ...entries_campaign
          }
        }
      }
    }
  }
`;

export const EntriesCampaign = graphql`
  fragment entries_campaign on Campaign @refetchable(queryName: "entriesCampaignQuery") {
    name
  }
`;

export const EntriesCancel = graphql`
  mutation entriesCancelMutation($runId: ID!) {
    cancelRun(runId: $runId) {
      __typename
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
`;
