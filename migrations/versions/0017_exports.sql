-- Exports.

-- One row per export, from its command on: files are named once they all lie in the object store.
CREATE TABLE export (
    tenant_id uuid NOT NULL REFERENCES tenant ON DELETE CASCADE,
    id uuid NOT NULL DEFAULT uuidv7(),
    run_id uuid NOT NULL,
    definition jsonb NOT NULL,
    definition_sha256 text NOT NULL,
    as_of timestamptz NOT NULL,
    state text NOT NULL DEFAULT 'PENDING',
    files jsonb NOT NULL DEFAULT '[]',
    checks jsonb NOT NULL DEFAULT '[]',
    manifest jsonb,
    row_hash text,
    rows bigint,
    requested_by text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    ready_at timestamptz,
    expires_at timestamptz,
    removed_at timestamptz,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, run_id) REFERENCES run ON DELETE CASCADE
);
CREATE UNIQUE INDEX export_of_run ON export (tenant_id, run_id);
CREATE INDEX export_expiring ON export (expires_at) WHERE state = 'READY';
CALL guard_table('export');
GRANT SELECT, INSERT, UPDATE ON export TO liftos_app;
GRANT SELECT, UPDATE ON export TO liftos_system;
