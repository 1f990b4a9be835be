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

--: SELECT day_reading, marketing_entry, marketing_entry_vintage, connection
SELECT NULL, a.connection FROM (SELECT s.time, (e.channel) COLLATE "C" AS channel, e.connection_id AS connection, (e.currency) COLLATE "C" AS currency FROM (SELECT e.date, e.connection_id, e.source, e.account_id, e.level, e.channel, e.currency, e.date_basis, e.attribution_setting, e.series_role, e.campaign, e.country, e.geo, e.device, e.entity_id, 1::bigint AS entries, least(coalesce(e.covers_days, 1), 100000)::int AS covers, e.spend AS spend, e.impressions AS impressions, e.clicks AS clicks, e.link_clicks AS link_clicks, e.reach AS reach, CASE WHEN e.date_basis = 'EVENT' AND e.conversions IS NULL THEN round((e.actions ->> 'orders')::numeric, 6) ELSE e.conversions END AS conversions, CASE WHEN e.date_basis = 'EVENT' AND e.conversion_value IS NULL THEN round((e.actions ->> 'revenue')::numeric, 6) ELSE e.conversion_value END AS conversion_value, e.value AS value, (3 * bit_count((e.checks_applied & 17)::bit(64)) + 4 * bit_count((e.checks_applied & 14)::bit(64)))::bigint AS completeness_applied, (3 * bit_count((e.checks_failed & 17)::bit(64)) + 4 * bit_count((e.checks_failed & 14)::bit(64)))::bigint AS completeness_failed, (2 * bit_count((e.checks_applied & 1024)::bit(64)) + 3 * bit_count((e.checks_applied & 512)::bit(64)) + 4 * bit_count((e.checks_applied & 256)::bit(64)))::bigint AS validity_applied, (2 * bit_count((e.checks_failed & 1024)::bit(64)) + 3 * bit_count((e.checks_failed & 512)::bit(64)) + 4 * bit_count((e.checks_failed & 256)::bit(64)))::bigint AS validity_failed, (3 * bit_count((e.checks_applied & 16252928)::bit(64)) + 4 * bit_count((e.checks_applied & 196608)::bit(64)))::bigint AS consistency_applied, (3 * bit_count((e.checks_failed & 16252928)::bit(64)) + 4 * bit_count((e.checks_failed & 196608)::bit(64)))::bigint AS consistency_failed, (4 * bit_count((e.checks_applied & 4294967296)::bit(64)))::bigint AS uniqueness_applied, (4 * bit_count((e.checks_failed & 4294967296)::bit(64)))::bigint AS uniqueness_failed, e.learned_at AS learned_at, 0::bigint AS unconverted, false AS spend_unknown, false AS value_unknown, e.time_zone, coalesce((e.last_read_at AT TIME ZONE e.time_zone)::date - e.date > e.settles_after_days, false) AS is_mature FROM (
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
) e WHERE e.date BETWEEN $3::date AND $4::date AND NOT (e.level = 'ORDER' OR (e.level = 'ACCOUNT' AND e.date_basis = 'EVENT')) AND (e.series_role IS NULL OR e.series_role IN ('SPEND', 'IMPRESSIONS', 'CLICKS')) AND e.date_basis IN ($5, $6)) e CROSS JOIN LATERAL (SELECT e.date) s (time) WHERE true GROUP BY 1, 2, 3, 4 ORDER BY 1, 2 ASC NULLS FIRST, 3 ASC NULLS FIRST, 4 ASC NULLS FIRST LIMIT 21) a;

--: SELECT connection
SELECT id, source, account_id, name, currency, time_zone, level, look_back_days, status, file_mapping, created_at, last_read_at, breakdown FROM connection WHERE tenant_id = $1 AND id = ANY($2);
