-- What the peers read: the same rows as plain views, and tables of the same shape for what we
-- work out. No tenant is guarded here: the condition is the request's own.

DROP SCHEMA IF EXISTS peers CASCADE;
CREATE SCHEMA peers;

CREATE VIEW peers.entry AS
SELECT tenant_id, date, digest, source, account_id, level, entity_id, entity_name, campaign,
       channel, currency, spend, impressions, clicks, link_clicks, conversions, conversion_value,
       learned_at
FROM marketing_entry WHERE is_present;

CREATE VIEW peers.campaign AS SELECT tenant_id, digest, campaign_id, name FROM campaign;

CREATE TABLE peers.calendar_day (
    tenant_id uuid NOT NULL,
    date date NOT NULL,
    iso_week int NOT NULL,
    month int NOT NULL,
    quarter int NOT NULL,
    fiscal_year int NOT NULL,
    day_of_week int NOT NULL,
    is_weekend boolean NOT NULL,
    is_holiday boolean NOT NULL,
    PRIMARY KEY (tenant_id, date)
);

CREATE TABLE peers.attribution_row (
    tenant_id uuid NOT NULL,
    date date NOT NULL,
    channel text COLLATE "C" NOT NULL,
    source text COLLATE "C" NOT NULL,
    account_id text COLLATE "C" NOT NULL,
    campaign uuid NOT NULL,
    currency text COLLATE "C" NOT NULL,
    entries int NOT NULL,
    days int NOT NULL,
    spend numeric,
    impressions bigint,
    clicks bigint,
    link_clicks bigint,
    conversions numeric,
    conversion_value numeric,
    learned_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, date, channel, source, account_id, campaign, currency)
);
INSERT INTO peers.attribution_row
SELECT tenant_id, date, channel, source, account_id, campaign, currency, count(*), 1, sum(spend),
       sum(impressions), sum(clicks), sum(link_clicks), sum(conversions), sum(conversion_value),
       max(learned_at)
FROM marketing_entry WHERE is_present
GROUP BY tenant_id, date, channel, source, account_id, campaign, currency
ORDER BY tenant_id, date, channel, source, account_id, campaign, currency;

CREATE VIEW peers.attribution_month AS
SELECT tenant_id, date_trunc('month', date::timestamp)::date AS date, channel, currency,
       sum(entries)::int AS entries, sum(spend) AS spend, sum(impressions)::bigint AS impressions,
       sum(clicks)::bigint AS clicks, sum(conversions) AS conversions,
       sum(conversion_value) AS conversion_value
FROM peers.attribution_row GROUP BY 1, 2, 3, 4;

CREATE FUNCTION peers.entries_by_keys(tenant uuid, dates date[], digests uuid[])
RETURNS SETOF peers.entry LANGUAGE sql STABLE AS $$
    SELECT e.* FROM unnest(dates, digests) WITH ORDINALITY k (date, digest, place)
    JOIN peers.entry e ON e.tenant_id = tenant AND e.date = k.date AND e.digest = k.digest
    ORDER BY k.place
$$;

-- What PostGraphile is told of keys and relations that views cannot have.
COMMENT ON VIEW peers.entry IS '@primaryKey tenant_id,date,digest
@foreignKey (tenant_id, date) references peers.calendar_day (tenant_id, date)|@fieldName calendar
@foreignKey (tenant_id, campaign) references peers.campaign (tenant_id, digest)|@foreignFieldName entries';
COMMENT ON VIEW peers.campaign IS '@primaryKey tenant_id,digest';
COMMENT ON VIEW peers.attribution_month IS '@primaryKey tenant_id,date,channel,currency';
COMMENT ON FUNCTION peers.entries_by_keys(uuid, date[], uuid[]) IS '@behavior +list -connection';
