-- Rejected records that are mended, and drift contracts.

ALTER TABLE rejected_record
    ADD COLUMN connection_id uuid,
    ADD COLUMN stream text,
    ADD COLUMN fingerprint uuid,
    ADD COLUMN rejected_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    ADD COLUMN state text NOT NULL DEFAULT 'OPEN',
    ADD COLUMN corrected jsonb,
    ADD COLUMN replay_run_id uuid,
    ADD COLUMN is_pending boolean NOT NULL DEFAULT false,
    ADD COLUMN replays int NOT NULL DEFAULT 0,
    ADD COLUMN settled_at timestamptz,
    ADD COLUMN settled_by text,
    ADD COLUMN note text;

-- An owner that is no superuser stands behind the fence too: lifted for this transaction alone.
ALTER TABLE rejected_record NO FORCE ROW LEVEL SECURITY;
ALTER TABLE raw_page NO FORCE ROW LEVEL SECURITY;
UPDATE rejected_record r
SET connection_id = p.connection_id, stream = p.stream, rejected_at = p.fetched_at,
    fingerprint = md5(concat_ws(' ', p.stream, r.field, r.payload::text))::uuid
FROM raw_page p WHERE p.tenant_id = r.tenant_id AND p.id = r.raw_page_id;
ALTER TABLE rejected_record FORCE ROW LEVEL SECURITY;
ALTER TABLE raw_page FORCE ROW LEVEL SECURITY;

ALTER TABLE rejected_record
    ALTER COLUMN connection_id SET NOT NULL,
    ALTER COLUMN stream SET NOT NULL,
    ALTER COLUMN fingerprint SET NOT NULL;
CREATE INDEX rejected_record_by_connection ON rejected_record (tenant_id, connection_id, id);
CREATE INDEX rejected_record_open ON rejected_record (tenant_id, fingerprint)
    WHERE state = 'OPEN';
CREATE INDEX rejected_record_by_replay ON rejected_record (tenant_id, replay_run_id, raw_page_id)
    WHERE replay_run_id IS NOT NULL;

-- A run that ended badly is a dead letter until it runs again; somebody may lay it aside. What
-- was laid aside and ended badly once more is a dead letter again: `at` is older than its end.
CREATE TABLE run_dismissal (
    tenant_id uuid NOT NULL,
    run_id uuid NOT NULL,
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    dismissed_by text NOT NULL,
    why text NOT NULL,
    PRIMARY KEY (tenant_id, run_id),
    FOREIGN KEY (tenant_id, run_id) REFERENCES run ON DELETE CASCADE
);
CREATE INDEX run_dead ON run (tenant_id, id) WHERE status IN ('FAILED', 'PARKED');
CALL guard_table('run_dismissal');
GRANT SELECT, INSERT, UPDATE, DELETE ON run_dismissal TO liftos_app;
GRANT SELECT ON run_dismissal TO liftos_system;

-- What becomes of records that are not as their stream's contract has them; stream '' stands for
-- every stream of the connection that has no policy of its own.
CREATE TABLE schema_policy (
    tenant_id uuid NOT NULL,
    connection_id uuid NOT NULL,
    stream text NOT NULL,
    policy text NOT NULL,
    PRIMARY KEY (tenant_id, connection_id, stream),
    FOREIGN KEY (tenant_id, connection_id) REFERENCES connection ON DELETE CASCADE
);

CREATE TABLE schema_change (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL DEFAULT uuidv7(),
    connection_id uuid NOT NULL,
    stream text NOT NULL,
    kind text NOT NULL,
    field text NOT NULL,
    found text NOT NULL,
    expected text NOT NULL,
    policy text NOT NULL,
    records bigint NOT NULL,
    state text NOT NULL DEFAULT 'OPEN',
    first_seen_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    last_seen_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    first_run_id uuid NOT NULL,
    last_run_id uuid NOT NULL,
    accepted_at timestamptz,
    accepted_by text,
    PRIMARY KEY (tenant_id, id),
    CONSTRAINT schema_change_once
        UNIQUE (tenant_id, connection_id, stream, kind, field, found),
    FOREIGN KEY (tenant_id, connection_id) REFERENCES connection ON DELETE CASCADE
);
CALL guard_table('schema_policy');
CALL guard_table('schema_change');
GRANT SELECT, INSERT, UPDATE, DELETE ON schema_policy, schema_change TO liftos_app;
