--: SELECT marketing_entry
SELECT date_send(e.date) || uuid_send(e.digest), convert_to(concat('{"currency":', coalesce(to_json(e.currency), 'null'::json), ',"spend":', coalesce('"' || trim_scale(e.spend)::text || '"', 'null'), ',"converted":'), 'UTF8'), e.date, e.currency, e.spend, e.conversion_value FROM (SELECT e.* FROM (SELECT date, digest, source, connection_id, account_id, level, entity_id, entity_name, campaign, date_basis, attribution_setting, channel, platform_channel, currency, country, geo, device, series_role, covers_days, first_learned_at, learned_at, is_present, run_id, raw_page_id, raw_position, spend, impressions, clicks, link_clicks, reach, video_views, conversions, conversion_value, conversion_type, actions, value, checks_applied, checks_failed, vintage_count, coalesce(marketing_entry.named_at, marketing_entry.learned_at) AS named_at FROM marketing_entry WHERE tenant_id = $1 AND is_present) e WHERE true ORDER BY e.date DESC, e.digest DESC LIMIT 5) e ORDER BY e.date DESC, e.digest DESC;

--: SELECT exchange_publication
SELECT asked.date AS asked, asked.as_of, p.date, p.source, p.rates
FROM unnest($1::date[], $2::timestamptz[]) asked (date, as_of)
CROSS JOIN LATERAL (
SELECT * FROM exchange_publication e
WHERE e.date <= asked.date AND e.learned_at <= coalesce(asked.as_of, now())
ORDER BY e.date DESC LIMIT 1
) p;

--: SELECT exchange_rate
SELECT asked.date AS asked, asked.as_of, r.*
FROM unnest($2::date[], $3::timestamptz[]) asked (date, as_of)
JOIN exchange_rate r ON r.tenant_id = $1
AND r.since <= asked.date AND coalesce(r.until >= asked.date, true)
AND CASE WHEN asked.as_of IS NULL THEN r.retired_at IS NULL
ELSE r.recorded_at <= asked.as_of AND coalesce(r.retired_at > asked.as_of, true) END
ORDER BY since DESC, id DESC;
