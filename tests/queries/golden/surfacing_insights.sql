--: SELECT insight
SELECT * FROM insight WHERE tenant_id = $1 AND since <= $2 AND until >= $3 AND state IN ($4, $5, $6) AND (q IS NULL OR q <= $7) ORDER BY id DESC LIMIT 4;

--: SELECT tenant
SELECT tenant_id, slug, name, countries, fiscal_start_month, fiscal_year_named_by_end, reporting_currency, tier, created_at, subdivisions, week_start, retail_pattern, industry FROM tenant WHERE tenant_id = $1;

--: SELECT connection
SELECT id, source, account_id, name, currency, time_zone, level, look_back_days, status, file_mapping, created_at, last_read_at, breakdown FROM connection WHERE tenant_id = $1 AND id = ANY($2);

--: SELECT
SELECT clock_timestamp() WHERE pg_try_advisory_xact_lock_shared($1);

--: SELECT attribution_day
SELECT sum(c.days)::bigint AS days, max(c.days) AS days_of_one, sum(c.apart)::bigint AS apart,
sum(c.coarse)::bigint AS coarse, sum(c.detailed)::bigint AS detailed,
bit_or(c.varies) AS varies,
count(*) = count(DISTINCT c.connection_id) AND count(*) = count(DISTINCT c.account_id)
AS has_own_accounts
FROM (
SELECT d.connection_id, d.account_id, count(*) AS days,
count(*) FILTER (WHERE (d.formula IS DISTINCT FROM $5 OR d.changed_at > $2)) AS apart, sum(d.coarse_sums) AS coarse,
sum(d.detailed_sums) AS detailed, bit_or(d.varies) AS varies
FROM attribution_day d WHERE
d.tenant_id = $1 AND d.date BETWEEN $3 AND $4
AND ($6::uuid[] IS NULL OR d.connection_id = ANY($6)) GROUP BY d.connection_id, d.account_id
) c;

--: SELECT marketing_entry
SELECT DISTINCT currency FROM marketing_entry WHERE tenant_id = $1 AND date BETWEEN $2 AND $3;

--: SELECT data_clock
SELECT $2::timestamptz < clock_timestamp() AS is_past, EXISTS (
SELECT FROM data_clock WHERE tenant_id = $1 AND learned_at >= $2) AS is_settled;

--: SELECT
SELECT pg_advisory_xact_lock_shared($1);

--: SELECT exchange_publication
SELECT asked.date AS asked, asked.as_of, p.date, p.source, p.rates
FROM unnest($1::date[], $2::timestamptz[]) asked (date, as_of)
CROSS JOIN LATERAL (
SELECT * FROM exchange_publication e
WHERE e.date <= asked.date AND e.learned_at <= coalesce(asked.as_of, now())
ORDER BY e.date DESC LIMIT 1
) p;

--: SELECT exchange_rate
SELECT asked.date AS asked, asked.as_of, r.*
FROM unnest($2::date[], $3::timestamptz[]) asked (date, as_of)
JOIN exchange_rate r ON r.tenant_id = $1
AND r.since <= asked.date AND coalesce(r.until >= asked.date, true)
AND CASE WHEN asked.as_of IS NULL THEN r.retired_at IS NULL
ELSE r.recorded_at <= asked.as_of AND coalesce(r.retired_at > asked.as_of, true) END
ORDER BY since DESC, id DESC;

