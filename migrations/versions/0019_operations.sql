-- Registered operations, and how strictly a tenant keeps to them.

-- `id` is the SHA-256 of the document in hex. Two clients may register one document: each retires
-- its own.
CREATE TABLE operation (
    tenant_id uuid NOT NULL REFERENCES tenant ON DELETE CASCADE,
    client text NOT NULL,
    id text NOT NULL CONSTRAINT operation_id_check CHECK (id ~ '^[0-9a-f]{64}$'),
    name text NOT NULL,
    kind text NOT NULL,
    document text NOT NULL,
    description text NOT NULL,
    owner text,
    cost bigint NOT NULL,
    registered_at timestamptz NOT NULL DEFAULT now(),
    registered_by text NOT NULL,
    retired_at timestamptz,
    PRIMARY KEY (tenant_id, client, id)
);
CREATE INDEX operation_document ON operation (tenant_id, id) WHERE retired_at IS NULL;
CREATE INDEX operation_name ON operation (tenant_id, client, name) WHERE retired_at IS NULL;
CALL guard_table('operation');
GRANT SELECT, INSERT, UPDATE, DELETE ON operation TO liftos_app;

-- The client '' stands for every client that has no row of its own.
CREATE TABLE operation_stage (
    tenant_id uuid NOT NULL REFERENCES tenant ON DELETE CASCADE,
    client text NOT NULL,
    stage text NOT NULL
        CONSTRAINT operation_stage_stage_check
        CHECK (stage IN ('ALLOW', 'LOG', 'SAFELIST', 'BLOCK')),
    set_at timestamptz NOT NULL DEFAULT now(),
    set_by text NOT NULL,
    PRIMARY KEY (tenant_id, client)
);
CALL guard_table('operation_stage');
GRANT SELECT, INSERT, UPDATE, DELETE ON operation_stage TO liftos_app;

-- Documents that were sent as text, without their literals. The client '' stands for callers whose
-- credentials name none. Of a tenant's rows the store keeps those that were seen last.
CREATE TABLE operation_seen (
    tenant_id uuid NOT NULL REFERENCES tenant ON DELETE CASCADE,
    client text NOT NULL,
    id text NOT NULL,
    document text NOT NULL,
    first_seen_at timestamptz NOT NULL DEFAULT now(),
    last_seen_at timestamptz NOT NULL DEFAULT now(),
    times bigint NOT NULL,
    PRIMARY KEY (tenant_id, client, id)
);
CALL guard_table('operation_seen');
GRANT SELECT, INSERT, UPDATE, DELETE ON operation_seen TO liftos_app;
