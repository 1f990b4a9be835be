--: SELECT data_clock
SELECT $2::timestamptz < clock_timestamp() AS is_past, EXISTS (
SELECT FROM data_clock WHERE tenant_id = $1 AND learned_at >= $2) AS is_settled;

--: SELECT connection, freshness_goal, day_reading, day_reconciliation, raw_page, run
SELECT k.id, k.source, k.time_zone, k.created_at, coalesce(g.is_active, true) AS is_active,
coalesce(g.schedules, '[]') AS schedules, s.first_day, s.last_day, f.fresh_at, d.read_days,
d.mature_days, a.dates, a.compared, a.apart, p.records, p.rejected
FROM (
-- OFFSET 0: asked once for each connection, not for each day.
SELECT c.*, settles_after(c.tenant_id, c.id, c.look_back_days, $2) AS settles
FROM connection c WHERE c.tenant_id = $1 OFFSET 0
) k
LEFT JOIN LATERAL (
SELECT is_active, schedules FROM freshness_goal g
WHERE g.tenant_id = $1 AND g.connection_id = k.id AND g.learned_at <= $2
ORDER BY g.learned_at DESC LIMIT 1
) g ON true
CROSS JOIN LATERAL (
SELECT min(r.date) AS first_day, max(r.date) AS last_day FROM day_reading r
WHERE r.tenant_id = $1 AND r.connection_id = k.id AND r.read_at <= $2
) s
LEFT JOIN LATERAL (
SELECT r.read_at AS fresh_at FROM day_reading r
WHERE r.tenant_id = $1 AND r.connection_id = k.id AND r.read_at <= $2
AND r.date >= (r.read_at AT TIME ZONE k.time_zone)::date - 1
ORDER BY r.read_at DESC LIMIT 1
) f ON true
CROSS JOIN LATERAL (
SELECT array_agg(r.date ORDER BY r.date) AS read_days, count(*) FILTER (
WHERE (r.at AT TIME ZONE k.time_zone)::date - r.date > k.settles) AS mature_days
FROM (
SELECT date, max(read_at) AS at FROM day_reading
WHERE tenant_id = $1 AND connection_id = k.id AND read_at <= $2 AND date BETWEEN $3 AND $4
GROUP BY date
) r
) d
CROSS JOIN LATERAL (
SELECT array_agg(c.date) AS dates, array_agg(c.compared) AS compared,
array_agg(c.apart) AS apart
FROM (
SELECT DISTINCT ON (date) date, compared, apart FROM day_reconciliation
WHERE tenant_id = $1 AND connection_id = k.id AND learned_at <= $2
AND date BETWEEN $3 AND $4
ORDER BY date, learned_at DESC
) c
) a
CROSS JOIN LATERAL (
SELECT coalesce(sum(p.fetched), 0)::bigint AS records,
coalesce(sum(p.rejected), 0)::bigint AS rejected
FROM raw_page p JOIN run r ON r.tenant_id = $1 AND r.id = p.run_id
WHERE p.tenant_id = $1 AND p.connection_id = k.id AND p.settled_at <= $2 AND p.reading >= 0
AND p.fetched > 0 AND p.newest_day >= $3 AND r.kind <> 'REPLAY' AND (
EXISTS (SELECT FROM unnest(p.seen_dates) s (date) WHERE s.date BETWEEN $3 AND $4)
OR p.seen_dates = '{}' AND coalesce(r.since, p.fetched_at::date) <= $4
AND coalesce(r.until, p.fetched_at::date) >= $3)
) p
WHERE k.tenant_id = $1 AND k.created_at <= $2 ORDER BY k.id;

--: SELECT day_reading, marketing_entry, marketing_entry_vintage, connection
SELECT e.connection_id, date_trunc('week', e.date)::date AS week, e.checks_applied AS applied,
e.checks_failed AS failed, e.currency, count(*) AS entries, sum(e.spend) AS spend
FROM (
SELECT x.*, c.time_zone, c.settles_after_days,
CASE WHEN x.source IN ('WEBHOOK') THEN $2 ELSE
(SELECT max(d.read_at) FROM day_reading d
WHERE d.tenant_id = $1 AND d.connection_id = x.connection_id
AND d.date = x.date AND d.read_at <= $2) END AS last_read_at
FROM (
SELECT m.date, m.digest, m.source, m.connection_id, m.account_id, m.level, m.entity_id, m.entity_name, m.campaign, m.date_basis, m.attribution_setting, m.channel, m.platform_channel, m.currency, m.country, m.geo, m.device, m.series_role, m.covers_days, m.first_learned_at, m.learned_at, m.is_present, m.run_id, m.raw_page_id, m.raw_position, m.spend, m.impressions, m.clicks, m.link_clicks, m.reach, m.video_views, m.conversions, m.conversion_value, m.conversion_type, m.actions, m.value, m.checks_applied, m.checks_failed, m.vintage_count, coalesce(m.named_at, m.learned_at) AS named_at
FROM marketing_entry m
WHERE m.tenant_id = $1 AND m.learned_at <= $2 AND m.is_present
UNION ALL
SELECT m.date, m.digest, m.source, m.connection_id, m.account_id, m.level, m.entity_id, v.entity_name, v.campaign, m.date_basis, m.attribution_setting, v.channel, v.platform_channel, m.currency, v.country, v.geo, m.device, v.series_role, v.covers_days, m.first_learned_at, v.learned_at, v.is_present, v.run_id, v.raw_page_id, v.raw_position, v.spend, v.impressions, v.clicks, v.link_clicks, v.reach, v.video_views, v.conversions, v.conversion_value, v.conversion_type, v.actions, v.value, v.checks_applied, v.checks_failed, v.vintage_count, coalesce(v.named_at, v.learned_at) AS named_at
FROM marketing_entry m CROSS JOIN LATERAL (
SELECT w.*, (count(*) OVER ())::int AS vintage_count
FROM marketing_entry_vintage w
WHERE w.tenant_id = $1 AND w.date = m.date AND w.digest = m.digest
AND w.learned_at <= $2
ORDER BY w.learned_at DESC LIMIT 1
) v
WHERE m.tenant_id = $1 AND m.learned_at > $2
AND m.first_learned_at <= $2 AND v.is_present) x
-- Every entry has its connection. LEFT, for of an inner join the planner expects hardly any
-- row, and then sorts a tenant's whole past for one page.
LEFT JOIN (
-- MATERIALIZED: asked once for each connection, however its entries are come by.
WITH k AS MATERIALIZED (
SELECT k.id, k.time_zone, settles_after(
k.tenant_id, k.id, k.look_back_days, $2
) AS settles_after_days
FROM connection k WHERE k.tenant_id = $1
) SELECT * FROM k
) c ON c.id = x.connection_id
) e WHERE e.date BETWEEN $3 AND $4
GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 2, 3, 4, 5;

--: SELECT connection
SELECT id, source, account_id, name, currency, time_zone, level, look_back_days, status, file_mapping, created_at, last_read_at, breakdown FROM connection WHERE tenant_id = $1 AND id = ANY($2);