--: SELECT day_reading, marketing_entry, marketing_entry_vintage, connection
SELECT * FROM (SELECT step, (step::numeric) AS rank, a.entries AS now_entries, a.unconverted AS now_unconverted, a.is_mature AS now_is_mature, a.quality AS now_quality, a.learned_at AS now_learned_at, a.spend AS now_spend, a.impressions AS now_impressions, a.clicks AS now_clicks, a.link_clicks AS now_link_clicks, a.reach AS now_reach, a.conversions AS now_conversions, a.conversion_value AS now_conversion_value, a.value AS now_value FROM (SELECT (w.number - 1)::int AS step, sum(e.entries)::bigint AS entries, sum(e.unconverted)::bigint AS unconverted, bool_and(e.is_mature) AS is_mature, round(exp((CASE WHEN round(1 - (coalesce(sum(e.completeness_failed), 0))::numeric / nullif(sum(e.completeness_applied), 0), 6)::float8 IS NULL THEN 0 ELSE 0.25::float8 * ln(greatest(round(1 - (coalesce(sum(e.completeness_failed), 0))::numeric / nullif(sum(e.completeness_applied), 0), 6)::float8, 0.01::float8)) END + CASE WHEN round(1 - (coalesce(sum(e.validity_failed), 0))::numeric / nullif(sum(e.validity_applied), 0), 6)::float8 IS NULL THEN 0 ELSE 0.25::float8 * ln(greatest(round(1 - (coalesce(sum(e.validity_failed), 0))::numeric / nullif(sum(e.validity_applied), 0), 6)::float8, 0.01::float8)) END + CASE WHEN round(1 - (coalesce(sum(e.consistency_failed), 0))::numeric / nullif(sum(e.consistency_applied), 0), 6)::float8 IS NULL THEN 0 ELSE 0.2::float8 * ln(greatest(round(1 - (coalesce(sum(e.consistency_failed), 0))::numeric / nullif(sum(e.consistency_applied), 0), 6)::float8, 0.01::float8)) END + CASE WHEN round(1 - (coalesce(sum(e.uniqueness_failed), 0))::numeric / nullif(sum(e.uniqueness_applied), 0), 6)::float8 IS NULL THEN 0 ELSE 0.1::float8 * ln(greatest(round(1 - (coalesce(sum(e.uniqueness_failed), 0))::numeric / nullif(sum(e.uniqueness_applied), 0), 6)::float8, 0.01::float8)) END) / nullif(CASE WHEN round(1 - (coalesce(sum(e.completeness_failed), 0))::numeric / nullif(sum(e.completeness_applied), 0), 6)::float8 IS NULL THEN 0 ELSE 0.25::float8 END + CASE WHEN round(1 - (coalesce(sum(e.validity_failed), 0))::numeric / nullif(sum(e.validity_applied), 0), 6)::float8 IS NULL THEN 0 ELSE 0.25::float8 END + CASE WHEN round(1 - (coalesce(sum(e.consistency_failed), 0))::numeric / nullif(sum(e.consistency_applied), 0), 6)::float8 IS NULL THEN 0 ELSE 0.2::float8 END + CASE WHEN round(1 - (coalesce(sum(e.uniqueness_failed), 0))::numeric / nullif(sum(e.uniqueness_applied), 0), 6)::float8 IS NULL THEN 0 ELSE 0.1::float8 END, 0))::numeric, 6)::float8 AS quality, max(e.learned_at) AS learned_at, CASE WHEN NOT bool_or(e.spend_unknown) THEN sum(e.spend) END AS spend, sum(e.impressions)::bigint AS impressions, sum(e.clicks)::bigint AS clicks, sum(e.link_clicks)::bigint AS link_clicks, CASE WHEN sum(e.entries) = 1 THEN max(e.reach) END AS reach, sum(e.conversions) AS conversions, CASE WHEN NOT bool_or(e.value_unknown) THEN sum(e.conversion_value) END AS conversion_value, sum(e.value) AS value FROM (SELECT e.date, e.connection_id, e.source, e.account_id, e.level, e.channel, e.currency, e.date_basis, e.attribution_setting, e.series_role, e.campaign, e.country, e.geo, e.device, e.entity_id, 1::bigint AS entries, least(coalesce(e.covers_days, 1), 100000)::int AS covers, round((e.spend) * r.rate, 6) AS spend, e.impressions AS impressions, e.clicks AS clicks, e.link_clicks AS link_clicks, e.reach AS reach, CASE WHEN e.date_basis = 'EVENT' AND e.conversions IS NULL THEN round((e.actions ->> 'orders')::numeric, 6) ELSE e.conversions END AS conversions, round((CASE WHEN e.date_basis = 'EVENT' AND e.conversion_value IS NULL THEN round((e.actions ->> 'revenue')::numeric, 6) ELSE e.conversion_value END) * r.rate, 6) AS conversion_value, e.value AS value, (3 * bit_count((e.checks_applied & 17)::bit(64)) + 4 * bit_count((e.checks_applied & 14)::bit(64)))::bigint AS completeness_applied, (3 * bit_count((e.checks_failed & 17)::bit(64)) + 4 * bit_count((e.checks_failed & 14)::bit(64)))::bigint AS completeness_failed, (2 * bit_count((e.checks_applied & 1024)::bit(64)) + 3 * bit_count((e.checks_applied & 512)::bit(64)) + 4 * bit_count((e.checks_applied & 256)::bit(64)))::bigint AS validity_applied, (2 * bit_count((e.checks_failed & 1024)::bit(64)) + 3 * bit_count((e.checks_failed & 512)::bit(64)) + 4 * bit_count((e.checks_failed & 256)::bit(64)))::bigint AS validity_failed, (3 * bit_count((e.checks_applied & 16252928)::bit(64)) + 4 * bit_count((e.checks_applied & 196608)::bit(64)))::bigint AS consistency_applied, (3 * bit_count((e.checks_failed & 16252928)::bit(64)) + 4 * bit_count((e.checks_failed & 196608)::bit(64)))::bigint AS consistency_failed, (4 * bit_count((e.checks_applied & 4294967296)::bit(64)))::bigint AS uniqueness_applied, (4 * bit_count((e.checks_failed & 4294967296)::bit(64)))::bigint AS uniqueness_failed, e.learned_at AS learned_at, (r.rate IS NULL AND (e.spend IS NOT NULL OR (CASE WHEN e.date_basis = 'EVENT' AND e.conversion_value IS NULL THEN round((e.actions ->> 'revenue')::numeric, 6) ELSE e.conversion_value END) IS NOT NULL))::int::bigint AS unconverted, r.rate IS NULL AND e.spend IS NOT NULL AS spend_unknown, r.rate IS NULL AND (CASE WHEN e.date_basis = 'EVENT' AND e.conversion_value IS NULL THEN round((e.actions ->> 'revenue')::numeric, 6) ELSE e.conversion_value END) IS NOT NULL AS value_unknown, e.time_zone, coalesce((e.last_read_at AT TIME ZONE e.time_zone)::date - e.date > e.settles_after_days, false) AS is_mature FROM (
SELECT x.*, c.time_zone, c.settles_after_days,
CASE WHEN x.source IN ('WEBHOOK') THEN $2::timestamptz ELSE
(SELECT max(d.read_at) FROM day_reading d
WHERE d.tenant_id = $1 AND d.connection_id = x.connection_id
AND d.date = x.date AND d.read_at <= $2::timestamptz) END AS last_read_at
FROM (
SELECT m.date, m.digest, m.source, m.connection_id, m.account_id, m.level, m.entity_id, m.entity_name, m.campaign, m.date_basis, m.attribution_setting, m.channel, m.platform_channel, m.currency, m.country, m.geo, m.device, m.series_role, m.covers_days, m.first_learned_at, m.learned_at, m.is_present, m.run_id, m.raw_page_id, m.raw_position, m.spend, m.impressions, m.clicks, m.link_clicks, m.reach, m.video_views, m.conversions, m.conversion_value, m.conversion_type, m.actions, m.value, m.checks_applied, m.checks_failed, m.vintage_count, coalesce(m.named_at, m.learned_at) AS named_at
FROM marketing_entry m
WHERE m.tenant_id = $1 AND m.learned_at <= $2::timestamptz AND m.is_present
UNION ALL
SELECT m.date, m.digest, m.source, m.connection_id, m.account_id, m.level, m.entity_id, v.entity_name, v.campaign, m.date_basis, m.attribution_setting, v.channel, v.platform_channel, m.currency, v.country, v.geo, m.device, v.series_role, v.covers_days, m.first_learned_at, v.learned_at, v.is_present, v.run_id, v.raw_page_id, v.raw_position, v.spend, v.impressions, v.clicks, v.link_clicks, v.reach, v.video_views, v.conversions, v.conversion_value, v.conversion_type, v.actions, v.value, v.checks_applied, v.checks_failed, v.vintage_count, coalesce(v.named_at, v.learned_at) AS named_at
FROM marketing_entry m CROSS JOIN LATERAL (
SELECT w.*, (count(*) OVER ())::int AS vintage_count
FROM marketing_entry_vintage w
WHERE w.tenant_id = $1 AND w.date = m.date AND w.digest = m.digest
AND w.learned_at <= $2::timestamptz AND w.date BETWEEN $3::date AND $4::date
ORDER BY w.learned_at DESC LIMIT 1
) v
WHERE m.tenant_id = $1 AND m.learned_at > $2::timestamptz
AND m.first_learned_at <= $2::timestamptz AND v.is_present) x
-- Every entry has its connection. LEFT, for of an inner join the planner expects hardly any
-- row, and then sorts a tenant's whole past for one page.
LEFT JOIN (
-- MATERIALIZED: asked once for each connection, however its entries are come by.
WITH k AS MATERIALIZED (
SELECT k.id, k.time_zone, settles_after(
k.tenant_id, k.id, k.look_back_days, $2::timestamptz
) AS settles_after_days
FROM connection k WHERE k.tenant_id = $1
) SELECT * FROM k
) c ON c.id = x.connection_id
) e LEFT JOIN unnest($7::date[], $8::text[], $9::numeric[]) r (date, currency, rate) ON r.date = e.date AND r.currency = e.currency WHERE e.date BETWEEN $3::date AND $4::date AND NOT (e.level = 'ORDER' OR (e.level = 'ACCOUNT' AND e.date_basis = 'EVENT')) AND (e.series_role IS NULL OR e.series_role IN ('SPEND', 'IMPRESSIONS', 'CLICKS')) AND e.date_basis IN ($5, $6)) e
JOIN (
SELECT s.*, s.since + day AS date
FROM unnest($10::date[], $11::date[], $12::uuid[], $13::uuid[], $14::text[]) WITH ORDINALITY
s (since, until, connection_id, campaign, channel, number)
CROSS JOIN LATERAL generate_series(0, s.until - s.since) day
OFFSET 0
) w ON e.date = w.date
AND (w.connection_id IS NULL OR e.connection_id = w.connection_id)
AND (w.campaign IS NULL OR e.campaign = w.campaign)
AND (w.channel IS NULL OR e.channel = w.channel) GROUP BY 1) a) g WHERE true ORDER BY (g.rank IS NULL)::int ASC, coalesce(g.rank, 0) ASC, g.step ASC LIMIT 4;

