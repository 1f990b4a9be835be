INSERT INTO campaign (tenant_id, digest, source, account_id, campaign_id, name, status)
SELECT :tenant, md5('campaign ' || c)::uuid, 'META_ADS', 'act_' || c % 4, c::text,
       'Aktion „' || c || '“ | prospecting', 'ACTIVE'
FROM generate_series(0, :campaigns::int - 1) c;

INSERT INTO marketing_entry (
    tenant_id, date, digest, source, connection_id, account_id, level, entity_id, entity_name,
    campaign, date_basis, attribution_setting, channel, currency, spend, impressions, clicks,
    link_clicks, conversions, conversion_value, is_present, learned_at, first_learned_at,
    vintage_count, run_id, raw_page_id, raw_position, checks_applied, checks_failed)
SELECT :tenant, d::date, md5(d::date || '/' || n)::uuid, 'META_ADS',
       (:connections::uuid[])[1 + c % 4], 'act_' || c % 4, 'AD', n::text, 'Anzeige „' || n || '“',
       md5('campaign ' || c)::uuid, 'DELIVERY', '7d_click',
       (ARRAY['Paid Social', 'Paid Search', 'Display', 'Paid Video', 'Email'])[1 + c % 5], 'EUR',
       ((n * 7919 + extract(doy FROM d)::int * 31) % 100000) / 1000.0, n * 1000 + extract(day FROM d)::int,
       n * 13 + extract(dow FROM d)::int, CASE WHEN n % 4 > 0 THEN n * 11 END, n % 7,
       (n % 7) * 19.95, true, :read_at, :read_at, 1, (:connections::uuid[])[1 + c % 4],
       (:connections::uuid[])[1 + c % 4], n, 4295900000, CASE WHEN n % 9 = 0 THEN 65536 ELSE 0 END
FROM generate_series(:since::date, :until::date, interval '1 day') d,
     generate_series(0, :ads::int - 1) n,
     LATERAL (SELECT n % :campaigns::int) k (c);

INSERT INTO marketing_entry_vintage (
    tenant_id, date, digest, learned_at, is_present, entity_name, campaign, channel, spend,
    impressions, clicks, link_clicks, conversions, conversion_value, run_id, raw_page_id,
    raw_position, checks_applied, checks_failed)
SELECT tenant_id, date, digest, learned_at, true, entity_name, campaign, channel, spend,
       impressions, clicks, link_clicks, conversions, conversion_value, run_id, raw_page_id,
       raw_position, checks_applied, checks_failed
FROM marketing_entry WHERE tenant_id = :tenant;

INSERT INTO day_reading (tenant_id, connection_id, date, read_at, run_id)
SELECT :tenant, k, d::date, d + n * interval '3 days', k
FROM generate_series(:since::date, :until::date, interval '1 day') d, generate_series(1, 3) n,
     unnest(:connections::uuid[]) k;

UPDATE data_clock SET learned_at = :read_at WHERE tenant_id = :tenant;
