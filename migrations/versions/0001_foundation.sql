-- Every key begins with tenant_id. Every table that holds one is guarded: forced row-level
-- security, one policy for the application role (its own tenant), one for upkeep (all).

CREATE FUNCTION current_tenant() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE
RETURN nullif(current_setting('app.tenant_id', true), '')::uuid;

CREATE PROCEDURE guard_table(target regclass) LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', target);
    EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', target);
    EXECUTE format(
        'CREATE POLICY own_tenant ON %s TO liftos_app'
        ' USING (tenant_id = current_tenant()) WITH CHECK (tenant_id = current_tenant())', target);
    EXECUTE format(
        'CREATE POLICY upkeep ON %s TO liftos_system USING (true) WITH CHECK (true)', target);
END $$;

CREATE TABLE tenant (
    tenant_id uuid PRIMARY KEY DEFAULT uuidv7(),
    slug text NOT NULL CHECK (slug ~ '^[a-z0-9][a-z0-9-]{0,62}$'),
    name text NOT NULL,
    countries text[] NOT NULL,
    fiscal_start_month int NOT NULL CHECK (fiscal_start_month BETWEEN 1 AND 12),
    fiscal_year_named_by_end boolean NOT NULL,
    reporting_currency text NOT NULL,
    tier text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX tenant_slug ON tenant (lower(slug));

-- One row per tenant: when its newest vintage was learned. Its row lock puts the tenant's
-- merges in one order, so learned_at grows in the order of commits.
CREATE TABLE data_clock (
    tenant_id uuid PRIMARY KEY REFERENCES tenant ON DELETE CASCADE,
    learned_at timestamptz NOT NULL DEFAULT '-infinity'
);

CREATE TABLE data_key (
    tenant_id uuid PRIMARY KEY REFERENCES tenant ON DELETE CASCADE,
    wrapped_key bytea NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE api_key (
    tenant_id uuid NOT NULL REFERENCES tenant ON DELETE CASCADE,
    id uuid NOT NULL DEFAULT uuidv7(),
    module text NOT NULL,
    roles text[] NOT NULL,
    secret_hash bytea NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz,
    revoked_at timestamptz,
    PRIMARY KEY (tenant_id, id)
);

CREATE TABLE connection (
    tenant_id uuid NOT NULL REFERENCES tenant ON DELETE CASCADE,
    id uuid NOT NULL DEFAULT uuidv7(),
    source text NOT NULL,
    account_id text NOT NULL,
    name text NOT NULL,
    currency text NOT NULL,
    time_zone text NOT NULL,
    level text NOT NULL,
    look_back_days int NOT NULL CHECK (look_back_days BETWEEN 0 AND 365),
    status text NOT NULL DEFAULT 'ACTIVE',
    sealed_credentials bytea,
    file_mapping jsonb NOT NULL DEFAULT '{}',
    created_at timestamptz NOT NULL DEFAULT now(),
    last_read_at timestamptz,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, source, account_id)
);

CREATE TABLE upload (
    tenant_id uuid NOT NULL REFERENCES tenant ON DELETE CASCADE,
    id uuid NOT NULL DEFAULT uuidv7(),
    filename text NOT NULL,
    media_type text NOT NULL,
    size_bytes bigint,
    sha256 text,
    created_at timestamptz NOT NULL DEFAULT now(),
    finished_at timestamptz,
    PRIMARY KEY (tenant_id, id)
);

CREATE TABLE upload_chunk (
    tenant_id uuid NOT NULL,
    upload_id uuid NOT NULL,
    number int NOT NULL,
    body bytea NOT NULL,
    PRIMARY KEY (tenant_id, upload_id, number),
    FOREIGN KEY (tenant_id, upload_id) REFERENCES upload ON DELETE CASCADE
);
ALTER TABLE upload_chunk ALTER COLUMN body SET STORAGE EXTERNAL;

CREATE TABLE run (
    tenant_id uuid NOT NULL REFERENCES tenant ON DELETE CASCADE,
    id uuid NOT NULL DEFAULT uuidv7(),
    kind text NOT NULL,
    connection_id uuid NOT NULL,
    status text NOT NULL DEFAULT 'QUEUED',
    since date,
    until date,
    upload_id uuid,
    options jsonb NOT NULL DEFAULT '{}',
    checkpoint jsonb,
    claim int NOT NULL DEFAULT 0,
    crashes int NOT NULL DEFAULT 0,
    event_sequence int NOT NULL DEFAULT 0,
    pages bigint NOT NULL DEFAULT 0,
    fetched bigint NOT NULL DEFAULT 0,
    stored bigint NOT NULL DEFAULT 0,
    unchanged bigint NOT NULL DEFAULT 0,
    rejected bigint NOT NULL DEFAULT 0,
    created bigint NOT NULL DEFAULT 0,
    restated bigint NOT NULL DEFAULT 0,
    vanished bigint NOT NULL DEFAULT 0,
    progress double precision NOT NULL DEFAULT 0,
    receipt jsonb,
    error jsonb,
    is_cancel_requested boolean NOT NULL DEFAULT false,
    requested_by text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    started_at timestamptz,
    ended_at timestamptz,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, connection_id) REFERENCES connection ON DELETE CASCADE,
    FOREIGN KEY (tenant_id, upload_id) REFERENCES upload
);
CREATE INDEX run_open ON run (status) WHERE status IN ('QUEUED', 'RUNNING');
CREATE INDEX run_by_connection ON run (tenant_id, connection_id, id DESC);
-- One run at a time reads a connection: two would answer for the same partition.
CREATE UNIQUE INDEX run_one_running_per_connection ON run (tenant_id, connection_id)
    WHERE status = 'RUNNING';