--: SELECT calendar_event, calendar_version
SELECT *, (
SELECT max(learned_at) FROM calendar_event
WHERE tenant_id = $1 AND learned_at <= coalesce($2::timestamptz, 'infinity')) AS events_at
FROM calendar_version WHERE tenant_id = $1 AND learned_at = coalesce(
(SELECT max(learned_at) FROM calendar_version
WHERE tenant_id = $1 AND learned_at <= coalesce($2::timestamptz, 'infinity')),
(SELECT min(learned_at) FROM calendar_version WHERE tenant_id = $1));

--: SELECT calendar_day
SELECT DISTINCT ON (date) date, holidays, retail_events FROM calendar_day
WHERE tenant_id = $1 AND date BETWEEN $2 AND $3 AND learned_at <= $4
ORDER BY date, learned_at DESC;

--: SELECT calendar_event
SELECT * FROM (
SELECT DISTINCT ON (id) * FROM calendar_event
WHERE tenant_id = $1 AND learned_at <= coalesce($2::timestamptz, 'infinity')
ORDER BY id, learned_at DESC
) e
WHERE is_present AND since <= $4 AND until >= $3 ORDER BY since, id;

--: SELECT data_clock
SELECT $2::timestamptz < clock_timestamp() AS is_past, EXISTS (
SELECT FROM data_clock WHERE tenant_id = $1 AND learned_at >= $2) AS is_settled;

--: SELECT
SELECT pg_advisory_xact_lock_shared($1);

