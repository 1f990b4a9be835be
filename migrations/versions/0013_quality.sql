-- Quality of entries: which checks applied to an entry and which of them failed, as bit masks over
-- the numbered checks of core/quality.py. Null: the entry was written before it was assessed.

ALTER TABLE marketing_entry
    ADD COLUMN checks_applied bigint,
    ADD COLUMN checks_failed bigint;
ALTER TABLE marketing_entry_vintage
    ADD COLUMN checks_applied bigint,
    ADD COLUMN checks_failed bigint;

-- By when a connection was to be read again, as was promised at a moment of the tenant's clock:
-- whether it was active, and its schedules that were not paused.
CREATE TABLE freshness_goal (
    tenant_id uuid NOT NULL,
    connection_id uuid NOT NULL,
    learned_at timestamptz NOT NULL,
    is_active boolean NOT NULL,
    schedules jsonb NOT NULL,
    PRIMARY KEY (tenant_id, connection_id, learned_at),
    FOREIGN KEY (tenant_id, connection_id) REFERENCES connection ON DELETE CASCADE
);

-- How many of a day's totals a run held against the platform's own, and how many were apart.
CREATE TABLE day_reconciliation (
    tenant_id uuid NOT NULL,
    connection_id uuid NOT NULL,
    date date NOT NULL,
    learned_at timestamptz NOT NULL,
    compared int NOT NULL,
    apart int NOT NULL,
    PRIMARY KEY (tenant_id, connection_id, date, learned_at),
    FOREIGN KEY (tenant_id, connection_id) REFERENCES connection ON DELETE CASCADE
);

CALL guard_table('freshness_goal');
CALL guard_table('day_reconciliation');
GRANT SELECT, INSERT, UPDATE, DELETE ON freshness_goal, day_reconciliation TO liftos_app;

-- An owner that is no superuser stands behind the fence too: lifted for this transaction alone.
ALTER TABLE connection NO FORCE ROW LEVEL SECURITY;
ALTER TABLE schedule NO FORCE ROW LEVEL SECURITY;
ALTER TABLE freshness_goal NO FORCE ROW LEVEL SECURITY;
INSERT INTO freshness_goal (tenant_id, connection_id, learned_at, is_active, schedules)
SELECT c.tenant_id, c.id, '-infinity', c.status = 'ACTIVE', coalesce((
    SELECT jsonb_agg(to_jsonb(s)) FROM (
        SELECT s.id, s.cron, s.interval_minutes, s.jitter_seconds, s.created_at FROM schedule s
        WHERE s.tenant_id = c.tenant_id AND s.connection_id = c.id AND NOT s.is_paused
        ORDER BY s.id) s), '[]')
FROM connection c;
ALTER TABLE connection FORCE ROW LEVEL SECURITY;
ALTER TABLE schedule FORCE ROW LEVEL SECURITY;
ALTER TABLE freshness_goal FORCE ROW LEVEL SECURITY;

-- Which critical check a refused record failed; null where it was refused before there were any.
ALTER TABLE rejected_record ADD COLUMN check_id text;
