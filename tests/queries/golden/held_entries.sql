--: SELECT run
SELECT * FROM run WHERE tenant_id = $1 AND id = ANY($2);

--: SELECT held_shrink, connection
SELECT h.*, c.currency FROM held_shrink h
JOIN connection c ON c.tenant_id = h.tenant_id AND c.id = h.connection_id
WHERE h.tenant_id = $1 AND h.run_id = ANY($2);

--: SELECT held_entry, marketing_entry_vintage
SELECT h.run_id, h.date, count(*) AS entries, sum(v.spend) AS spend
FROM held_entry h
JOIN marketing_entry_vintage v ON v.tenant_id = h.tenant_id AND v.date = h.date
AND v.digest = h.digest AND v.learned_at = h.learned_at
WHERE h.tenant_id = $1 AND h.run_id = ANY($2)
GROUP BY h.run_id, h.date ORDER BY h.run_id, h.date;

--: SELECT held_entry, marketing_entry_vintage
SELECT run_id, date, digest FROM (
SELECT h.run_id, h.date, h.digest, row_number() OVER (
PARTITION BY h.run_id ORDER BY v.spend DESC NULLS LAST, h.date, h.digest) AS place
FROM held_entry h
JOIN marketing_entry_vintage v ON v.tenant_id = h.tenant_id AND v.date = h.date
AND v.digest = h.digest AND v.learned_at = h.learned_at
WHERE h.tenant_id = $1 AND h.run_id = ANY($2)
) ranked WHERE place <= 20 ORDER BY run_id, place;

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
