--: SELECT data_clock
SELECT $2::timestamptz < clock_timestamp() AS is_past, EXISTS (
SELECT FROM data_clock WHERE tenant_id = $1 AND learned_at >= $2) AS is_settled;

--: SELECT day_reading, marketing_entry, marketing_entry_vintage, connection
SELECT date_send(e.date) || uuid_send(e.digest), convert_to(concat('{"id":"', 'TWFya2V0aW5nRW50cnk6' || encode(convert_to('' || replace(e.date::text, '-', '') || '-' || encode(uuid_send(e.digest), 'hex'), 'UTF8'), 'base64'), '","spend":', coalesce('"' || trim_scale(e.spend)::text || '"', 'null'), ',"learnedAt":'), 'UTF8'), e.learned_at, convert_to(concat(',"vintageCount":', coalesce((e.vintage_count)::text, 'null'), ',"isMature":', coalesce((coalesce((e.last_read_at AT TIME ZONE e.time_zone)::date - e.date > e.settles_after_days, false))::text, 'null'), ',"calendar":'), 'UTF8'), e.date FROM (SELECT e.* FROM (
SELECT x.*, c.time_zone, c.settles_after_days,
CASE WHEN x.source IN ('WEBHOOK') THEN $2 ELSE
(SELECT max(d.read_at) FROM day_reading d
WHERE d.tenant_id = $1 AND d.connection_id = x.connection_id
AND d.date = x.date AND d.read_at <= $2) END AS last_read_at
FROM (
SELECT m.date, m.digest, m.source, m.connection_id, m.account_id, m.level, m.entity_id, m.date_basis, m.attribution_setting, m.currency, m.device, m.first_learned_at, y.* FROM marketing_entry m CROSS JOIN LATERAL (
SELECT m.entity_name, m.campaign, m.channel, m.platform_channel, m.country, m.geo, m.series_role, m.covers_days, m.learned_at, m.is_present, m.run_id, m.raw_page_id, m.raw_position, m.spend, m.impressions, m.clicks, m.link_clicks, m.reach, m.video_views, m.conversions, m.conversion_value, m.conversion_type, m.actions, m.value, m.checks_applied, m.checks_failed, m.vintage_count, coalesce(m.named_at, m.learned_at) AS named_at
WHERE m.learned_at <= $2 AND m.is_present
UNION ALL
SELECT v.entity_name, v.campaign, v.channel, v.platform_channel, v.country, v.geo, v.series_role, v.covers_days, v.learned_at, v.is_present, v.run_id, v.raw_page_id, v.raw_position, v.spend, v.impressions, v.clicks, v.link_clicks, v.reach, v.video_views, v.conversions, v.conversion_value, v.conversion_type, v.actions, v.value, v.checks_applied, v.checks_failed, v.vintage_count, coalesce(v.named_at, v.learned_at) AS named_at
FROM (
SELECT w.*, (count(*) OVER ())::int AS vintage_count
FROM marketing_entry_vintage w
WHERE w.tenant_id = $1 AND w.date = m.date AND w.digest = m.digest
AND w.learned_at <= $2
ORDER BY w.learned_at DESC LIMIT 1
) v WHERE m.learned_at > $2 AND v.is_present
) y
WHERE m.tenant_id = $1 AND m.first_learned_at <= $2) x
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
) e WHERE true ORDER BY e.date ASC, e.digest ASC LIMIT 6) e ORDER BY e.date ASC, e.digest ASC;

--: SELECT data_clock
SELECT $2::timestamptz < clock_timestamp() AS is_past, EXISTS (
SELECT FROM data_clock WHERE tenant_id = $1 AND learned_at >= $2) AS is_settled;

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

--: SELECT marketing_entry, marketing_entry_vintage
SELECT count(*) FROM (
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
AND m.first_learned_at <= $2 AND v.is_present) e WHERE true;
