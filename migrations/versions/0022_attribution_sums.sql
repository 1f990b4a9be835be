-- Sums that attribution rows are made of, kept by day of a connection.

-- One row per day of a connection that has, or had, entries. Whatever writes an entry puts
-- `formula` to null in the same transaction: the day's sums are then not to be read until they are
-- made anew. `changed_at` is when the newest of its entries was learned, `formula` names what the
-- sums were made by, the counts say how many sums there are in each detail.
CREATE TABLE attribution_day (
    tenant_id uuid NOT NULL REFERENCES tenant ON DELETE CASCADE,
    date date NOT NULL,
    connection_id uuid NOT NULL,
    changed_at timestamptz NOT NULL,
    formula text,
    coarse_sums int NOT NULL DEFAULT 0,
    detailed_sums int NOT NULL DEFAULT 0,
    PRIMARY KEY (tenant_id, date, connection_id)
) WITH (fillfactor = 70);
CREATE INDEX attribution_day_due ON attribution_day (formula, tenant_id);

-- Sums over the entries that are present on a day of a connection, one row per combination of the
-- columns from `source` to `entity_id`. Of the coarse ones the last five are null. Whole numbers
-- are numeric, since sums of them may pass 64 bits.
CREATE TABLE attribution_sum (
    tenant_id uuid NOT NULL,
    is_detailed boolean NOT NULL,
    date date NOT NULL,
    connection_id uuid NOT NULL,
    number int NOT NULL,
    source text NOT NULL,
    account_id text NOT NULL,
    level text NOT NULL,
    channel text NOT NULL,
    currency text NOT NULL,
    date_basis text NOT NULL,
    attribution_setting text NOT NULL,
    series_role text,
    campaign uuid,
    country text,
    geo text,
    device text,
    entity_id text,
    entries bigint NOT NULL,
    covers int NOT NULL,
    spend numeric,
    impressions numeric,
    clicks numeric,
    link_clicks numeric,
    reach bigint,
    conversions numeric,
    conversion_value numeric,
    value numeric,
    completeness_applied bigint,
    completeness_failed bigint,
    validity_applied bigint,
    validity_failed bigint,
    consistency_applied bigint,
    consistency_failed bigint,
    uniqueness_applied bigint,
    uniqueness_failed bigint,
    learned_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, is_detailed, date, connection_id, number)
);

-- Once a statement, whoever writes: no writer can forget it. A day that passes from one connection
-- to another is marked for both.
CREATE FUNCTION mark_attribution_days() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO attribution_day AS d (tenant_id, date, connection_id, changed_at)
        SELECT tenant_id, date, connection_id, max(learned_at) FROM changed
        GROUP BY tenant_id, date, connection_id ORDER BY tenant_id, date, connection_id
        ON CONFLICT (tenant_id, date, connection_id) DO UPDATE
        SET formula = NULL, changed_at = greatest(d.changed_at, excluded.changed_at);
    ELSIF TG_OP = 'UPDATE' THEN
        INSERT INTO attribution_day AS d (tenant_id, date, connection_id, changed_at)
        SELECT tenant_id, date, connection_id, (SELECT max(learned_at) FROM changed) FROM (
            SELECT tenant_id, date, connection_id FROM changed
            UNION SELECT tenant_id, date, connection_id FROM former) both_of_them
        ORDER BY tenant_id, date, connection_id
        ON CONFLICT (tenant_id, date, connection_id) DO UPDATE
        SET formula = NULL, changed_at = greatest(d.changed_at, excluded.changed_at);
    ELSE
        UPDATE attribution_day d SET formula = NULL FROM (
            SELECT DISTINCT tenant_id, date, connection_id FROM former) f
        WHERE d.tenant_id = f.tenant_id AND d.date = f.date
          AND d.connection_id = f.connection_id;
    END IF;
    RETURN NULL;
END $$;

-- What is there already is due. An owner that is no superuser stands behind the fence too: lifted
-- for this transaction alone.
ALTER TABLE marketing_entry NO FORCE ROW LEVEL SECURITY;
INSERT INTO attribution_day (tenant_id, date, connection_id, changed_at)
SELECT tenant_id, date, connection_id, max(learned_at) FROM marketing_entry
GROUP BY tenant_id, date, connection_id;
ALTER TABLE marketing_entry FORCE ROW LEVEL SECURITY;

CREATE TRIGGER mark_inserted AFTER INSERT ON marketing_entry
    REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION mark_attribution_days();
CREATE TRIGGER mark_updated AFTER UPDATE ON marketing_entry
    REFERENCING OLD TABLE AS former NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION mark_attribution_days();
CREATE TRIGGER mark_deleted AFTER DELETE ON marketing_entry
    REFERENCING OLD TABLE AS former
    FOR EACH STATEMENT EXECUTE FUNCTION mark_attribution_days();

CALL guard_table('attribution_day');
CALL guard_table('attribution_sum');
GRANT SELECT, INSERT, UPDATE, DELETE ON attribution_day, attribution_sum TO liftos_app;
GRANT SELECT ON attribution_day TO liftos_system;