--: SELECT attribution_day
SELECT sum(c.days)::bigint AS days, max(c.days) AS days_of_one, sum(c.apart)::bigint AS apart,
sum(c.coarse)::bigint AS coarse, sum(c.detailed)::bigint AS detailed,
bit_or(c.varies) AS varies,
count(*) = count(DISTINCT c.connection_id) AND count(*) = count(DISTINCT c.account_id)
AS has_own_accounts
FROM (
SELECT d.connection_id, d.account_id, count(*) AS days,
count(*) FILTER (WHERE (d.formula IS DISTINCT FROM $5 OR d.changed_at > $2)) AS apart, sum(d.coarse_sums) AS coarse,
sum(d.detailed_sums) AS detailed, bit_or(d.varies) AS varies
FROM attribution_day d WHERE
d.tenant_id = $1 AND d.date BETWEEN $3 AND $4
AND ($6::uuid[] IS NULL OR d.connection_id = ANY($6)) GROUP BY d.connection_id, d.account_id
) c;

--: SELECT marketing_entry
SELECT DISTINCT currency FROM marketing_entry WHERE tenant_id = $1 AND date BETWEEN $2 AND $3;

--: SELECT data_clock
SELECT $2::timestamptz < clock_timestamp() AS is_past, EXISTS (
SELECT FROM data_clock WHERE tenant_id = $1 AND learned_at >= $2) AS is_settled;

--: SELECT
SELECT pg_advisory_xact_lock_shared($1);

--: SELECT exchange_publication
SELECT asked.date AS asked, asked.as_of, p.date, p.source, p.rates
FROM unnest($1::date[], $2::timestamptz[]) asked (date, as_of)
CROSS JOIN LATERAL (
SELECT * FROM exchange_publication e
WHERE e.date <= asked.date AND e.learned_at <= coalesce(asked.as_of, now())
ORDER BY e.date DESC LIMIT 1
) p;

--: SELECT exchange_rate
SELECT asked.date AS asked, asked.as_of, r.*
FROM unnest($2::date[], $3::timestamptz[]) asked (date, as_of)
JOIN exchange_rate r ON r.tenant_id = $1
AND r.since <= asked.date AND coalesce(r.until >= asked.date, true)
AND CASE WHEN asked.as_of IS NULL THEN r.retired_at IS NULL
ELSE r.recorded_at <= asked.as_of AND coalesce(r.retired_at > asked.as_of, true) END
ORDER BY since DESC, id DESC;

