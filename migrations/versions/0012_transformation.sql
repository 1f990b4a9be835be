-- Transformations, channel rules and names in time.

-- A run may be of no connection: it then waits for no other, and keeps none waiting.
ALTER TABLE run
    ALTER COLUMN connection_id DROP NOT NULL,
    ADD CONSTRAINT run_connection_id_check CHECK (connection_id IS NOT NULL OR kind = 'EXPORT');
ALTER TABLE data_event ALTER COLUMN connection_id DROP NOT NULL;

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
           o.kind IN ('BACKFILL', 'TRANSFORMATION'), s.held - o.is_running::int, s.places,
           coalesce(b.runs, 0) - o.is_running::int <= 0, s.turn
    FROM open_turn o
    LEFT JOIN share s ON s.tenant_id = o.tenant_id
    LEFT JOIN busy b ON b.connection_id = o.connection_id
    WHERE o.is_ready;
END $$;

-- The job that a worker is to take now, taken; null when there is none for it. Takers come one
-- after the other, so that limits hold exactly. A job whose worker is silent keeps its place and
-- goes first; then the tenant that holds the fewest runs, among equals the one whose last turn is
-- longest ago, and of its runs the oldest, those that make room last.
CREATE OR REPLACE FUNCTION take_turn(
    taker uuid, places int, silence interval, tiers jsonb
) RETURNS bigint LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
    taken bigint;
    winner uuid;
BEGIN
    IF places <= (SELECT count(*) FROM pgqueuer
                  WHERE queue_manager_id = taker AND status = 'picked') THEN
        RETURN NULL;
    END IF;
    IF NOT EXISTS (SELECT FROM pgqueuer q WHERE q.entrypoint = 'run' AND (
           q.status = 'queued' AND q.execute_after <= clock_timestamp()
           OR q.status = 'picked' AND q.heartbeat < clock_timestamp() - silence)) THEN
        RETURN NULL;
    END IF;
    PERFORM pg_advisory_xact_lock(hashtext('take_turn'));
    SELECT q.id INTO taken FROM pgqueuer q
    WHERE q.entrypoint = 'run' AND q.status = 'picked'
      AND q.heartbeat < clock_timestamp() - silence
    ORDER BY q.id LIMIT 1 FOR UPDATE SKIP LOCKED;
    IF taken IS NULL THEN
        SELECT r.job_id, r.tenant_id INTO taken, winner FROM ready_turns(tiers) r
        WHERE r.tenant_id IS NULL OR (r.is_connection_free AND r.held < r.places)
        ORDER BY r.tenant_id IS NOT NULL, r.held, r.turn, r.makes_room, r.run_id LIMIT 1;
        IF winner IS NOT NULL THEN
            PERFORM count_turn(winner);
        END IF;
    END IF;
    UPDATE pgqueuer SET status = 'picked', queue_manager_id = taker,
        updated = clock_timestamp(), heartbeat = clock_timestamp()
    WHERE id = taken AND status IN ('queued', 'picked') RETURNING id INTO taken;
    INSERT INTO pgqueuer_log (job_id, status, entrypoint, priority)
    SELECT id, status, entrypoint, priority FROM pgqueuer WHERE id = taken;
    RETURN taken;
END $$;

-- Whether a run should give its place up now: a backfill or a transformation to every run of its
-- tenant's that makes no room itself; a run whose turn is over also to a tenant that holds fewer.
CREATE OR REPLACE FUNCTION gives_way(holder uuid, is_turn_over boolean, tiers jsonb) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    mine record;
BEGIN
    SELECT r.tenant_id, r.connection_id, r.kind IN ('BACKFILL', 'TRANSFORMATION') AS makes_room,
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

-- Every version of a rule is kept: it is in force from `recorded_at` until `retired_at`, moments of
-- the tenant's clock. What there was before versions counts as known from ever.
ALTER TABLE naming_rule
    ADD COLUMN version int NOT NULL DEFAULT 1,
    ADD COLUMN recorded_at timestamptz NOT NULL DEFAULT '-infinity',
    ADD COLUMN retired_at timestamptz,
    DROP CONSTRAINT naming_rule_tenant_id_name_key,
    DROP CONSTRAINT naming_rule_pkey,
    ADD PRIMARY KEY (tenant_id, id, version);
ALTER TABLE naming_rule ALTER COLUMN version DROP DEFAULT, ALTER COLUMN recorded_at DROP DEFAULT;
CREATE UNIQUE INDEX naming_rule_in_force ON naming_rule (tenant_id, name)
    WHERE retired_at IS NULL;

-- Which rows count to which channel, where it is not the one that their source makes of them.
CREATE TABLE channel_rule (
    tenant_id uuid NOT NULL REFERENCES tenant ON DELETE CASCADE,
    id uuid NOT NULL DEFAULT uuidv7(),
    version int NOT NULL,
    recorded_at timestamptz NOT NULL,
    retired_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    name text NOT NULL,
    channel text NOT NULL,
    source text,
    account_id text,
    labelled text,
    platform_channel text,
    medium text,
    campaign text,
    entity text,
    naming jsonb NOT NULL,
    since date,
    until date CONSTRAINT channel_rule_until_check CHECK (until >= since),
    position int NOT NULL,
    PRIMARY KEY (tenant_id, id, version)
);
CREATE UNIQUE INDEX channel_rule_in_force ON channel_rule (tenant_id, name)
    WHERE retired_at IS NULL;
CALL guard_table('channel_rule');
GRANT SELECT, INSERT, UPDATE, DELETE ON channel_rule TO liftos_app;

-- Which name a campaign had from when on. What was learned goes by the name of then: `named_at` is
-- the moment of it where that is not when the numbers were learned.
CREATE TABLE campaign_name (
    tenant_id uuid NOT NULL REFERENCES tenant ON DELETE CASCADE,
    digest uuid NOT NULL,
    learned_at timestamptz NOT NULL,
    name text NOT NULL,
    PRIMARY KEY (tenant_id, digest, learned_at)
);
CALL guard_table('campaign_name');
GRANT SELECT, INSERT, UPDATE, DELETE ON campaign_name TO liftos_app;
ALTER TABLE campaign NO FORCE ROW LEVEL SECURITY;
ALTER TABLE campaign_name NO FORCE ROW LEVEL SECURITY;
INSERT INTO campaign_name (tenant_id, digest, learned_at, name)
SELECT tenant_id, digest, '-infinity', name FROM campaign WHERE name IS NOT NULL;
ALTER TABLE campaign FORCE ROW LEVEL SECURITY;
ALTER TABLE campaign_name FORCE ROW LEVEL SECURITY;
ALTER TABLE marketing_entry ADD COLUMN named_at timestamptz;
ALTER TABLE marketing_entry_vintage ADD COLUMN named_at timestamptz;
