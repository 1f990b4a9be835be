--: SELECT marketing_entry
SELECT date_send(e.date) || uuid_send(e.digest), convert_to(concat('{"id":"', 'TWFya2V0aW5nRW50cnk6' || encode(convert_to('' || replace(e.date::text, '-', '') || '-' || encode(uuid_send(e.digest), 'hex'), 'UTF8'), 'base64'), '","vintages":'), 'UTF8'), e.date, e.digest, e.raw_page_id, e.raw_position FROM (SELECT e.* FROM (SELECT date, digest, source, connection_id, account_id, level, entity_id, entity_name, campaign, date_basis, attribution_setting, channel, platform_channel, currency, country, geo, device, series_role, covers_days, first_learned_at, learned_at, is_present, run_id, raw_page_id, raw_position, spend, impressions, clicks, link_clicks, reach, video_views, conversions, conversion_value, conversion_type, actions, value, checks_applied, checks_failed, vintage_count, coalesce(marketing_entry.named_at, marketing_entry.learned_at) AS named_at FROM marketing_entry WHERE tenant_id = $1 AND is_present) e WHERE true ORDER BY e.date ASC, e.digest ASC LIMIT 4) e ORDER BY e.date ASC, e.digest ASC;

--: SELECT marketing_entry_vintage
SELECT date, digest, learned_at, is_present, run_id, raw_page_id, raw_position, spend, impressions, clicks, link_clicks, reach, video_views, conversions, conversion_value, conversion_type, actions, value, checks_applied, checks_failed FROM marketing_entry_vintage v WHERE v.tenant_id = $1 AND v.date = ANY($2::date[]) AND v.digest = ANY($3::uuid[]) AND (v.date, v.digest) IN (SELECT * FROM unnest($4::date[], $5::uuid[])) ORDER BY date, digest, learned_at;

--: SELECT raw_page
SELECT id, run_id, connection_id, number, stream, media_type, size_bytes, sha256, request, fetched_at, fetched, stored, unchanged, rejected, body_gone_at FROM raw_page WHERE tenant_id = $1 AND id = ANY($2);

--: SELECT run
SELECT * FROM run WHERE tenant_id = $1 AND id = ANY($2);