--: SELECT day_reading, marketing_entry, marketing_entry_vintage, connection
SELECT * FROM (SELECT step, k0, (step::numeric) AS rank, a.entries AS now_entries, a.unconverted AS now_unconverted, a.is_mature AS now_is_mature, a.quality AS now_quality, a.learned_at AS now_learned_at, a.spend AS now_spend, a.impressions AS now_impressions, a.clicks AS now_clicks, a.link_clicks AS now_link_clicks, a.reach AS now_reach, a.conversions AS now_conversions, a.conversion_value AS now_conversion_value, a.value AS now_value FROM (SELECT (w.number - 1)::int AS step, coalesce(e.channel, '') COLLATE "C" AS k0, sum(e.entries)::bigint AS entries, sum(e.unconverted)::bigint AS unconverted, bool_and(e.is_mature) AS is_mature, round(exp((CASE WHEN round(1 - (coalesce(sum(e.completeness_failed), 0))::numeric / nullif(sum(e.completeness_applied), 0), 6)::float8 IS NULL THEN 0 ELSE 0.25::float8 * ln(greatest(round(1 - (coalesce(sum(e.completeness_failed), 0))::numeric / nullif(sum(e.completeness_applied), 0), 6)::float8, 0.01::float8)) END + CASE WHEN round(1 - (coalesce(sum(e.validity_failed), 0))::numeric / nullif(sum(e.validity_applied), 0), 6)::float8 IS NULL THEN 0 ELSE 0.25::float8 * ln(greatest(round(1 - (coalesce(sum(e.validity_failed), 0))::numeric / nullif(sum(e.validity_applied), 0), 6)::float8, 0.01::float8)) END + CASE WHEN round(1 - (coalesce(sum(e.consistency_failed), 0))::numeric / nullif(sum(e.consistency_applied), 0), 6)::float8 IS NULL THEN 0 ELSE 0.2::float8 * ln(greatest(round(1 - (coalesce(sum(e.consistency_failed), 0))::numeric / nullif(sum(e.consistency_applied), 0), 6)::float8, 0.01::float8)) END + CASE WHEN round(1 - (coalesce(sum(e.uniqueness_failed), 0))::numeric / nullif(sum(e.uniqueness_applied), 0), 6)::float8 IS NULL THEN 0 ELSE 0.1::float8 * ln(greatest(round(1 - (coalesce(sum(e.uniqueness_failed), 0))::numeric / nullif(sum(e.uniqueness_applied), 0), 6)::float8, 0.01::float8)) END) / nullif(CASE WHEN round(1 - (coalesce(sum(e.completeness_failed), 0))::numeric / nullif(sum(e.completeness_applied), 0), 6)::float8 IS NULL THEN 0 ELSE 0.25::float8 END + CASE WHEN round(1 - (coalesce(sum(e.validity_failed), 0))::numeric / nullif(sum(e.validity_applied), 0), 6)::float8 IS NULL THEN 0 ELSE 0.25::float8 END + CASE WHEN round(1 - (coalesce(sum(e.consistency_failed), 0))::numeric / nullif(sum(e.consistency_applied), 0), 6)::float8 IS NULL THEN 0 ELSE 0.2::float8 END + CASE WHEN round(1 - (coalesce(sum(e.uniqueness_failed), 0))::numeric / nullif(sum(e.uniqueness_applied), 0), 6)::float8 IS NULL THEN 0 ELSE 0.1::float8 END, 0))::numeric, 6)::float8 AS quality, max(e.learned_at) AS learned_at, CASE WHEN NOT bool_or(e.spend_unknown) THEN sum(e.spend) END AS spend, sum(e.impressions)::bigint AS impressions, sum(e.clicks)::bigint AS clicks, sum(e.link_clicks)::bigint AS link_clicks, CASE WHEN sum(e.entries) = 1 THEN max(e.reach) END AS reach, sum(e.conversions) AS conversions, CASE WHEN NOT bool_or(e.value_unknown) THEN sum(e.conversion_value) END AS conversion_value, sum(e.value) AS value FROM (SELECT e.date, e.connection_id, e.source, e.account_id, e.level, e.channel, e.currency, e.date_basis, e.attribution_setting, e.series_role, e.campaign, e.country, e.geo, e.device, e.entity_id, 1::bigint AS entries, least(coalesce(e.covers_days, 1), 100000)::int AS covers, round((e.spend) * r.rate, 6) AS spend, e.impressions AS impressions, e.clicks AS clicks, e.link_clicks AS link_clicks, e.reach AS reach, CASE WHEN e.date_basis = 'EVENT' AND e.conversions IS NULL THEN round((e.actions ->> 'orders')::numeric, 6) ELSE e.conversions END AS conversions, round((CASE WHEN e.date_basis = 'EVENT' AND e.conversion_value IS NULL THEN round((e.actions ->> 'revenue')::numeric, 6) ELSE e.conversion_value END) * r.rate, 6) AS conversion_value, e.value AS value, (3 * bit_count((e.checks_applied & 17)::bit(64)) + 4 * bit_count((e.checks_applied & 14)::bit(64)))::bigint AS completeness_applied, (3 * bit_count((e.checks_failed & 17)::bit(64)) + 4 * bit_count((e.checks_failed & 14)::bit(64)))::bigint AS completeness_failed, (2 * bit_count((e.checks_applied & 1024)::bit(64)) + 3 * bit_count((e.checks_applied & 512)::bit(64)) + 4 * bit_count((e.checks_applied & 256)::bit(64)))::bigint AS validity_applied, (2 * bit_count((e.checks_failed & 1024)::bit(64)) + 3 * bit_count((e.checks_failed & 512)::bit(64)) + 4 * bit_count((e.checks_failed & 256)::bit(64)))::bigint AS validity_failed, (3 * bit_count((e.checks_applied & 16252928)::bit(64)) + 4 * bit_count((e.checks_applied & 196608)::bit(64)))::bigint AS consistency_applied, (3 * bit_count((e.checks_failed & 16252928)::bit(64)) + 4 * bit_count((e.checks_failed & 196608)::bit(64)))::bigint AS consistency_failed, (4 * bit_count((e.checks_applied & 4294967296)::bit(64)))::bigint AS uniqueness_applied, (4 * bit_count((e.checks_failed & 4294967296)::bit(64)))::bigint AS uniqueness_failed, e.learned_at AS learned_at, (r.rate IS NULL AND (e.spend IS NOT NULL OR (CASE WHEN e.date_basis = 'EVENT' AND e.conversion_value IS NULL THEN round((e.actions ->> 'revenue')::numeric, 6) ELSE e.conversion_value END) IS NOT NULL))::int::bigint AS unconverted, r.rate IS NULL AND e.spend IS NOT NULL AS spend_unknown, r.rate IS NULL AND (CASE WHEN e.date_basis = 'EVENT' AND e.conversion_value IS NULL THEN round((e.actions ->> 'revenue')::numeric, 6) ELSE e.conversion_value END) IS NOT NULL AS value_unknown, e.time_zone, coalesce((e.last_read_at AT TIME ZONE e.time_zone)::date - e.date > e.settles_after_days, false) AS is_mature FROM (
SELECT x.*, c.time_zone, c.settles_after_days,
CASE WHEN x.source IN ('WEBHOOK') THEN $2::timestamptz ELSE
(SELECT max(d.read_at) FROM day_reading d
WHERE d.tenant_id = $1 AND d.connection_id = x.connection_id
AND d.date = x.date AND d.read_at <= $2::timestamptz) END AS last_read_at
FROM (
SELECT m.date, m.digest, m.source, m.connection_id, m.account_id, m.level, m.entity_id, m.entity_name, m.campaign, m.date_basis, m.attribution_setting, m.channel, m.platform_channel, m.currency, m.country, m.geo, m.device, m.series_role, m.covers_days, m.first_learned_at, m.learned_at, m.is_present, m.run_id, m.raw_page_id, m.raw_position, m.spend, m.impressions, m.clicks, m.link_clicks, m.reach, m.video_views, m.conversions, m.conversion_value, m.conversion_type, m.actions, m.value, m.checks_applied, m.checks_failed, m.vintage_count, coalesce(m.named_at, m.learned_at) AS named_at
FROM marketing_entry m
WHERE m.tenant_id = $1 AND m.learned_at <= $2::timestamptz AND m.is_present
UNION ALL
SELECT m.date, m.digest, m.source, m.connection_id, m.account_id, m.level, m.entity_id, v.entity_name, v.campaign, m.date_basis, m.attribution_setting, v.channel, v.platform_channel, m.currency, v.country, v.geo, m.device, v.series_role, v.covers_days, m.first_learned_at, v.learned_at, v.is_present, v.run_id, v.raw_page_id, v.raw_position, v.spend, v.impressions, v.clicks, v.link_clicks, v.reach, v.video_views, v.conversions, v.conversion_value, v.conversion_type, v.actions, v.value, v.checks_applied, v.checks_failed, v.vintage_count, coalesce(v.named_at, v.learned_at) AS named_at
FROM marketing_entry m CROSS JOIN LATERAL (
SELECT w.*, (count(*) OVER ())::int AS vintage_count
FROM marketing_entry_vintage w
WHERE w.tenant_id = $1 AND w.date = m.date AND w.digest = m.digest
AND w.learned_at <= $2::timestamptz AND w.date BETWEEN $3::date AND $4::date
ORDER BY w.learned_at DESC LIMIT 1
) v
WHERE m.tenant_id = $1 AND m.learned_at > $2::timestamptz
AND m.first_learned_at <= $2::timestamptz AND v.is_present) x
-- Every entry has its connection. LEFT, for of an inner join the planner expects hardly any
-- row, and then sorts a tenant's whole past for one page.
LEFT JOIN (
-- MATERIALIZED: asked once for each connection, however its entries are come by.
WITH k AS MATERIALIZED (
SELECT k.id, k.time_zone, settles_after(
k.tenant_id, k.id, k.look_back_days, $2::timestamptz
) AS settles_after_days
FROM connection k WHERE k.tenant_id = $1
) SELECT * FROM k
) c ON c.id = x.connection_id
) e LEFT JOIN unnest($7::date[], $8::text[], $9::numeric[]) r (date, currency, rate) ON r.date = e.date AND r.currency = e.currency WHERE e.date BETWEEN $3::date AND $4::date AND NOT (e.level = 'ORDER' OR (e.level = 'ACCOUNT' AND e.date_basis = 'EVENT')) AND (e.series_role IS NULL OR e.series_role IN ('SPEND', 'IMPRESSIONS', 'CLICKS')) AND e.date_basis IN ($5, $6)) e
JOIN (
SELECT s.*, s.since + day AS date
FROM unnest($10::date[], $11::date[], $12::uuid[], $13::uuid[], $14::text[]) WITH ORDINALITY
s (since, until, connection_id, campaign, channel, number)
CROSS JOIN LATERAL generate_series(0, s.until - s.since) day
OFFSET 0
) w ON e.date = w.date
AND (w.connection_id IS NULL OR e.connection_id = w.connection_id)
AND (w.campaign IS NULL OR e.campaign = w.campaign)
AND (w.channel IS NULL OR e.channel = w.channel) GROUP BY 1, 2) a) g WHERE true ORDER BY (g.rank IS NULL)::int ASC, coalesce(g.rank, 0) ASC, g.step ASC, g.k0 ASC LIMIT 301;

