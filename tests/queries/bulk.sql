-- Two years of a thousand entries a fortnight for every tenant there is, beside what they have:
-- bulk.tenants in all, fifty thousand entries of each, under the ids of its connections.

INSERT INTO tenant (slug, name, countries, fiscal_start_month, fiscal_year_named_by_end,
                    reporting_currency, tier)
SELECT 'bulk-' || n, 'Bulk', '{DE}', 1, false, 'EUR', 'FREE'
FROM generate_series(2, current_setting('bulk.tenants')::int) n;
INSERT INTO data_clock (tenant_id, learned_at) SELECT tenant_id, now() FROM tenant
ON CONFLICT DO NOTHING;

INSERT INTO connection (
    tenant_id, id, source, account_id, name, currency, time_zone, level, look_back_days,
    created_at, last_read_at)
SELECT t.tenant_id, md5('connection ' || n)::uuid, 'META_ADS', 'account ' || n, 'Account ' || n,
       'EUR', 'Europe/Berlin', 'CAMPAIGN', 7, '2023-10-01T08:00Z', '2025-11-19T06:00Z'
FROM tenant t, generate_series(1, 3) n
ON CONFLICT DO NOTHING;

INSERT INTO campaign (
    tenant_id, digest, source, account_id, campaign_id, name, status, changed_at)
SELECT tenant_id, md5('bulk campaign ' || n)::uuid, 'META_ADS', 'account ' || 1 + n % 3, 'b' || n,
       'bulk_search ' || n, 'ACTIVE', '2025-11-12T06:00Z'
FROM tenant, generate_series(0, 199) n;
INSERT INTO campaign_name (tenant_id, digest, learned_at, name)
SELECT tenant_id, md5('bulk campaign ' || n)::uuid, at, 'bulk_search ' || n
FROM tenant, generate_series(0, 199) n, unnest('{2023-10-01, 2025-11-12}'::timestamptz[]) at;

SELECT ensure_months(array_agg(month::date))
FROM generate_series('2023-11-01'::date, '2025-11-01'::date, interval '1 month') month;
INSERT INTO marketing_entry (
    tenant_id, date, digest, source, connection_id, account_id, level, entity_id, entity_name,
    campaign, date_basis, attribution_setting, channel, currency, country, device, spend,
    impressions, clicks, conversions, conversion_value, is_present, learned_at, first_learned_at,
    vintage_count, run_id, raw_page_id, raw_position, checks_applied, checks_failed)
SELECT t.tenant_id, day, md5(day || ' ' || n)::uuid, 'META_ADS',
       md5('connection ' || 1 + n % 3)::uuid, 'account ' || 1 + n % 3, 'CAMPAIGN', 'b' || n,
       'bulk ' || n, md5('bulk campaign ' || (n + 7 * (day - '2023-11-01')) % 200)::uuid,
       'DELIVERY', '7d_click',
       (ARRAY['Paid Social', 'Paid Search', 'Display', 'Paid Video', 'Email'])[1 + n % 5], 'EUR',
       (ARRAY['DE', 'FR', 'US'])[1 + n % 3], (ARRAY['MOBILE', 'DESKTOP'])[1 + n % 2], n + 0.25,
       n * 1000, n * 13, n % 7, n * 3.5, true,
       CASE WHEN n % 10 = 0 THEN '2025-11-10'::timestamptz ELSE day + interval '2 days' END,
       day + interval '2 days', 1 + (n % 10 = 0)::int,
       md5('bulk run ' || d)::uuid, md5('1 of bulk run ' || d)::uuid, n,
       4295900000, CASE WHEN n % 9 = 0 THEN 65536 ELSE 0 END
FROM tenant t, generate_series(0, 749) d, LATERAL (SELECT '2023-11-01'::date + d) days (day),
     generate_series(1, 66) n;
INSERT INTO marketing_entry_vintage (
    tenant_id, date, digest, learned_at, is_present, entity_name, campaign, channel, country,
    spend, impressions, clicks, conversions, conversion_value, run_id, raw_page_id, raw_position,
    checks_applied, checks_failed)
SELECT e.tenant_id, e.date, e.digest, v.at, true, e.entity_name, e.campaign, e.channel, e.country,
       e.spend, e.impressions, e.clicks, e.conversions, e.conversion_value, e.run_id,
       e.raw_page_id, e.raw_position, e.checks_applied, e.checks_failed
FROM marketing_entry e, LATERAL (
    SELECT e.first_learned_at UNION SELECT e.learned_at) v (at)
WHERE e.entity_id LIKE 'b%';
INSERT INTO day_reading (tenant_id, connection_id, date, read_at, run_id)
SELECT t.tenant_id, md5('connection ' || 1 + n % 3)::uuid, day, day + n * interval '1 day',
       md5('bulk run ' || d)::uuid