CREATE TABLE run_event (
    tenant_id uuid NOT NULL,
    run_id uuid NOT NULL,
    sequence int NOT NULL,
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    kind text NOT NULL,
    status text NOT NULL,
    message text NOT NULL,
    counters jsonb NOT NULL,
    progress double precision NOT NULL,
    PRIMARY KEY (tenant_id, run_id, sequence),
    FOREIGN KEY (tenant_id, run_id) REFERENCES run ON DELETE CASCADE
);

-- Transactional: a wake-up goes out if and only if the event was committed.
CREATE FUNCTION announce_run_event() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('liftos_run_event', NEW.tenant_id || ' ' || NEW.run_id);
    RETURN NULL;
END $$;
CREATE TRIGGER announce AFTER INSERT ON run_event
    FOR EACH ROW EXECUTE FUNCTION announce_run_event();

CREATE TABLE raw_page (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL DEFAULT uuidv7(),
    run_id uuid NOT NULL,
    connection_id uuid NOT NULL,
    reading int NOT NULL,
    number int NOT NULL,
    stream text NOT NULL,
    media_type text NOT NULL,
    body bytea NOT NULL,
    size_bytes bigint NOT NULL,
    sha256 text NOT NULL,
    request jsonb NOT NULL,
    checkpoint jsonb,
    fetched_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    merged_at timestamptz,
    seen_dates date[],
    seen_digests uuid[],
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, run_id, number),
    FOREIGN KEY (tenant_id, run_id) REFERENCES run ON DELETE CASCADE
);
ALTER TABLE raw_page ALTER COLUMN body SET STORAGE EXTERNAL;

CREATE TABLE rejected_record (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL DEFAULT uuidv7(),
    run_id uuid NOT NULL,
    raw_page_id uuid NOT NULL,
    position int NOT NULL,
    field text NOT NULL,
    reason text NOT NULL,
    mend text NOT NULL,
    payload jsonb NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, raw_page_id) REFERENCES raw_page ON DELETE CASCADE
);
CREATE INDEX rejected_record_by_run ON rejected_record (tenant_id, run_id, id);

-- Each reading of a day of a connection: freshness and maturity come from here.
CREATE TABLE day_reading (
    tenant_id uuid NOT NULL,
    connection_id uuid NOT NULL,
    date date NOT NULL,
    read_at timestamptz NOT NULL,
    run_id uuid NOT NULL,
    PRIMARY KEY (tenant_id, connection_id, date, read_at),
    FOREIGN KEY (tenant_id, connection_id) REFERENCES connection ON DELETE CASCADE
);

