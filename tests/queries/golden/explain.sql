--: SELECT operation
SELECT client, id, name, kind, document, description, owner, cost, registered_at, registered_by, retired_at FROM operation WHERE tenant_id = $1 AND id = $2 AND ($3::text IS NULL OR client = $3) ORDER BY retired_at IS NOT NULL, client LIMIT 1;

--: SELECT operation_stage
SELECT client, stage, set_at, set_by FROM operation_stage WHERE tenant_id = $1 ORDER BY client;

--: SELECT marketing_entry
SELECT count(*) FROM (SELECT date, digest, source, connection_id, account_id, level, entity_id, entity_name, campaign, date_basis, attribution_setting, channel, platform_channel, currency, country, geo, device, series_role, covers_days, first_learned_at, learned_at, is_present, run_id, raw_page_id, raw_position, spend, impressions, clicks, link_clicks, reach, video_views, conversions, conversion_value, conversion_type, actions, value, checks_applied, checks_failed, vintage_count, coalesce(marketing_entry.named_at, marketing_entry.learned_at) AS named_at FROM marketing_entry WHERE tenant_id = $1 AND is_present) e WHERE true;

--: SELECT day_reading, marketing_entry, connection
SELECT count(*) FROM (
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
) e WHERE coalesce((e.last_read_at AT TIME ZONE e.time_zone)::date - e.date > e.settles_after_days, false) = $2;

--: SELECT day_reading, marketing_entry, connection
SELECT e.*, coalesce((e.last_read_at AT TIME ZONE e.time_zone)::date - e.date > e.settles_after_days, false) AS is_mature FROM (SELECT e.* FROM (
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
) e WHERE true ORDER BY e.date DESC, e.digest DESC LIMIT 2) e ORDER BY e.date DESC, e.digest DESC;

--: SELECT connection
SELECT id, source, account_id, name, currency, time_zone, level, look_back_days, status, file_mapping, created_at, last_read_at, breakdown FROM connection WHERE tenant_id = $1 ORDER BY id ASC LIMIT 101;
