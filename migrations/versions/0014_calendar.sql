-- Calendar versions, settings and events.

-- What the organisation wishes of its calendar. What is in force is the newest calendar_version.
ALTER TABLE tenant
    ADD COLUMN subdivisions text[] NOT NULL DEFAULT '{}',
    ADD COLUMN week_start int NOT NULL DEFAULT 1
        CONSTRAINT tenant_week_start_check CHECK (week_start BETWEEN 1 AND 7),
    ADD COLUMN retail_pattern text NOT NULL DEFAULT 'FOUR_FOUR_FIVE',
    ADD COLUMN industry text NOT NULL DEFAULT 'GENERAL';
GRANT UPDATE (
    countries, subdivisions, fiscal_start_month, fiscal_year_named_by_end, week_start,
    retail_pattern, industry
) ON tenant TO liftos_app;

-- One row per tenant and moment of its clock at which its calendar changed: what it was made from.
-- `weekend`: ISO days of the week; `rules`: the code and library that named its days.
CREATE TABLE calendar_version (
    tenant_id uuid NOT NULL REFERENCES tenant ON DELETE CASCADE,
    learned_at timestamptz NOT NULL,
    countries text[] NOT NULL,
    subdivisions text[] NOT NULL,
    fiscal_start_month int NOT NULL,
    fiscal_year_named_by_end boolean NOT NULL,
    week_start int NOT NULL,
    retail_pattern text NOT NULL,
    industry text NOT NULL,
    weekend int[] NOT NULL,
    since date NOT NULL,
    until date NOT NULL,
    rules text NOT NULL,
    PRIMARY KEY (tenant_id, learned_at)
);
CALL guard_table('calendar_version');
GRANT SELECT, INSERT ON calendar_version TO liftos_app;
GRANT SELECT ON calendar_version TO liftos_system;

-- One row per tenant, day and version in which what is kept on that day changed. A day without
-- one has neither holidays nor retail events; all else of a day follows from its date.
ALTER TABLE calendar_day NO FORCE ROW LEVEL SECURITY;
CREATE TEMPORARY TABLE former_day ON COMMIT DROP AS
SELECT tenant_id, date, holidays, retail_events FROM calendar_day;
DROP TABLE calendar_day;
CREATE TABLE calendar_day (
    tenant_id uuid NOT NULL REFERENCES tenant ON DELETE CASCADE,
    date date NOT NULL,
    learned_at timestamptz NOT NULL,
    holidays jsonb NOT NULL,
    retail_events jsonb NOT NULL,
    PRIMARY KEY (tenant_id, date, learned_at)
);
CALL guard_table('calendar_day');
GRANT SELECT, INSERT ON calendar_day TO liftos_app;

-- What there is becomes the first version, which also answers for every moment before it.
ALTER TABLE tenant NO FORCE ROW LEVEL SECURITY;
ALTER TABLE calendar_version NO FORCE ROW LEVEL SECURITY;
ALTER TABLE calendar_day NO FORCE ROW LEVEL SECURITY;
INSERT INTO calendar_version
SELECT t.tenant_id, t.created_at, t.countries, t.subdivisions, t.fiscal_start_month,
       t.fiscal_year_named_by_end, t.week_start, t.retail_pattern, t.industry, '{6,7}',
       f.since, f.until, 'before versions'
FROM tenant t JOIN (
    SELECT tenant_id, min(date) AS since, max(date) AS until FROM former_day GROUP BY tenant_id
) f USING (tenant_id);
INSERT INTO calendar_day
SELECT t.tenant_id, f.date, t.created_at, f.holidays, f.retail_events
FROM tenant t JOIN former_day f USING (tenant_id)
WHERE f.holidays <> '[]' OR f.retail_events <> '[]';
ALTER TABLE tenant FORCE ROW LEVEL SECURITY;
ALTER TABLE calendar_version FORCE ROW LEVEL SECURITY;
ALTER TABLE calendar_day FORCE ROW LEVEL SECURITY;

-- What the organisation itself knows of: one row per event and moment at which it was written,
-- changed or removed. Nothing is ever overwritten, so that earlier moments stay as they were.
-- `effect_size`: the expected effect as a share of the usual, from -1 up; null where unknown.
CREATE TABLE calendar_event (
    tenant_id uuid NOT NULL REFERENCES tenant ON DELETE CASCADE,
    id uuid NOT NULL DEFAULT uuidv7(),
    learned_at timestamptz NOT NULL,
    is_present boolean NOT NULL,
    name text NOT NULL,
    kind text NOT NULL,
    since date NOT NULL,
    until date NOT NULL CONSTRAINT calendar_event_until_check CHECK (until >= since),
    countries text[] NOT NULL,
    geos text[] NOT NULL,
    effect_direction text,
    effect_size numeric,
    note text,
    PRIMARY KEY (tenant_id, id, learned_at)
);
CREATE INDEX calendar_event_days ON calendar_event (tenant_id, since, until);
CALL guard_table('calendar_event');
GRANT SELECT, INSERT ON calendar_event TO liftos_app;
