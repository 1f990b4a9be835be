export interface Example {
  query: string;
  variables?: string;
}

/** The last 30 days, yesterday included: the examples find data whenever they are opened. */
function lastDays() {
  const day = (ago: number) => new Date(Date.now() - ago * 86_400_000).toISOString().slice(0, 10);
  return { since: day(30), until: day(1) };
}

const json = (variables: object) => JSON.stringify(variables, null, 2);

// The queries are plain template strings, without ${}, so that a test can lift
// them out of this file and validate them against the schema.
export const examples: Example[] = [
  {
    query: `# Who the token stands for, what it may do, and
# which accounts are connected.
query Start {
  viewer {
    actor
    roles
    permissions
    tenant {
      name
    }
  }
  connections {
    nodes {
      id
      source
      accountId
      name
      lastReadAt
    }
  }
}
`,
  },
  {
    query: `# Marketing entries, newest first, each with its
# campaign and its calendar day.
query MarketingEntries($dates: DateRangeInput!) {
  marketingEntries(
    filter: { dates: $dates }
    first: 20
  ) {
    totalCount
    nodes {
      date
      channel
      spend
      currency
      impressions
      clicks
      conversions
      roas
      isMature
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
    pageInfo {
      endCursor
      hasNextPage
    }
  }
}
`,
    variables: json({ dates: lastDays() }),
  },
  {
    query: `# One row per day, source, channel and currency,
# ready for a model.
query AttributionRows($dates: DateRangeInput!) {
  attributionRows(dates: $dates, first: 100) {
    nodes {
      date
      source
      channel
      currency
      spend
      impressions
      clicks
      conversions
      conversionValue
      isMature
      isoWeek
      isHoliday
    }
    pageInfo {
      endCursor
      hasNextPage
    }
  }
}
`,
    variables: json({ dates: lastDays() }),
  },
  {
    query: `# How complete and how good what was read is, by
# source: read it before a number is used.
query DataHealth($dates: DateRangeInput!) {
  dataHealth(dates: $dates) {
    whole {
      score
      entries
      readDays
      expectedDays
      missingDays
      matureDays
    }
    sources {
      source
      health {
        score
        entries
        entriesAtRisk
        checks {
          id
          failed
        }
      }
    }
  }
}
`,
    variables: json({ dates: lastDays() }),
  },
  {
    query: `# Your calendar: holidays, seasons and events of
# your own, a row a day.
query Calendar($dates: DateRangeInput!) {
  calendar(dates: $dates) {
    date
    dayName
    isoWeek
    fiscalQuarter
    isBusinessDay
    marketingSeason
    holidays {
      name
      country
    }
    events {
      name
    }
  }
}
`,
    variables: json({ dates: lastDays() }),
  },
  {
    query: `# Where a number comes from: every version of an
# entry, and the page of the source that held it.
query WhereFrom($dates: DateRangeInput!) {
  marketingEntries(
    filter: { dates: $dates }
    first: 3
  ) {
    nodes {
      date
      entityName
      vintages {
        learnedAt
        spend
        conversions
        changes {
          metric
          before
          after
        }
      }
      lineage {
        position
        rawPage {
          number
          sha256
          fetchedAt
          run {
            id
          }
        }
      }
    }
  }
}
`,
    variables: json({ dates: lastDays() }),
  },
  {
    query: `# Read days of a connection. Its id is in the answer
# to Start; take the run's id to WatchRun.
mutation StartIngestion(
  $connection: ID!
  $dates: DateRangeInput
) {
  startIngestion(
    input: {
      connectionId: $connection
      dates: $dates
    }
  ) {
    ... on StartIngestionPayload {
      run {
        id
        status
      }
    }
    ... on UserError {
      message
      field
      mend
    }
  }
}
`,
    variables: json({ connection: 'paste-a-connection-id', dates: lastDays() }),
  },
  {
    query: `# Make files that a model loads. Take the run's id
# to WatchRun, and the export's to ReadExport.
mutation ExportCausal($input: CausalExportInput!) {
  exportCausal(input: $input) {
    ... on ExportCausalPayload {
      export {
        id
        asOf
        run {
          id
          status
        }
      }
    }
    ... on UserError {
      message
      field
      mend
    }
  }
}
`,
    variables: json({
      input: {
        dates: lastDays(),
        kpi: { conversions: { measure: 'COUNT', sources: ['META_ADS'] } },
        grain: 'DAY',
        sources: ['META_ADS'],
        formats: ['CSV'],
        cutImmature: false,
      },
    }),
  },
  {
    query: `# How an export gets on; once it is READY, its
# files, with links that need no token.
query ReadExport($export: ID!) {
  export(id: $export) {
    state
    rows
    asOf
    run {
      status
      progress
      error {
        message
        mend
      }
    }
    files {
      name
      sizeBytes
      sha256
      url
    }
    checks {
      severity
      check
      message
    }
  }
}
`,
    variables: json({ export: 'paste-an-export-id' }),
  },
  {
    query: `# Follows a run over a WebSocket and shows its
# latest event: a reading, an export, anything.
# The run button is also the stop button.
subscription WatchRun($run: ID!) {
  ingestionProgress(runId: $run) {
    sequence
    kind
    status
    message
    progress
    counters {
      fetched
      stored
      unchanged
      rejected
    }
  }
}
`,
    variables: json({ run: 'paste-a-run-id' }),
  },
];
