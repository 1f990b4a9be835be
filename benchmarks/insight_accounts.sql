INSERT INTO campaign (tenant_id, digest, source, account_id, campaign_id, name, status)
SELECT :tenant, md5('campaign ' || c)::uuid, 'META_ADS', 'act_' || c % 4, c::text,
       'Campaign ' || c, 'ACTIVE'
FROM (SELECT DISTINCT campaign AS c FROM bench_figure) f
ON CONFLICT DO NOTHING;

INSERT INTO marketing_entry_vintage (
    tenant_id, date, digest, learned_at, is_present, entity_name, campaign, channel, spend,
    impressions, clicks, conversions, conversion_value, run_id, raw_page_id, raw_position,
    checks_applied, checks_failed)
SELECT :tenant, f.date, md5(f.date || '/' || f.campaign)::uuid,
       (f.date + age + time '06:00') AT TIME ZONE 'UTC', true, 'Campaign ' || f.campaign,
       md5('campaign ' || f.campaign)::uuid, (:channels::text[])[1 + f.campaign % 4], f.spend,
       f.impressions, f.clicks, round(f.conversions * s.come), round(f.conversion_value * s.come, 2),
       k.id, k.id, f.campaign, 4295900000, 0
FROM bench_figure f
CROSS JOIN (VALUES (1, 0.7), (2, 0.9), (3, 1.0)) s (age, come)
CROSS JOIN LATERAL (SELECT (:connections::uuid[])[1 + f.campaign % 4] AS id) k
WHERE f.date + age <= :read_on::date AND f.date BETWEEN :since::date AND :read_on::date - 1
  AND (f.date >= :read_on::date - 160 OR age = 3)
ON CONFLICT DO NOTHING;

INSERT INTO marketing_entry AS m (
    tenant_id, date, digest, source, connection_id, account_id, level, entity_id, entity_name,
    campaign, date_basis, attribution_setting, channel, currency, spend, impressions, clicks,
    conversions, conversion_value, is_present, learned_at, first_learned_at, vintage_count, run_id,
    raw_page_id, raw_position, checks_applied, checks_failed)
SELECT DISTINCT ON (v.date, v.digest)
       v.tenant_id, v.date, v.digest, 'META_ADS', v.run_id, 'act_' || v.raw_position % 4,
       'CAMPAIGN', v.raw_position::text, v.entity_name, v.campaign, 'DELIVERY', '7d_click',
       v.channel, 'EUR', v.spend, v.impressions, v.clicks, v.conversions, v.conversion_value, true,
       v.learned_at, (v.date + 1 + time '06:00') AT TIME ZONE 'UTC',
       count(*) OVER (PARTITION BY v.date, v.digest), v.run_id, v.raw_page_id, v.raw_position,
       v.checks_applied, v.checks_failed
FROM marketing_entry_vintage v
WHERE v.tenant_id = :tenant AND v.date BETWEEN :since::date AND :read_on::date
ORDER BY v.date, v.digest, v.learned_at DESC
ON CONFLICT (tenant_id, date, digest) DO UPDATE SET conversions = excluded.conversions,
    conversion_value = excluded.conversion_value, learned_at = excluded.learned_at,
    vintage_count = excluded.vintage_count;

INSERT INTO day_reading (tenant_id, connection_id, date, read_at, run_id)
SELECT :tenant, k, d.date, (d.date + age + time '06:00') AT TIME ZONE 'UTC', k
FROM (SELECT DISTINCT date FROM bench_figure) d CROSS JOIN generate_series(1, 3) age
CROSS JOIN unnest(:connections::uuid[]) k
WHERE d.date + age <= :read_on::date AND d.date BETWEEN :since::date AND :read_on::date - 1
ON CONFLICT DO NOTHING;

UPDATE data_clock SET learned_at = clock_timestamp() WHERE tenant_id = :tenant;