CREATE TABLE campaign (
    tenant_id uuid NOT NULL REFERENCES tenant ON DELETE CASCADE,
    digest uuid NOT NULL,
    source text NOT NULL,
    account_id text NOT NULL,
    campaign_id text NOT NULL,
    name text,
    status text,
    objective text,
    PRIMARY KEY (tenant_id, digest)
);

CREATE TABLE marketing_entry (
    tenant_id uuid NOT NULL,
    date date NOT NULL,
    digest uuid NOT NULL,
    source text NOT NULL,
    connection_id uuid NOT NULL,
    account_id text NOT NULL,
    level text NOT NULL,
    entity_id text NOT NULL,
    entity_name text,
    campaign uuid,
    date_basis text NOT NULL,
    attribution_setting text NOT NULL,
    channel text NOT NULL,
    platform_channel text,
    currency text NOT NULL,
    spend numeric(20, 6),
    impressions bigint,
    clicks bigint,
    link_clicks bigint,
    reach bigint,
    video_views bigint,
    conversions numeric(20, 6),
    conversion_value numeric(20, 6),
    conversion_type text,
    actions jsonb,
    is_present boolean NOT NULL,
    learned_at timestamptz NOT NULL,
    first_learned_at timestamptz NOT NULL,
    vintage_count int NOT NULL,
    run_id uuid NOT NULL,
    raw_page_id uuid NOT NULL,
    raw_position int NOT NULL,
    PRIMARY KEY (tenant_id, date, digest)
) PARTITION BY RANGE (date);
CREATE INDEX marketing_entry_by_connection ON marketing_entry (tenant_id, connection_id, date);
CREATE INDEX marketing_entry_by_campaign ON marketing_entry (tenant_id, campaign, date);

CREATE TABLE marketing_entry_vintage (
    tenant_id uuid NOT NULL,
    date date NOT NULL,
    digest uuid NOT NULL,
    learned_at timestamptz NOT NULL,
    is_present boolean NOT NULL,
    entity_name text,
    campaign uuid,
    channel text,
    platform_channel text,
    spend numeric(20, 6),
    impressions bigint,
    clicks bigint,
    link_clicks bigint,
    reach bigint,
    video_views bigint,
    conversions numeric(20, 6),
    conversion_value numeric(20, 6),
    conversion_type text,
    actions jsonb,
    run_id uuid NOT NULL,
    raw_page_id uuid,
    raw_position int,
    PRIMARY KEY (tenant_id, date, digest, learned_at)
) PARTITION BY RANGE (date);
CREATE INDEX marketing_entry_vintage_by_run ON marketing_entry_vintage (tenant_id, run_id);

CREATE PROCEDURE guard_month(parent text, month date) LANGUAGE plpgsql AS $$
DECLARE
    partition text := format('%s_%s', parent, to_char(month, 'YYYYMM'));
BEGIN
    IF to_regclass(partition) IS NOT NULL THEN RETURN; END IF;
    EXECUTE format(
        'CREATE TABLE %I PARTITION OF %I FOR VALUES FROM (%L) TO (%L)',
        partition, parent, month, month + interval '1 month');
    CALL guard_table(partition::regclass);
END $$;

