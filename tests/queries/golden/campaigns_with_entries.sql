--: SELECT campaign, marketing_entry
SELECT c.*, span.first_date, span.last_date FROM campaign c
LEFT JOIN LATERAL (
SELECT min(e.date) AS first_date, max(e.date) AS last_date FROM marketing_entry e
WHERE e.tenant_id = c.tenant_id AND e.campaign = c.digest AND e.is_present
) span ON true
WHERE c.tenant_id = $1 ORDER BY c.digest ASC LIMIT 4;

--: SELECT marketing_entry
SELECT date_send(e.date) || uuid_send(e.digest), convert_to(concat('{"date":"', e.date, '","spend":', coalesce('"' || trim_scale(e.spend)::text || '"', 'null'), ',"clicks":', coalesce((e.clicks)::text, 'null'), '}'), 'UTF8'), e.campaign AS campaign FROM unnest($2::uuid[]) c (campaign) CROSS JOIN LATERAL (SELECT e.* FROM (SELECT date, digest, source, connection_id, account_id, level, entity_id, entity_name, campaign, date_basis, attribution_setting, channel, platform_channel, currency, country, geo, device, series_role, covers_days, first_learned_at, learned_at, is_present, run_id, raw_page_id, raw_position, spend, impressions, clicks, link_clicks, reach, video_views, conversions, conversion_value, conversion_type, actions, value, checks_applied, checks_failed, vintage_count, coalesce(marketing_entry.named_at, marketing_entry.learned_at) AS named_at FROM marketing_entry WHERE tenant_id = $1 AND is_present) e WHERE e.campaign = c.campaign ORDER BY e.date DESC, e.digest DESC LIMIT 3) e ORDER BY c.campaign, e.date DESC, e.digest DESC;
