-- What analysis finds is an insight beside those that are exact. `before` and `after` are of exact
-- ones; `observed` to `causes` are a `core.records.findings.Finding`, about the subject that is named
-- by `subject_level` and `subject_key`. `fingerprint` tells the same statement of two analyses, and
-- is null for what is exact. A row is an insight as it stands since `learned_at`, a moment of the
-- tenant's clock.
ALTER TABLE insight
    ALTER connection_id DROP NOT NULL,
    ALTER before DROP NOT NULL,
    ALTER after DROP NOT NULL,
    ADD subject_level text NOT NULL DEFAULT 'CONNECTION',
    ADD subject_key text NOT NULL DEFAULT '',
    ADD observed double precision,
    ADD expected double precision,
    ADD effect jsonb,
    ADD method text,
    ADD n int,
    ADD p double precision,
    ADD q double precision,
    ADD is_final boolean NOT NULL DEFAULT true,
    ADD at_stake numeric,
    ADD causes jsonb NOT NULL DEFAULT '[]',
    ADD facts jsonb NOT NULL DEFAULT '{}',
    ADD severity text,
    ADD fingerprint uuid,
    ADD state text NOT NULL DEFAULT 'OPEN',
    ADD verdict text,
    ADD incident_id uuid,
    ADD owner text,
    ADD learned_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    DROP CONSTRAINT insight_tenant_id_run_id_kind_metric_currency_key;
CREATE UNIQUE INDEX insight_exact ON insight (tenant_id, run_id, kind, metric, currency)
    NULLS NOT DISTINCT WHERE fingerprint IS NULL;
CREATE UNIQUE INDEX insight_found ON insight (tenant_id, fingerprint) WHERE fingerprint IS NOT NULL;

-- One row per version of an insight: `told` is its row as it stood from `learned_at` on.
CREATE TABLE insight_version (
    tenant_id uuid NOT NULL,
    insight_id uuid NOT NULL,
    learned_at timestamptz NOT NULL,
    told jsonb NOT NULL,
    PRIMARY KEY (tenant_id, insight_id, learned_at),
    FOREIGN KEY (tenant_id, insight_id) REFERENCES insight ON DELETE CASCADE
);

-- One row per change of an insight's state: who brought it about, or which run.
CREATE TABLE insight_act (
    tenant_id uuid NOT NULL,
    insight_id uuid NOT NULL,
    at timestamptz NOT NULL,
    state text NOT NULL,
    acted_by text NOT NULL,
    run_id uuid,
    note text,
    PRIMARY KEY (tenant_id, insight_id, at),
    FOREIGN KEY (tenant_id, insight_id) REFERENCES insight ON DELETE CASCADE
);

-- One row per verdict on an insight: when it was judged so, by whom or which run, and by what.
CREATE TABLE insight_verdict (
    tenant_id uuid NOT NULL,
    insight_id uuid NOT NULL,
    at timestamptz NOT NULL,
    verdict text NOT NULL,
    judged_by text NOT NULL,
    run_id uuid,
    note text,
    figures jsonb NOT NULL DEFAULT '{}',
    PRIMARY KEY (tenant_id, insight_id, at),
    FOREIGN KEY (tenant_id, insight_id) REFERENCES insight ON DELETE CASCADE
);

-- One row per tenant that was analysed: by which `rules`, up to which moment of its clock, and under
-- which tokens of `data_version` the data stood then.
CREATE TABLE analysis (
    tenant_id uuid NOT NULL REFERENCES tenant ON DELETE CASCADE,
    rules text NOT NULL,
    looked_at timestamptz NOT NULL,
    tokens jsonb NOT NULL,
    analysed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (tenant_id)
);

CALL guard_table('insight_version');
CALL guard_table('insight_act');
CALL guard_table('insight_verdict');
CALL guard_table('analysis');
GRANT SELECT, INSERT, UPDATE, DELETE ON insight_version, insight_act, insight_verdict, analysis
    TO liftos_app;
GRANT SELECT ON analysis TO liftos_system;
CALL version_table('insight_version', 'INSIGHTS');
CALL version_table('insight_act', 'INSIGHTS');
CALL version_table('insight_verdict', 'INSIGHTS');

-- Whoever writes an insight: no writer can forget its version. Within a moment the last one counts.
CREATE FUNCTION keep_insight_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO insight_version (tenant_id, insight_id, learned_at, told)
    VALUES (NEW.tenant_id, NEW.id, NEW.learned_at, to_jsonb(NEW))
    ON CONFLICT (tenant_id, insight_id, learned_at) DO UPDATE SET told = excluded.told;
    RETURN NULL;
END $$;

-- An owner that is no superuser stands behind the fence too: lifted for this transaction alone.
ALTER TABLE insight NO FORCE ROW LEVEL SECURITY;
ALTER TABLE insight_version NO FORCE ROW LEVEL SECURITY;
UPDATE insight SET learned_at = detected_at;
INSERT INTO insight_version (tenant_id, insight_id, learned_at, told)
SELECT tenant_id, id, learned_at, to_jsonb(insight) FROM insight;
ALTER TABLE insight FORCE ROW LEVEL SECURITY;
ALTER TABLE insight_version FORCE ROW LEVEL SECURITY;
CREATE TRIGGER keep_version AFTER INSERT OR UPDATE ON insight
    FOR EACH ROW EXECUTE FUNCTION keep_insight_version();

-- Analysing is a run of no connection; one of a tenant's works at a time, and it makes room.
ALTER TABLE run
    DROP CONSTRAINT run_connection_id_check,
    ADD CONSTRAINT run_connection_id_check
        CHECK (connection_id IS NOT NULL OR kind = ANY (ARRAY['EXPORT', 'INDEX', 'ANALYSIS']));
CREATE UNIQUE INDEX run_one_analysis_running ON run (tenant_id)
    WHERE kind = 'ANALYSIS' AND status = 'RUNNING';

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
           o.kind IN ('BACKFILL', 'TRANSFORMATION', 'INDEX', 'ANALYSIS'), s.held - o.is_running::int, s.places,
           coalesce(b.runs, 0) - o.is_running::int <= 0, s.turn
    FROM open_turn o
    LEFT JOIN share s ON s.tenant_id = o.tenant_id
    LEFT JOIN busy b ON b.connection_id = o.connection_id
    WHERE o.is_ready;
END $$;

-- Whether a run should give its place up now: one that makes room to every run of its tenant's that
-- makes none; a run whose turn is over also to a tenant that holds fewer.
CREATE OR REPLACE FUNCTION gives_way(holder uuid, is_turn_over boolean, tiers jsonb) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    mine record;
BEGIN
    SELECT r.tenant_id, r.connection_id,
           r.kind IN ('BACKFILL', 'TRANSFORMATION', 'INDEX', 'ANALYSIS') AS makes_room,
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
