-- One row per document and model: its vector beside all that searches ask of the document, so that
-- a search reads this one table. What was embedded once stays in `embedding`, whatever is searched.
-- `is_walked`: the tenant has so many that an index is worth what its upkeep takes; all or none of
-- a tenant's rows of a model are.
CREATE TABLE document_vector (
    tenant_id uuid NOT NULL REFERENCES tenant ON DELETE CASCADE,
    model text NOT NULL,
    document_id uuid NOT NULL,
    kind text NOT NULL,
    source text,
    account_id text,
    campaign_id uuid,
    channel text,
    since date,
    until date,
    quality double precision,
    is_walked boolean NOT NULL,
    vector halfvec NOT NULL,
    PRIMARY KEY (tenant_id, model, document_id)
);
ALTER TABLE document_vector ALTER COLUMN vector SET STORAGE MAIN;
-- An index holds vectors of one length; those of any other are searched without.
CREATE INDEX document_vector_256 ON document_vector
    USING hnsw ((vector::halfvec(256)) halfvec_ip_ops) WITH (m = 16, ef_construction = 64)
    WHERE is_walked AND vector_dims(vector) = 256;
CREATE INDEX document_vector_1536 ON document_vector
    USING hnsw ((vector::halfvec(1536)) halfvec_ip_ops) WITH (m = 16, ef_construction = 64)
    WHERE is_walked AND vector_dims(vector) = 1536;

CALL guard_table('document_vector');
GRANT SELECT, INSERT, UPDATE, DELETE ON document_vector TO liftos_app;

-- One row per tenant, model and month (its first day, UTC): what was sent to an embedder that counts.
CREATE TABLE embedding_usage (
    tenant_id uuid NOT NULL REFERENCES tenant ON DELETE CASCADE,
    model text NOT NULL,
    month date NOT NULL,
    tokens bigint NOT NULL,
    requests bigint NOT NULL,
    PRIMARY KEY (tenant_id, model, month)
);
CALL guard_table('embedding_usage');
GRANT SELECT, INSERT, UPDATE, DELETE ON embedding_usage TO liftos_app;

-- One row per erasure: the receipt, which outlives what it tells of. `counts` is what is gone so
-- far, by table and store; written in the transactions that remove, so that no kill makes it lie.
CREATE TABLE erasure (
    id uuid PRIMARY KEY DEFAULT uuidv7(),
    erased uuid NOT NULL,
    slug text NOT NULL,
    requested_by text NOT NULL,
    requested_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    counts jsonb NOT NULL DEFAULT '{}',
    finished_at timestamptz
);
CREATE UNIQUE INDEX erasure_open ON erasure (erased) WHERE finished_at IS NULL;
GRANT SELECT, INSERT, UPDATE ON erasure TO liftos_system;

-- Upkeep may take a tenant's rows out of every table, and read no more of them than whose they are.
-- What was done outlives it: the chain of acts is no such table.
CREATE OR REPLACE PROCEDURE guard_table(target regclass) LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', target);
    EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', target);
    EXECUTE format(
        'CREATE POLICY own_tenant ON %s TO liftos_app'
        ' USING (tenant_id = current_tenant()) WITH CHECK (tenant_id = current_tenant())', target);
    EXECUTE format(
        'CREATE POLICY upkeep ON %s TO liftos_system USING (true) WITH CHECK (true)', target);
    EXECUTE format('GRANT SELECT (tenant_id), DELETE ON %s TO liftos_system', target);
END $$;

DO $$
DECLARE
    target regclass;
BEGIN
    FOR target IN
        SELECT c.oid FROM pg_class c
        JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'tenant_id' AND NOT a.attisdropped
        WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
          AND c.relname NOT IN ('audit_log', 'audit_head')
    LOOP
        EXECUTE format('GRANT SELECT (tenant_id), DELETE ON %s TO liftos_system', target);
    END LOOP;
END $$;

-- Entries that go mark their days as due, whoever takes them away.
GRANT UPDATE (formula) ON attribution_day TO liftos_system;
