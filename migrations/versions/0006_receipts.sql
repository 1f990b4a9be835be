-- Reconciliation, held shrinks and what restatements teach.

-- What a connection's receipts are judged by; without a row the defaults of the application hold.
CREATE TABLE receipt_policy (
    tenant_id uuid NOT NULL,
    connection_id uuid NOT NULL,
    tolerance numeric NOT NULL CHECK (tolerance BETWEEN 0 AND 1),
    shrink_share numeric NOT NULL CHECK (shrink_share BETWEEN 0 AND 1),
    shrink_entries int NOT NULL CHECK (shrink_entries >= 1),
    PRIMARY KEY (tenant_id, connection_id),
    FOREIGN KEY (tenant_id, connection_id) REFERENCES connection ON DELETE CASCADE
);

CREATE TABLE held_shrink (
    tenant_id uuid NOT NULL,
    run_id uuid NOT NULL,
    connection_id uuid NOT NULL,
    state text NOT NULL DEFAULT 'HELD',
    standing bigint NOT NULL,
    held_at timestamptz NOT NULL,
    decided_at timestamptz,
    decided_by text,
    PRIMARY KEY (tenant_id, run_id),
    FOREIGN KEY (tenant_id, run_id) REFERENCES run ON DELETE CASCADE
);

-- The entries that a held shrink would bury, each as it stood when it was held.
CREATE TABLE held_entry (
    tenant_id uuid NOT NULL,
    run_id uuid NOT NULL,
    date date NOT NULL,
    digest uuid NOT NULL,
    learned_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, run_id, date, digest),
    FOREIGN KEY (tenant_id, run_id) REFERENCES held_shrink ON DELETE CASCADE
);

-- The platform's own totals of an account, by day, as a run was told them.
CREATE TABLE account_total (
    tenant_id uuid NOT NULL,
    run_id uuid NOT NULL,
    date date NOT NULL,
    currency text NOT NULL,
    raw_page_id uuid NOT NULL,
    spend numeric(20, 6),
    impressions bigint,
    clicks bigint,
    link_clicks bigint,
    video_views bigint,
    conversions numeric(20, 6),
    conversion_value numeric(20, 6),
    PRIMARY KEY (tenant_id, run_id, date, currency),
    FOREIGN KEY (tenant_id, raw_page_id) REFERENCES raw_page ON DELETE CASCADE
);

-- Which days a run asked the platform's totals of; its readings count down from -1. Without days
-- there is a reason why the platform could not be asked or did not answer.
CREATE TABLE total_question (
    tenant_id uuid NOT NULL,
    run_id uuid NOT NULL,
    reading int NOT NULL,
    since date,
    until date,
    reason text,
    PRIMARY KEY (tenant_id, run_id, reading),
    FOREIGN KEY (tenant_id, run_id) REFERENCES run ON DELETE CASCADE
);

-- Days on which the last comparison found a gap; gone once a later one finds none.
CREATE TABLE open_gap (
    tenant_id uuid NOT NULL,
    connection_id uuid NOT NULL,
    date date NOT NULL,
    metric text NOT NULL,
    run_id uuid NOT NULL,
    PRIMARY KEY (tenant_id, connection_id, date, metric),
    FOREIGN KEY (tenant_id, connection_id) REFERENCES connection ON DELETE CASCADE
);

-- What was learned, and when, about how old a day must be before a metric stops moving.
CREATE TABLE restatement_lesson (
    tenant_id uuid NOT NULL,
    connection_id uuid NOT NULL,
    learned_at timestamptz NOT NULL,
    metric text NOT NULL,
    settles_after_days int,
    at_least_days int,
    at_most_days int,
    days int NOT NULL,
    followed_days int NOT NULL,
    PRIMARY KEY (tenant_id, connection_id, learned_at, metric),
    FOREIGN KEY (tenant_id, connection_id) REFERENCES connection ON DELETE CASCADE
);

-- Look-backs that were in force until another was set: what counts as mature at a past moment
-- goes by the one of then.
CREATE TABLE former_look_back (
    tenant_id uuid NOT NULL,
    connection_id uuid NOT NULL,
    until timestamptz NOT NULL,
    days int NOT NULL,
    PRIMARY KEY (tenant_id, connection_id, until),
    FOREIGN KEY (tenant_id, connection_id) REFERENCES connection ON DELETE CASCADE
);

-- How old a day of a connection must be, as was known at a moment: what was learned by then of
-- its slowest metric, and else the look-back of then.
CREATE FUNCTION settles_after(
    tenant uuid, place uuid, look_back_days int, as_of timestamptz
) RETURNS int LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT coalesce(
        (SELECT CASE WHEN bool_and(l.at_most_days IS NOT NULL) THEN max(l.at_most_days) END
         FROM restatement_lesson l
         WHERE l.tenant_id = tenant AND l.connection_id = place AND l.learned_at = (
             SELECT max(n.learned_at) FROM restatement_lesson n
             WHERE n.tenant_id = tenant AND n.connection_id = place AND n.learned_at <= as_of)),
        (SELECT f.days FROM former_look_back f
         WHERE f.tenant_id = tenant AND f.connection_id = place AND f.until > as_of
         ORDER BY f.until LIMIT 1),
        look_back_days)
$$;

-- The moment of a change is one of the tenant's clock, so that asOf cannot fall between it and
-- its commit. The lock is that of merges (stores.postgres.entries.merge_lock), and is taken before
-- any row's, as merges do.
CREATE FUNCTION hold_merges() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(
        ('x' || right(replace(current_tenant()::text, '-', ''), 16))::bit(64)::bigint
        & 9223372036854775807);
    RETURN NULL;
END $$;
CREATE FUNCTION keep_look_back() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    moment timestamptz;
BEGIN
    UPDATE data_clock
    SET learned_at = greatest(clock_timestamp(), learned_at + interval '1 microsecond')
    WHERE tenant_id = NEW.tenant_id RETURNING learned_at INTO moment;
    INSERT INTO former_look_back (tenant_id, connection_id, until, days)
    VALUES (NEW.tenant_id, NEW.id, moment, OLD.look_back_days);
    RETURN NULL;
END $$;
CREATE TRIGGER hold_merges BEFORE UPDATE OF look_back_days ON connection
    FOR EACH STATEMENT EXECUTE FUNCTION hold_merges();
CREATE TRIGGER keep_look_back AFTER UPDATE OF look_back_days ON connection
    FOR EACH ROW WHEN (OLD.look_back_days <> NEW.look_back_days)
    EXECUTE FUNCTION keep_look_back();

CALL guard_table('receipt_policy');
CALL guard_table('held_shrink');
CALL guard_table('held_entry');
CALL guard_table('account_total');
CALL guard_table('total_question');
CALL guard_table('open_gap');
CALL guard_table('restatement_lesson');
CALL guard_table('former_look_back');

GRANT SELECT, INSERT, UPDATE, DELETE ON
    receipt_policy, held_shrink, held_entry, account_total, total_question, open_gap,
    restatement_lesson, former_look_back
TO liftos_app;
