-- What a tenant has, said in words, so that it can be found: documents and their index.

CREATE EXTENSION IF NOT EXISTS vector;

-- One row per version of a document, which holds from `learned_at` until `superseded_at`, moments of
-- the tenant's clock; `changed_at` is the later of both. The tenant is one of the lexemes, so that
-- the index need not walk the documents of every tenant that use a word.
CREATE TABLE document (
    tenant_id uuid NOT NULL REFERENCES tenant ON DELETE CASCADE,
    id uuid NOT NULL,
    learned_at timestamptz NOT NULL,
    kind text NOT NULL,
    subject_id text NOT NULL,
    source text,
    account_id text,
    entity_id text,
    campaign_id uuid,
    channel text,
    since date,
    until date,
    title text NOT NULL,
    text text NOT NULL,
    content_hash bytea NOT NULL,
    quality double precision,
    superseded_at timestamptz,
    changed_at timestamptz NOT NULL,
    lexemes tsvector NOT NULL GENERATED ALWAYS AS (
        setweight(to_tsvector('english', title), 'A')
        || setweight(to_tsvector('english', text), 'B')
        || array_to_tsvector(ARRAY[tenant_id::text])
    ) STORED,
    PRIMARY KEY (tenant_id, id, learned_at)
);
CREATE UNIQUE INDEX document_current ON document (tenant_id, id) WHERE superseded_at IS NULL;
CREATE INDEX document_by_change ON document (tenant_id, changed_at, id);
CREATE INDEX document_by_period ON document (tenant_id, kind, since) WHERE superseded_at IS NULL;
CREATE INDEX document_by_content ON document (tenant_id, content_hash);
CREATE INDEX document_lexemes ON document USING gin (lexemes) WHERE superseded_at IS NULL;

-- One row per text that a model has seen, under the SHA-256 of the text: never across tenants.
CREATE TABLE embedding (
    tenant_id uuid NOT NULL REFERENCES tenant ON DELETE CASCADE,
    model text NOT NULL,
    content_hash bytea NOT NULL,
    vector halfvec NOT NULL,
    PRIMARY KEY (tenant_id, model, content_hash)
);

-- One row per tenant and model of embeddings.
CREATE TABLE search_index (
    tenant_id uuid NOT NULL REFERENCES tenant ON DELETE CASCADE,
    model text NOT NULL,
    dimension int NOT NULL,
    state text NOT NULL DEFAULT 'BUILDING',
    documents bigint NOT NULL DEFAULT 0,
    embedded bigint NOT NULL DEFAULT 0,
    reused bigint NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    serving_since timestamptz,
    retired_at timestamptz,
    PRIMARY KEY (tenant_id, model)
);
CREATE UNIQUE INDEX search_index_serving ON search_index (tenant_id) WHERE state = 'SERVING';

-- One row per tenant whose documents were written. `looked_at`: they say what was known at this
-- moment of its clock; null: all are to be written anew. `rules` names what wrote them.
-- `kept_days`: how long superseded versions stay, null for ever; none before `kept_since` is
-- complete. `measured` is what upkeep found at `measured_at`.
CREATE TABLE document_index (
    tenant_id uuid NOT NULL REFERENCES tenant ON DELETE CASCADE,
    looked_at timestamptz,
    rules text,
    kept_days int CONSTRAINT document_index_kept_days_check CHECK (kept_days >= 0),
    kept_since timestamptz,
    measured jsonb,
    measured_at timestamptz,
    PRIMARY KEY (tenant_id)
);

-- One row per step that follows documents into an index of its own: it has seen every change up to
-- the document `through_id` of the moment `through`.
CREATE TABLE index_step (
    tenant_id uuid NOT NULL REFERENCES tenant ON DELETE CASCADE,
    step text NOT NULL,
    through timestamptz NOT NULL,
    through_id uuid NOT NULL,
    PRIMARY KEY (tenant_id, step)
);

CALL guard_table('document');
CALL guard_table('embedding');
CALL guard_table('search_index');
CALL guard_table('document_index');
CALL guard_table('index_step');
GRANT SELECT, INSERT, UPDATE, DELETE ON document, embedding, search_index, document_index, index_step
    TO liftos_app;
GRANT SELECT ON document, search_index, document_index TO liftos_system;