--: SELECT data_clock
SELECT $2::timestamptz < clock_timestamp() AS is_past, EXISTS (
SELECT FROM data_clock WHERE tenant_id = $1 AND learned_at >= $2) AS is_settled;

--: SELECT
SELECT pg_advisory_xact_lock_shared($1);

--: SELECT attribution_day
SELECT sum(c.days)::bigint AS days, max(c.days) AS days_of_one, sum(c.apart)::bigint AS apart,
sum(c.coarse)::bigint AS coarse, sum(c.detailed)::bigint AS detailed,
bit_or(c.varies) AS varies,
count(*) = count(DISTINCT c.connection_id) AND count(*) = count(DISTINCT c.account_id)
AS has_own_accounts
FROM (
SELECT d.connection_id, d.account_id, count(*) AS days,
count(*) FILTER (WHERE (d.formula IS DISTINCT FROM $5 OR d.changed_at > $2)) AS apart, sum(d.coarse_sums) AS coarse,
sum(d.detailed_sums) AS detailed, bit_or(d.varies) AS varies
FROM attribution_day d WHERE
d.tenant_id = $1 AND d.date BETWEEN $3 AND $4
AND ($6::uuid[] IS NULL OR d.connection_id = ANY($6)) GROUP BY d.connection_id, d.account_id
) c;

--: SELECT marketing_entry
SELECT DISTINCT currency FROM marketing_entry WHERE tenant_id = $1 AND date BETWEEN $2 AND $3;

--: SELECT data_clock
SELECT $2::timestamptz < clock_timestamp() AS is_past, EXISTS (
SELECT FROM data_clock WHERE tenant_id = $1 AND learned_at >= $2) AS is_settled;

--: SELECT
SELECT pg_advisory_xact_lock_shared($1);

--: SELECT exchange_publication
SELECT asked.date AS asked, asked.as_of, p.date, p.source, p.rates
FROM unnest($1::date[], $2::timestamptz[]) asked (date, as_of)
CROSS JOIN LATERAL (
SELECT * FROM exchange_publication e
WHERE e.date <= asked.date AND e.learned_at <= coalesce(asked.as_of, now())
ORDER BY e.date DESC LIMIT 1
) p;

--: SELECT exchange_rate
SELECT asked.date AS asked, asked.as_of, r.*
FROM unnest($2::date[], $3::timestamptz[]) asked (date, as_of)
JOIN exchange_rate r ON r.tenant_id = $1
AND r.since <= asked.date AND coalesce(r.until >= asked.date, true)
AND CASE WHEN asked.as_of IS NULL THEN r.retired_at IS NULL
ELSE r.recorded_at <= asked.as_of AND coalesce(r.retired_at > asked.as_of, true) END
ORDER BY since DESC, id DESC;

