--: SELECT day_reading, marketing_entry, connection
SELECT e.*, coalesce((e.last_read_at AT TIME ZONE e.time_zone)::date - e.date > e.settles_after_days, false) AS is_mature FROM unnest($2::date[], $3::uuid[]) k (date, digest) CROSS JOIN LATERAL (SELECT e.* FROM (
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
) e WHERE e.date = k.date AND e.digest = k.digest OFFSET 0) e;

--: SELECT campaign, marketing_entry
SELECT c.*, span.first_date, span.last_date FROM campaign c
LEFT JOIN LATERAL (
SELECT min(e.date) AS first_date, max(e.date) AS last_date FROM marketing_entry e
WHERE e.tenant_id = c.tenant_id AND e.campaign = c.digest AND e.is_present
) span ON true
WHERE c.tenant_id = $1 AND c.digest = ANY($2);

--: SELECT run
SELECT * FROM run WHERE tenant_id = $1 AND id = ANY($2);

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

--: SELECT connection
SELECT id, source, account_id, name, currency, time_zone, level, look_back_days, status, file_mapping, created_at, last_read_at, breakdown FROM connection WHERE tenant_id = $1 AND id = ANY($2);

--: SELECT insight
SELECT * FROM insight WHERE tenant_id = $1 AND id = ANY($2);
