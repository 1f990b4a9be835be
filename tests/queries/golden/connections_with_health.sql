--: SELECT connection
SELECT id, source, account_id, name, currency, time_zone, level, look_back_days, status, file_mapping, created_at, last_read_at, breakdown FROM connection WHERE tenant_id = $1 ORDER BY id ASC LIMIT 4;

--: SELECT
SELECT now();

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
WHERE k.tenant_id = $1 AND k.created_at <= $2 AND k.id IN ($5, $6, $7) ORDER BY k.id;

--: SELECT day_reading, marketing_entry, connection
SELECT e.connection_id, date_trunc('week', e.date)::date AS week, e.checks_applied AS applied,
e.checks_failed AS failed, e.currency, count(*) AS entries, sum(e.spend) AS spend
FROM (
SELECT x.*, c.time_zone, c.settles_after_days,
CASE WHEN x.source IN ('WEBHOOK') THEN now() ELSE
(SELECT max(d.read_at) FROM day_reading d
WHERE d.tenant_id = $1 AND d.connection_id = x.connection_id
AND d.date = x.date) END AS last_read_at
FROM (SELECT date, digest, source, connection_id, account_id, level, entity_id, entity_name, campaign, date_basis, attribution_setting, channel, platform_channel, currency, country, geo, device, series_role, covers_days, first_learned_at, learned_at, is_present, run_id, raw_page_id, raw_position, spend, impressions, clicks, link_clicks, reach, video_views, conversions, conversion_value, conversion_type, actions, value, checks_applied, checks_failed, vintage_count, coalesce(marketing_entry.named_at, marketing_entry.learned_at) AS named_at FROM marketing_entry WHERE tenant_id = $1 AND is_present) x
-- Every entry has its connection. LEFT, for of an inner join the planner expects hardly any
-- row, and then sorts a tenant's whole past for one page.
LEFT JOIN (
-- MATERIALIZED: asked once for each connection, however its entries are come by.
WITH k AS MATERIALIZED (
SELECT k.id, k.time_zone, settles_after(
k.tenant_id, k.id, k.look_back_days, 'infinity'
) AS settles_after_days
FROM connection k WHERE k.tenant_id = $1
) SELECT * FROM k
) c ON c.id = x.connection_id
) e WHERE e.date BETWEEN $2 AND $3 AND e.connection_id IN ($4, $5, $6)
GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 2, 3, 4, 5;
