--: SELECT data_clock
SELECT $2::timestamptz < clock_timestamp() AS is_past, EXISTS (
SELECT FROM data_clock WHERE tenant_id = $1 AND learned_at >= $2) AS is_settled;

--: SELECT marketing_entry, marketing_entry_vintage
SELECT date_send(e.date) || uuid_send(e.digest), convert_to(concat('{"date":"', e.date, '","channel":', coalesce(to_json(e.channel), 'null'::json), ',"spend":', coalesce('"' || trim_scale(e.spend)::text || '"', 'null'), ',"learnedAt":'), 'UTF8'), e.learned_at, e.campaign, e.date FROM (SELECT e.* FROM (
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
WHERE m.tenant_id = $1 AND m.first_learned_at <= $2) e WHERE e.date BETWEEN $3 AND $4 AND NOT (e.level = 'ORDER' OR (e.level = 'ACCOUNT' AND e.date_basis = 'EVENT')) AND (e.series_role IS NULL OR e.series_role IN ('SPEND', 'IMPRESSIONS', 'CLICKS')) AND e.date_basis IN ($5, $6) AND e.channel = $7 AND nullif(e.geo, '') IS NULL ORDER BY e.date ASC, e.digest ASC LIMIT 4) e ORDER BY e.date ASC, e.digest ASC;

--: SELECT campaign, marketing_entry
SELECT c.*, span.first_date, span.last_date FROM campaign c
LEFT JOIN LATERAL (
SELECT min(e.date) AS first_date, max(e.date) AS last_date FROM marketing_entry e
WHERE e.tenant_id = c.tenant_id AND e.campaign = c.digest AND e.is_present
) span ON true
WHERE c.tenant_id = $1 AND c.digest = ANY($2);

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
AND m.first_learned_at <= $2 AND v.is_present) e WHERE e.date BETWEEN $3 AND $4 AND NOT (e.level = 'ORDER' OR (e.level = 'ACCOUNT' AND e.date_basis = 'EVENT')) AND (e.series_role IS NULL OR e.series_role IN ('SPEND', 'IMPRESSIONS', 'CLICKS')) AND e.date_basis IN ($5, $6) AND e.channel = $7 AND nullif(e.geo, '') IS NULL;