-- Called by the application before it writes: makes the months that are still missing.
-- The application role owns nothing, so it may do this and no other DDL.
CREATE FUNCTION ensure_months(months date[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    month date;
BEGIN
    IF EXISTS (SELECT FROM unnest(months) m WHERE m < '1990-01-01' OR m >= '2100-01-01') THEN
        RAISE EXCEPTION 'a month outside 1990 to 2099' USING ERRCODE = 'datetime_field_overflow';
    END IF;
    PERFORM pg_advisory_xact_lock(hashtext('ensure_months'));
    FOR month IN SELECT DISTINCT date_trunc('month', m)::date FROM unnest(months) m LOOP
        CALL guard_month('marketing_entry', month);
        CALL guard_month('marketing_entry_vintage', month);
    END LOOP;
END $$;
REVOKE ALL ON FUNCTION ensure_months(date[]) FROM PUBLIC;

CREATE TABLE calendar_day (
    tenant_id uuid NOT NULL REFERENCES tenant ON DELETE CASCADE,
    date date NOT NULL,
    year int NOT NULL,
    quarter int NOT NULL,
    month int NOT NULL,
    day int NOT NULL,
    day_of_year int NOT NULL,
    day_of_week int NOT NULL,
    is_weekend boolean NOT NULL,
    iso_year int NOT NULL,
    iso_week int NOT NULL,
    week_start date NOT NULL,
    is_month_start boolean NOT NULL,
    is_month_end boolean NOT NULL,
    is_quarter_end boolean NOT NULL,
    fiscal_year int NOT NULL,
    fiscal_quarter int NOT NULL,
    fiscal_month int NOT NULL,
    is_holiday boolean NOT NULL,
    holidays jsonb NOT NULL,
    retail_events jsonb NOT NULL,
    PRIMARY KEY (tenant_id, date)
);

CREATE TABLE insight (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL DEFAULT uuidv7(),
    kind text NOT NULL,
    connection_id uuid NOT NULL,
    run_id uuid NOT NULL,
    metric text NOT NULL,
    currency text,
    since date NOT NULL,
    until date NOT NULL,
    before numeric NOT NULL,
    after numeric NOT NULL,
    entries int NOT NULL,
    evidence_dates date[] NOT NULL,
    evidence_digests uuid[] NOT NULL,
    detected_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (tenant_id, id),
    UNIQUE NULLS NOT DISTINCT (tenant_id, run_id, kind, metric, currency),
    FOREIGN KEY (tenant_id, connection_id) REFERENCES connection ON DELETE CASCADE
);

-- What was done across tenants, by whom and why. Append-only for both roles.
CREATE TABLE audit_log (
    id uuid PRIMARY KEY DEFAULT uuidv7(),
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    actor text NOT NULL,
    reason text NOT NULL
);

CALL guard_table('tenant');
CALL guard_table('data_clock');
CALL guard_table('data_key');
CALL guard_table('api_key');
CALL guard_table('connection');
CALL guard_table('upload');
CALL guard_table('upload_chunk');
CALL guard_table('run');
CALL guard_table('run_event');
CALL guard_table('raw_page');
CALL guard_table('rejected_record');
CALL guard_table('day_reading');
CALL guard_table('campaign');
CALL guard_table('marketing_entry');
CALL guard_table('marketing_entry_vintage');
CALL guard_table('calendar_day');
CALL guard_table('insight');

-- A key names its tenant before there is a scope: this one function may look, and answers
-- only who a whole, live key belongs to.
CREATE FUNCTION authenticate_key(key_id uuid, hash bytea)
RETURNS TABLE (
    tenant_id uuid, id uuid, module text, roles text[],
    created_at timestamptz, expires_at timestamptz, revoked_at timestamptz
) LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT k.tenant_id, k.id, k.module, k.roles, k.created_at, k.expires_at, k.revoked_at
    FROM api_key k
    WHERE k.id = key_id AND k.secret_hash = hash AND k.revoked_at IS NULL
      AND (k.expires_at IS NULL OR k.expires_at > now())
$$;
GRANT CREATE ON SCHEMA public TO liftos_system;
ALTER FUNCTION authenticate_key(uuid, bytea) OWNER TO liftos_system;
REVOKE CREATE ON SCHEMA public FROM liftos_system;
REVOKE ALL ON FUNCTION authenticate_key(uuid, bytea) FROM PUBLIC;

GRANT USAGE ON SCHEMA public TO liftos_app, liftos_system;
GRANT SELECT, INSERT, UPDATE, DELETE ON
    data_clock, data_key, api_key, connection, upload, upload_chunk, run, run_event, raw_page,
    rejected_record, day_reading, campaign, marketing_entry, marketing_entry_vintage,
    calendar_day, insight
TO liftos_app;
GRANT SELECT ON tenant TO liftos_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON tenant, data_clock, data_key, api_key, connection, run,
    run_event, calendar_day
TO liftos_system;
GRANT SELECT, DELETE ON upload TO liftos_system;
GRANT INSERT, SELECT ON audit_log TO liftos_system;
GRANT EXECUTE ON FUNCTION ensure_months(date[]) TO liftos_app;
GRANT EXECUTE ON FUNCTION authenticate_key(uuid, bytea) TO liftos_app;
