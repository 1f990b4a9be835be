-- The outbox of what happened: rows of the transactions that they tell of.

-- One row per tenant: how many of its events there are. Numbering locks it until commit, so
-- numbers have no gaps and grow in the order of commits: a cursor can pass nothing by.
CREATE TABLE event_clock (
    tenant_id uuid PRIMARY KEY REFERENCES tenant ON DELETE CASCADE,
    sequence bigint NOT NULL
);

CREATE TABLE data_event (
    tenant_id uuid NOT NULL REFERENCES tenant ON DELETE CASCADE,
    sequence bigint NOT NULL,
    id uuid NOT NULL DEFAULT uuidv7(),
    kind text NOT NULL,
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    connection_id uuid NOT NULL,
    run_id uuid NOT NULL,
    status text NOT NULL,
    counters jsonb NOT NULL,
    since date,
    until date,
    PRIMARY KEY (tenant_id, sequence)
);
CREATE INDEX data_event_by_age ON data_event USING brin (at);

CALL guard_table('event_clock');
CALL guard_table('data_event');

GRANT SELECT, INSERT, UPDATE, DELETE ON event_clock TO liftos_app;
GRANT SELECT, INSERT ON data_event TO liftos_app;
GRANT SELECT ON event_clock TO liftos_system;
GRANT SELECT, DELETE ON data_event TO liftos_system;