FROM tenant t, generate_series(0, 749) d, LATERAL (SELECT '2023-11-01'::date + d) days (day),
     generate_series(1, 24) n
ON CONFLICT DO NOTHING;

INSERT INTO run (
    tenant_id, id, kind, connection_id, status, since, until, requested_by, created_at,
    started_at, ended_at, pages, fetched)
SELECT tenant_id, md5('bulk run ' || n)::uuid, 'INGESTION', md5('connection ' || 1 + n % 3)::uuid,
       CASE WHEN n % 50 = 0 THEN 'FAILED' ELSE 'SUCCEEDED' END, '2025-01-01', '2025-01-07',
       'schedule', '2025-01-08', '2025-01-08', '2025-01-08', 3, 66
FROM tenant, generate_series(0, 749) n;
ALTER TABLE run_event DISABLE TRIGGER announce;
INSERT INTO run_event (tenant_id, run_id, sequence, kind, status, message, counters, progress)
SELECT tenant_id, md5('bulk run ' || r)::uuid, n, 'PAGE_STORED', 'RUNNING', 'page stored', '{
           "pages": 1, "fetched": 8, "stored": 8, "unchanged": 0, "rejected": 0, "created": 8,
           "restated": 0, "vanished": 0}', 0.5
FROM tenant, generate_series(0, 749) r, generate_series(1, 8) n;
ALTER TABLE run_event ENABLE TRIGGER announce;
INSERT INTO raw_page (
    tenant_id, id, run_id, connection_id, reading, number, stream, media_type, body, size_bytes,
    sha256, request, fetched_at, merged_at, seen_dates, seen_digests, fetched, stored, unchanged,
    rejected, settled_at)
SELECT tenant_id, md5(n || ' of bulk run ' || r)::uuid, md5('bulk run ' || r)::uuid,
       md5('connection ' || 1 + r % 3)::uuid, 0, n, 'insights', 'application/json', '\x00', 900,
       md5(r || ' ' || n), '{}', '2025-01-08', '2025-01-08', '{2025-01-01, 2025-01-02}',
       ARRAY[md5('a')::uuid, md5('b')::uuid], 22, 20, 0, 2, '2025-01-08'
FROM tenant, generate_series(0, 749) r, generate_series(1, 3) n;
INSERT INTO rejected_record (
    tenant_id, id, run_id, raw_page_id, position, field, reason, mend, payload, connection_id,
    stream, fingerprint, rejected_at, check_id)
SELECT tenant_id, md5('bulk rejected ' || r || ' ' || n)::uuid, md5('bulk run ' || r)::uuid,
       md5(n || ' of bulk run ' || r)::uuid, n, 'spend', 'not a number', 'send digits',
       '{"spend": "many"}', md5('connection ' || 1 + r % 3)::uuid, 'insights',
       md5('print ' || r || n)::uuid, '2025-01-08', 'VALUE_POSSIBLE'
FROM tenant, generate_series(0, 749) r, generate_series(1, 3) n;
INSERT INTO insight (
    tenant_id, id, kind, connection_id, run_id, metric, currency, since, until, before, after,
    entries, evidence_dates, evidence_digests, detected_at)
SELECT tenant_id, md5('bulk insight ' || n)::uuid, 'RESTATEMENT',
       md5('connection ' || 1 + n % 3)::uuid, md5('bulk run ' || n)::uuid, 'spend', 'EUR',
       '2025-01-01', '2025-01-07', 1, 2, 0, '{}', '{}', '2025-01-08'
FROM tenant, generate_series(0, 749) n;
INSERT INTO data_event (tenant_id, sequence, kind, connection_id, run_id, status, counters)
SELECT tenant_id, 100 + n, 'PAGE_LANDED', md5('connection ' || 1 + n % 3)::uuid,
       md5('bulk run ' || n % 750)::uuid, 'RUNNING', '{
           "pages": 1, "fetched": 8, "stored": 8, "unchanged": 0, "rejected": 0, "created": 8,
           "restated": 0, "vanished": 0}'
FROM tenant, generate_series(0, 4999) n;
INSERT INTO event_clock (tenant_id, sequence) SELECT tenant_id, 5099 FROM tenant
ON CONFLICT (tenant_id) DO UPDATE SET sequence = 5099;
INSERT INTO calendar_day (tenant_id, date, learned_at, holidays, retail_events)
SELECT t.tenant_id, d.date, d.learned_at, d.holidays, d.retail_events
FROM tenant t, calendar_day d ON CONFLICT DO NOTHING;
INSERT INTO exchange_publication (date, source, rates, learned_at)
SELECT '2023-01-01'::date + n, 'European Central Bank', '{"USD": "1.1", "GBP": "0.85"}',
       '2023-01-01'::date + n + interval '15 hours'
FROM generate_series(0, 1040) n ON CONFLICT DO NOTHING;
ANALYZE;