--: SELECT day_reading, marketing_entry, marketing_entry_vintage, connection
SELECT * FROM (SELECT step, k0, (step::numeric) AS rank, a.entries AS now_entries, a.unconverted AS now_unconverted, a.is_mature AS now_is_mature, a.quality AS now_quality, a.learned_at AS now_learned_at, a.spend AS now_spend, a.impressions AS now_impressions, a.clicks AS now_clicks, a.link_clicks AS now_link_clicks, a.reach AS now_reach, a.conversions AS now_conversions, a.conversion_value AS now_conversion_value, a.value AS now_value FROM (SELECT (w.number - 1)::int AS step, coalesce(e.channel, '') COLLATE "C" AS k0, sum(e.entries)::bigint AS entries, sum(e.unconverted)::bigint AS unconverted, bool_and(e.is_mature) AS is_mature, round(exp((CASE WHEN round(1 - (coalesce(sum(e.completeness_failed), 0))::numeric / nullif(sum(e.completeness_applied), 0), 6)::float8 IS NULL THEN 0 ELSE 0.25::float8 * ln(greatest(round(1 - (coalesce(sum(e.completeness_failed), 0))::numeric / nullif(sum(e.completeness_applied), 0), 6)::float8, 0.01::float8)) END + CASE WHEN round(1 - (coalesce(sum(e.validity_failed), 0))::numeric / nullif(sum(e.validity_applied), 0), 6)::float8 IS NULL THEN 0 ELSE 0.25::float8 * ln(greatest(round(1 - (coalesce(sum(e.validity_failed), 0))::numeric / nullif(sum(e.validity_applied), 0), 6)::float8, 0.01::float8)) END + CASE WHEN round(1 - (coalesce(sum(e.consistency_failed), 0))::numeric / nullif(sum(e.consistency_applied), 0), 6)::float8 IS NULL THEN 0 ELSE 0.2::float8 * ln(greatest(round(1 - (coalesce(sum(e.consistency_failed), 0))::numeric / nullif(sum(e.consistency_applied), 0), 6)::float8, 0.01::float8)) END + CASE WHEN round(1 - (coalesce(sum(e.uniqueness_failed), 0))::numeric / nullif(sum(e.uniqueness_applied), 0), 6)::float8 IS NULL THEN 0 ELSE 0.1::float8 * ln(greatest(round(1 - (coalesce(sum(e.uniqueness_failed), 0))::numeric / nullif(sum(e.uniqueness_applied), 0), 6)::float8, 0.01::float8)) END) / nullif(CASE WHEN round(1 - (coalesce(sum(e.completeness_failed), 0))::numeric / nullif(sum(e.completeness_applied), 0), 6)::float8 IS NULL THEN 0 ELSE 0.25::float8 END + CASE WHEN round(1 - (coalesce(sum(e.validity_failed), 0))::numeric / nullif(sum(e.validity_applied), 0), 6)::float8 IS NULL THEN 0 ELSE 0.25::float8 END + CASE WHEN round(1 - (coalesce(sum(e.consistency_failed), 0))::numeric / nullif(sum(e.consistency_applied), 0), 6)::float8 IS NULL THEN 0 ELSE 0.2::float8 END + CASE WHEN round(1 - (coalesce(sum(e.uniqueness_failed), 0))::numeric / nullif(sum(e.uniqueness_applied), 0), 6)::float8 IS NULL THEN 0 ELSE 0.1::float8 END, 0))::numeric, 6)::float8 AS quality, max(e.learned_at) AS learned_at, CASE WHEN NOT bool_or(e.spend_unknown) THEN sum(e.spend) END AS spend, sum(e.impressions)::bigint AS impressions, sum(e.clicks)::bigint AS clicks, sum(e.link_clicks)::bigint AS link_clicks, CASE WHEN sum(e.entries) = 1 THEN max(e.reach) END AS reach, sum(e.conversions) AS conversions, CASE WHEN NOT bool_or(e.value_unknown) THEN sum(e.conversion_value) END AS conversion_value, sum(e.value) AS value FROM (SELECT e.date, e.connection_id, e.source, e.account_id, e.level, e.channel, e.currency, e.date_basis, e.attribution_setting, e.series_role, e.campaign, e.country, e.geo, e.device, e.entity_id, 1::bigint AS entries, least(coalesce(e.covers_days, 1), 100000)::int AS covers, round((e.spend) * r.rate, 6) AS spend, e.impressions AS impressions, e.clicks AS clicks, e.link_clicks AS link_clicks, e.reach AS reach, CASE WHEN e.date_basis = 'EVENT' AND e.conversions IS NULL THEN round((e.actions ->> 'orders')::numeric, 6) ELSE e.conversions END AS conversions, round((CASE WHEN e.date_basis = 'EVENT' AND e.conversion_value IS NULL THEN round((e.actions ->> 'revenue')::numeric, 6) ELSE e.conversion_value END) * r.rate, 6) AS conversion_value, e.value AS value, (3 * bit_count((e.checks_applied & 17)::bit(64)) + 4 * bit_count((e.checks_applied & 14)::bit(64)))::bigint AS completeness_applied, (3 * bit_count((e.checks_failed & 17)::bit(64)) + 4 * bit_count((e.checks_failed & 14)::bit(64)))::bigint AS completeness_failed, (2 * bit_count((e.checks_applied & 1024)::bit(64)) + 3 * bit_count((e.checks_applied & 512)::bit(64)) + 4 * bit_count((e.checks_applied & 256)::bit(64)))::bigint AS validity_applied, (2 * bit_count((e.checks_failed & 1024)::bit(64)) + 3 * bit_count((e.checks_failed & 512)::bit(64)) + 4 * bit_count((e.checks_failed & 256)::bit(64)))::bigint AS validity_failed, (3 * bit_count((e.checks_applied & 16252928)::bit(64)) + 4 * bit_count((e.checks_applied & 196608)::bit(64)))::bigint AS consistency_applied, (3 * bit_count((e.checks_failed & 16252928)::bit(64)) + 4 * bit_count((e.checks_failed & 196608)::bit(64)))::bigint AS consistency_failed, (4 * bit_count((e.checks_applied & 4294967296)::bit(64)))::bigint AS uniqueness_applied, (4 * bit_count((e.checks_failed & 4294967296)::bit(64)))::bigint AS uniqueness_failed, e.learned_at AS learned_at, (r.rate IS NULL AND (e.spend IS NOT NULL OR (CASE WHEN e.date_basis = 'EVENT' AND e.conversion_value IS NULL THEN round((e.actions ->> 'revenue')::numeric, 6) ELSE e.conversion_value END) IS NOT NULL))::int::bigint AS unconverted, r.rate IS NULL AND e.spend IS NOT NULL AS spend_unknown, r.rate IS NULL AND (CASE WHEN e.date_basis = 'EVENT' AND e.conversion_value IS NULL THEN round((e.actions ->> 'revenue')::numeric, 6) ELSE e.conversion_value END) IS NOT NULL AS value_unknown, e.time_zone, coalesce((e.last_read_at AT TIME ZONE e.time_zone)::date - e.date > e.settles_after_days, false) AS is_mature FROM (
SELECT x.*, c.time_zone, c.settles_after_days,
CASE WHEN x.source IN ('WEBHOOK') THEN $2::timestamptz ELSE
(SELECT max(d.read_at) FROM day_reading d
WHERE d.tenant_id = $1 AND d.connection_id = x.connection_id
AND d.date = x.date AND d.read_at <= $2::timestamptz) END AS last_read_at
FROM (
SELECT m.date, m.digest, m.source, m.connection_id, m.account_id, m.level, m.entity_id, m.entity_name, m.campaign, m.date_basis, m.attribution_setting, m.channel, m.platform_channel, m.currency, m.country, m.geo, m.device, m.series_role, m.covers_days, m.first_learned_at, m.learned_at, m.is_present, m.run_id, m.raw_page_id, m.raw_position, m.spend, m.impressions, m.clicks, m.link_clicks, m.reach, m.video_views, m.conversions, m.conversion_value, m.conversion_type, m.actions, m.value, m.checks_applied, m.checks_failed, m.vintage_count, coalesce(m.named_at, m.learned_at) AS named_at
FROM marketing_entry m
WHERE m.tenant_id = $1 AND m.learned_at <= $2::timestamptz AND m.is_present
UNION ALL
SELECT m.date, m.digest, m.source, m.connection_id, m.account_id, m.level, m.entity_id, v.entity_name, v.campaign, m.date_basis, m.attribution_setting, v.channel, v.platform_channel, m.currency, v.country, v.geo, m.device, v.series_role, v.covers_days, m.first_learned_at, v.learned_at, v.is_present, v.run_id, v.raw_page_id, v.raw_position, v.spend, v.impressions, v.clicks, v.link_clicks, v.reach, v.video_views, v.conversions, v.conversion_value, v.conversion_type, v.actions, v.value, v.checks_applied, v.checks_failed, v.vintage_count, coalesce(v.named_at, v.learned_at) AS named_at
FROM marketing_entry m CROSS JOIN LATERAL (
SELECT w.*, (count(*) OVER ())::int AS vintage_count
FROM marketing_entry_vintage w
WHERE w.tenant_id = $1 AND w.date = m.date AND w.digest = m.digest
AND w.learned_at <= $2::timestamptz AND w.date BETWEEN $3::date AND $4::date
ORDER BY w.learned_at DESC LIMIT 1
) v
WHERE m.tenant_id = $1 AND m.learned_at > $2::timestamptz
AND m.first_learned_at <= $2::timestamptz AND v.is_present) x
-- Every entry has its connection. LEFT, for of an inner join the planner expects hardly any
-- row, and then sorts a tenant's whole past for one page.
LEFT JOIN (
-- MATERIALIZED: asked once for each connection, however its entries are come by.
WITH k AS MATERIALIZED (
SELECT k.id, k.time_zone, settles_after(
k.tenant_id, k.id, k.look_back_days, $2::timestamptz
) AS settles_after_days
FROM connection k WHERE k.tenant_id = $1
) SELECT * FROM k
) c ON c.id = x.connection_id
) e LEFT JOIN unnest($7::date[], $8::text[], $9::numeric[]) r (date, currency, rate) ON r.date = e.date AND r.currency = e.currency WHERE e.date BETWEEN $3::date AND $4::date AND NOT (e.level = 'ORDER' OR (e.level = 'ACCOUNT' AND e.date_basis = 'EVENT')) AND (e.series_role IS NULL OR e.series_role IN ('SPEND', 'IMPRESSIONS', 'CLICKS')) AND e.date_basis IN ($5, $6)) e
JOIN (
SELECT s.*, s.since + day AS date
FROM unnest($10::date[], $11::date[], $12::uuid[], $13::uuid[], $14::text[]) WITH ORDINALITY
s (since, until, connection_id, campaign, channel, number)
CROSS JOIN LATERAL generate_series(0, s.until - s.since) day
OFFSET 0
) w ON e.date = w.date
AND (w.connection_id IS NULL OR e.connection_id = w.connection_id)
AND (w.campaign IS NULL OR e.campaign = w.campaign)
AND (w.channel IS NULL OR e.channel = w.channel) GROUP BY 1, 2) a) g WHERE true ORDER BY (g.rank IS NULL)::int ASC, coalesce(g.rank, 0) ASC, g.step ASC, g.k0 ASC LIMIT 101;