-- Indexing is a run of no connection; one of a tenant's works at a time, and it makes room.
ALTER TABLE run
    DROP CONSTRAINT run_connection_id_check,
    ADD CONSTRAINT run_connection_id_check
        CHECK (connection_id IS NOT NULL OR kind = ANY (ARRAY['EXPORT', 'INDEX']));
CREATE UNIQUE INDEX run_one_index_running ON run (tenant_id)
    WHERE kind = 'INDEX' AND status = 'RUNNING';

DROP FUNCTION ready_turns(jsonb);
-- Every job whose run could be worked on now, with what fairness asks: how many runs its tenant
-- holds and may hold, and whether its connection is free of other runs. A run is held while a
-- worker has its job, silent ones too, or while it is RUNNING; one of no connection never waits
-- for another. A job without an open run comes without tenant: whoever takes it only puts it away.
CREATE FUNCTION ready_turns(tiers jsonb) RETURNS TABLE (
    job_id bigint, run_id uuid, tenant_id uuid, connection_id uuid, makes_room boolean,
    held bigint, places int, is_connection_free boolean, turn bigint
) LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    WITH open_turn AS MATERIALIZED (
        SELECT q.id AS job_id, q.status = 'picked' AS is_picked,
               q.status = 'queued' AND q.execute_after <= clock_timestamp() AS is_ready,
               r.tenant_id, r.id, r.connection_id, r.kind, r.status = 'RUNNING' AS is_running
        FROM (SELECT * FROM run WHERE status IN ('QUEUED', 'RUNNING')) r
        FULL JOIN (SELECT * FROM pgqueuer
                   WHERE entrypoint = 'run' AND status IN ('queued', 'picked')) q
            ON q.dedupe_key = r.id::text
    ), held AS MATERIALIZED (
        SELECT o.tenant_id, o.connection_id FROM open_turn o
        WHERE o.tenant_id IS NOT NULL AND (o.is_running OR o.is_picked)
    ), busy AS (
        SELECT h.connection_id, count(*) AS runs FROM held h GROUP BY h.connection_id
    ), share AS (
        SELECT t.tenant_id, coalesce(s.concurrent_runs, (tiers ->> t.tier)::int, 4) AS places,
               coalesce(s.turn, 0) AS turn, coalesce(h.runs, 0) AS held
        FROM tenant t LEFT JOIN tenant_share s ON s.tenant_id = t.tenant_id
        LEFT JOIN (SELECT h.tenant_id, count(*) AS runs FROM held h GROUP BY h.tenant_id) h
            ON h.tenant_id = t.tenant_id
    )
    SELECT o.job_id, o.id, o.tenant_id, o.connection_id,
           o.kind IN ('BACKFILL', 'TRANSFORMATION', 'INDEX'), s.held - o.is_running::int, s.places,
           coalesce(b.runs, 0) - o.is_running::int <= 0, s.turn
    FROM open_turn o
    LEFT JOIN share s ON s.tenant_id = o.tenant_id
    LEFT JOIN busy b ON b.connection_id = o.connection_id
    WHERE o.is_ready;
END $$;

-- Whether a run should give its place up now: a backfill, a transformation or an index to every run
-- of its tenant's that makes no room itself; a run whose turn is over also to a tenant that holds
-- fewer.
CREATE OR REPLACE FUNCTION gives_way(holder uuid, is_turn_over boolean, tiers jsonb) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    mine record;
BEGIN
    SELECT r.tenant_id, r.connection_id, r.kind IN ('BACKFILL', 'TRANSFORMATION', 'INDEX') AS makes_room,
           (SELECT count(*) FROM run o
            WHERE o.tenant_id = r.tenant_id AND o.status = 'RUNNING') AS held
    INTO mine FROM run r WHERE r.id = holder AND r.status = 'RUNNING';
    RETURN EXISTS (
        SELECT FROM ready_turns(tiers) r
        WHERE (r.tenant_id = mine.tenant_id AND mine.makes_room AND NOT r.makes_room
               AND (r.is_connection_free OR r.connection_id = mine.connection_id))
           OR (r.tenant_id <> mine.tenant_id AND is_turn_over AND r.is_connection_free
               AND r.held < r.places AND r.held < mine.held));
END $$;

GRANT CREATE ON SCHEMA public TO liftos_system;
ALTER FUNCTION ready_turns(jsonb) OWNER TO liftos_system;
REVOKE CREATE ON SCHEMA public FROM liftos_system;
REVOKE ALL ON FUNCTION ready_turns(jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ready_turns(jsonb) TO liftos_app;
