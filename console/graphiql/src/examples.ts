export interface Example {
  query: string;
  variables?: string;
}

// The queries are plain template strings, without ${}, so that a test can lift
// them out of this file and validate them against the schema.
export const examples: Example[] = [
  {
    query: `# A month of marketing entries, each with
# its campaign and its calendar day.
query MarketingEntries {
  marketingEntries(
    filter: {
      dates: { since: "2026-10-01", until: "2026-10-31" }
    }
    first: 20
  ) {
    edges {
      node {
        date
        channel
        spend
        impressions
        clicks
        conversions
        campaign {
          name
        }
        calendar {
          isoWeek
          isWeekend
          holidays {
            name
          }
        }
      }
    }
    pageInfo {
      endCursor
      hasNextPage
    }
  }
}
`,
  },
  {
    query: `# One row per day and channel, for attribution.
query AttributionRows {
  attributionRows(
    dates: { since: "2026-10-01", until: "2026-10-31" }
  ) {
    date
    channel
    spend
    impressions
    clicks
    conversions
    revenue
  }
}
`,
  },
  {
    query: `# Fetch a connection's data for these days. Copy the
# run's id from the answer into WatchIngestion.
mutation StartIngestion {
  startIngestion(
    input: {
      connectionId: "paste-a-connection-id"
      since: "2026-10-01"
      until: "2026-10-31"
    }
  ) {
    ... on Run {
      id
      status
    }
    ... on UserError {
      message
      field
      mend
    }
  }
}
`,
  },
  {
    query: `# Runs over a WebSocket and shows the latest event.
# The run button is also the stop button.
subscription WatchIngestion {
  ingestionProgress(runId: "paste-a-run-id") {
    sequence
    kind
    message
    progress {
      fetched
      stored
      unchanged
      rejected
    }
  }
}
`,
  },
  {
    query: `# Whom the token stands for, and what it may do.
query Viewer {
  viewer {
    tenant {
      name
    }
    roles
    permissions
  }
}
`,
  },
];
