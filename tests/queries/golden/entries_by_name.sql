--: SELECT naming_rule
SELECT * FROM naming_rule WHERE tenant_id = $1 AND CASE
WHEN $2::timestamptz IS NULL THEN retired_at IS NULL
ELSE recorded_at <= $2 AND coalesce(retired_at > $2, true) END
ORDER BY position, id;

--: SELECT campaign_name, campaign
SELECT n.digest, c.source, c.account_id, n.name, n.learned_at AS since,
lead(n.learned_at) OVER (PARTITION BY n.digest ORDER BY n.learned_at) AS until
FROM campaign_name n JOIN campaign c ON c.tenant_id = $1 AND c.digest = n.digest
WHERE n.tenant_id = $1 AND coalesce(n.learned_at <= $2, true) ORDER BY n.name, n.digest;

--: SELECT marketing_entry
SELECT date_send(e.date) || uuid_send(e.digest), convert_to(concat('{"date":"', e.date, '","campaignName":'), 'UTF8'), e.campaign, e.named_at, e.date, e.campaign, e.named_at FROM (SELECT e.* FROM (SELECT date, digest, source, connection_id, account_id, level, entity_id, entity_name, campaign, date_basis, attribution_setting, channel, platform_channel, currency, country, geo, device, series_role, covers_days, first_learned_at, learned_at, is_present, run_id, raw_page_id, raw_position, spend, impressions, clicks, link_clicks, reach, video_views, conversions, conversion_value, conversion_type, actions, value, checks_applied, checks_failed, vintage_count, coalesce(marketing_entry.named_at, marketing_entry.learned_at) AS named_at FROM marketing_entry WHERE tenant_id = $1 AND is_present) e WHERE EXISTS (SELECT FROM unnest($2::uuid[], $3::date[], $4::date[], $5::timestamptz[], $6::timestamptz[]) s (campaign, since, until, named_from, named_until) WHERE s.campaign = e.campaign AND e.date BETWEEN s.since AND s.until AND coalesce(e.named_at >= s.named_from, true) AND coalesce(e.named_at < s.named_until, true)) ORDER BY e.date DESC, e.digest DESC LIMIT 4) e ORDER BY e.date DESC, e.digest DESC;

--: SELECT campaign, campaign_name
SELECT asked.digest, asked.at, c.source, c.account_id, n.name
FROM unnest($2::uuid[], $3::timestamptz[]) asked (digest, at)
JOIN campaign c ON c.tenant_id = $1 AND c.digest = asked.digest
CROSS JOIN LATERAL (
SELECT k.name FROM campaign_name k
WHERE k.tenant_id = $1 AND k.digest = asked.digest AND k.learned_at <= asked.at
ORDER BY k.learned_at DESC LIMIT 1
) n;

--: SELECT marketing_entry
SELECT count(*) FROM (SELECT date, digest, source, connection_id, account_id, level, entity_id, entity_name, campaign, date_basis, attribution_setting, channel, platform_channel, currency, country, geo, device, series_role, covers_days, first_learned_at, learned_at, is_present, run_id, raw_page_id, raw_position, spend, impressions, clicks, link_clicks, reach, video_views, conversions, conversion_value, conversion_type, actions, value, checks_applied, checks_failed, vintage_count, coalesce(marketing_entry.named_at, marketing_entry.learned_at) AS named_at FROM marketing_entry WHERE tenant_id = $1 AND is_present) e WHERE EXISTS (SELECT FROM unnest($2::uuid[], $3::date[], $4::date[], $5::timestamptz[], $6::timestamptz[]) s (campaign, since, until, named_from, named_until) WHERE s.campaign = e.campaign AND e.date BETWEEN s.since AND s.until AND coalesce(e.named_at >= s.named_from, true) AND coalesce(e.named_at < s.named_until, true));
