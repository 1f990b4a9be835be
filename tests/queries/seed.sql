-- One tenant with seed.size of everything, at moments and under ids that are the same every time.
-- An id is the MD5 of what the row is called, so that operations can name it.

INSERT INTO connection (
    tenant_id, id, source, account_id, name, currency, time_zone, level, look_back_days,
    created_at, last_read_at, file_mapping)
SELECT current_tenant(), md5('connection ' || n)::uuid,
       (ARRAY['META_ADS', 'WEBHOOK', 'GOOGLE_ADS', 'FILE', 'KLAVIYO'])[1 + (n - 1) % 5],
       'account ' || n, 'Account ' || n, (ARRAY['EUR', 'USD'])[1 + (n - 1) % 2], 'Europe/Berlin',
       'CAMPAIGN', 7, '2025-10-01T08:00Z'::timestamptz + n * interval '1 minute',
       '2025-11-19T06:00Z', '{}'
FROM generate_series(1, current_setting('seed.size')::int) n;

INSERT INTO connection_credential (
    tenant_id, connection_id, kind, scopes, expires_at, sealed_at, checked_at)
SELECT current_tenant(), md5('connection ' || n)::uuid, 'ACCESS_TOKEN', '{ads_read}',
       '2026-03-01T00:00Z', '2025-10-01T08:00Z', '2025-11-19T06:00Z'
FROM generate_series(1, current_setting('seed.size')::int) n;

INSERT INTO connection_alert (
    tenant_id, id, connection_id, kind, message, mend, due_at, raised_at, seen_at)
SELECT current_tenant(), md5('alert ' || n)::uuid, md5('connection ' || n)::uuid, 'TOKEN_EXPIRING',
       'the token expires', 'rotate it', '2026-03-01T00:00Z', '2025-11-18T06:00Z',
       '2025-11-19T06:00Z'
FROM generate_series(1, current_setting('seed.size')::int) n;

INSERT INTO connection_test (
    tenant_id, id, connection_id, status, account, findings, requested_by, created_at, ended_at)
SELECT current_tenant(), md5('test ' || n)::uuid, md5('connection ' || n)::uuid, 'PASSED',
       jsonb_build_object('account_id', 'account ' || n, 'name', 'Account ' || n,
                          'currency', 'EUR', 'time_zone', 'Europe/Berlin'),
       '[{"kind": "EXPIRES_SOON", "is_fatal": false, "message": "soon", "mend": "rotate it"}]',
       'user:ada', '2025-11-18T06:00Z', '2025-11-18T06:00:02Z'
FROM generate_series(1, current_setting('seed.size')::int) n;

INSERT INTO receipt_policy (tenant_id, connection_id, tolerance, shrink_share, shrink_entries)
SELECT current_tenant(), md5('connection ' || n)::uuid, 0.01, 0.3, 40
FROM generate_series(1, current_setting('seed.size')::int) n;

INSERT INTO schema_policy (tenant_id, connection_id, stream, policy)
SELECT current_tenant(), md5('connection ' || n)::uuid, '', 'DISCARD_FIELD'
FROM generate_series(1, current_setting('seed.size')::int) n;

INSERT INTO restatement_lesson (
    tenant_id, connection_id, learned_at, metric, settles_after_days, at_least_days, at_most_days,
    days, followed_days)
SELECT current_tenant(), md5('connection ' || n)::uuid, '2025-11-10T00:00Z', metric, 9, 8, 11, 60,
       28
FROM generate_series(1, current_setting('seed.size')::int) n,
     unnest(ARRAY['conversions', 'spend']) metric;

INSERT INTO freshness_goal (tenant_id, connection_id, learned_at, is_active, schedules)
SELECT current_tenant(), md5('connection ' || n)::uuid, '2025-10-01T08:00Z', true, '[]'
FROM generate_series(1, current_setting('seed.size')::int) n;

-- Runs: one of each connection that succeeded, one that holds entries back, one that failed.
INSERT INTO run (
    tenant_id, id, kind, connection_id, status, since, until, claim, event_sequence, pages,
    fetched, stored, unchanged, rejected, created, restated, progress, receipt, error,
    requested_by, created_at, started_at, ended_at, worked_seconds, windows_seconds, checkpoint)
SELECT current_tenant(), md5(kind || ' run ' || n)::uuid, 'INGESTION',
       md5('connection ' || n)::uuid, status, '2025-11-01', '2025-11-14', 1,
       current_setting('seed.size')::int, current_setting('seed.size')::int, 40, 30, 8, 2, 25, 5,
       1, receipt, error, 'user:ada', '2025-11-15T05:00Z'::timestamptz + n * interval '1 minute',
       '2025-11-15T06:00Z', '2025-11-15T06:10Z', 12.5, 10, '{"windows": 2, "windows_done": 2}'
FROM generate_series(1, current_setting('seed.size')::int) n, (VALUES
    ('read', 'SUCCEEDED', '{
        "counters": {"pages": 5, "fetched": 40, "stored": 30, "unchanged": 8, "rejected": 2,
                     "created": 25, "restated": 5, "vanished": 0},
        "totals": [{"currency": "EUR", "entries": 30, "spend": "1234.500000",
                    "impressions": 3000000000, "clicks": 410, "conversions": "12",
                    "conversion_value": null}],
        "checks": [{"metric": "spend", "status": "MISMATCHED", "currency": "EUR",
                    "dates": ["2025-11-01", "2025-11-14"], "ours": "1234.5", "theirs": "1240",
                    "gap_days": 1, "gaps": [["2025-11-03", "100", "105.5"]],
                    "reason": "0.44 % of the platform''s spend is missing here"}],
        "changed_nothing": false, "as_of": "2025-11-15T06:10:00+00:00", "shrink": null,
        "diff": null}'::jsonb, NULL::jsonb),
    ('held', 'HELD', NULL, NULL),
    ('failed', 'FAILED', NULL, '{"code": "SOURCE_REFUSED", "kind": "CONFIG",
        "message": "the source refused", "field": null, "mend": "rotate the credentials"}')
) runs (kind, status, receipt, error);

INSERT INTO run_event (
    tenant_id, run_id, sequence, at, kind, status, message, counters, progress, worked_seconds,
    windows_seconds, windows_done, windows_total)
SELECT r.tenant_id, r.id, n, r.started_at + n * interval '1 second', 'PAGE_STORED', 'RUNNING',
       'page ' || n || ' stored', jsonb_build_object(
           'pages', n, 'fetched', n * 8, 'stored', n * 8, 'unchanged', 0, 'rejected', 0,
           'created', n * 8, 'restated', 0, 'vanished', 0), n / 10.0, n,
       n, 1, 2
FROM run r, generate_series(1, current_setting('seed.size')::int) n
WHERE r.tenant_id = current_tenant();

INSERT INTO run_dismissal (tenant_id, run_id, at, dismissed_by, why)
SELECT current_tenant(), md5('failed run ' || n)::uuid, '2025-11-16T06:00Z', 'user:ada', 'known'
FROM generate_series(1, current_setting('seed.size')::int - 1) n WHERE n % 2 = 0;

INSERT INTO raw_page (
    tenant_id, id, run_id, connection_id, reading, number, stream, media_type, body, size_bytes,
    sha256, request, fetched_at, merged_at, seen_dates, seen_digests, fetched, stored, unchanged,
    rejected, settled_at)
SELECT current_tenant(), md5('page ' || n || ' of ' || r)::uuid, md5('read run ' || r)::uuid,
       md5('connection ' || r)::uuid, 0, n, 'insights', 'application/json', '\x00', 5000000000,
       repeat('ab', 32), '{"path": "/insights"}', '2025-11-15T06:01Z', '2025-11-15T06:02Z',
       '{2025-11-01}', ARRAY[md5('entry 1')::uuid], 8, 6, 1, 1, '2025-11-15T06:02Z'
FROM generate_series(1, current_setting('seed.size')::int) r,
     generate_series(1, current_setting('seed.size')::int) n;

INSERT INTO rejected_record (
    tenant_id, id, run_id, raw_page_id, position, field, reason, mend, payload, connection_id,
    stream, fingerprint, rejected_at, state, replay_run_id, replays, check_id)
SELECT current_tenant(), md5('rejected ' || n)::uuid, md5('read run ' || n)::uuid,
       md5('page 1 of ' || n)::uuid, n, 'spend', 'not a number', 'send digits', '{"spend": "many"}',
       md5('connection ' || n)::uuid, 'insights', md5('print ' || n)::uuid, '2025-11-15T06:01Z',
       CASE WHEN n % 2 = 0 THEN 'REPLAYED' ELSE 'OPEN' END,
       CASE WHEN n % 2 = 0 THEN md5('read run ' || n)::uuid END, 1, 'VALUE_POSSIBLE'
FROM generate_series(1, current_setting('seed.size')::int) n;

INSERT INTO schema_change (
    tenant_id, id, connection_id, stream, kind, field, found, expected, policy, records,
    first_seen_at, last_seen_at, first_run_id, last_run_id)
SELECT current_tenant(), md5('change ' || n)::uuid, md5('connection ' || n)::uuid, 'insights',
       'CHANGED_TYPE', 'spend', 'number', 'string', 'EVOLVE', 3, '2025-11-15T06:01Z',
       '2025-11-15T06:02Z', md5('read run ' || n)::uuid, md5('read run ' || n)::uuid
FROM generate_series(1, current_setting('seed.size')::int) n;

INSERT INTO schedule (
    tenant_id, id, connection_id, cron, jitter_seconds, fires_at, last_due_at, last_outcome,
    last_run_id, created_by, created_at)
SELECT current_tenant(), md5('schedule ' || n)::uuid, md5('connection ' || n)::uuid, '30 6 * * *',
       0, '2225-11-21T05:30Z', '2025-11-20T05:30Z', 'STARTED', md5('read run ' || n)::uuid,
       'user:ada', '2025-10-01T08:00Z'
FROM generate_series(1, current_setting('seed.size')::int) n;

-- Entries: four days of each campaign; those of even days were restated, the last has vanished.
INSERT INTO campaign (
    tenant_id, digest, source, account_id, campaign_id, name, status, objective, changed_at)
SELECT current_tenant(), md5('campaign ' || n)::uuid, c.source, c.account_id, 'c' || n,
       'brand_search ' || n, 'ACTIVE', 'SALES', '2025-11-12T06:00Z'
FROM generate_series(1, current_setting('seed.size')::int) n
JOIN connection c ON c.id = md5('connection ' || n)::uuid AND c.tenant_id = current_tenant();

INSERT INTO campaign_name (tenant_id, digest, learned_at, name)
SELECT current_tenant(), md5('campaign ' || n)::uuid, at, name
FROM generate_series(1, current_setting('seed.size')::int) n, LATERAL (VALUES
    ('2025-11-05T06:00Z'::timestamptz, 'old_search ' || n),
    ('2025-11-12T06:00Z', 'brand_search ' || n)
) v (at, name);

INSERT INTO marketing_entry (
    tenant_id, date, digest, source, connection_id, account_id, level, entity_id, entity_name,
    campaign, date_basis, attribution_setting, channel, currency, country, device, spend,
    impressions, clicks, link_clicks, reach, conversions, conversion_value, conversion_type,
    actions, is_present, learned_at, first_learned_at, vintage_count, run_id, raw_page_id,
    raw_position, checks_applied, checks_failed)
SELECT c.tenant_id, '2025-11-01'::date + day, md5('entry ' || n || ' of day ' || day)::uuid,
       c.source, c.id, c.account_id, 'CAMPAIGN', 'c' || n, 'brand_search ' || n,
       md5('campaign ' || n)::uuid, 'DELIVERY', '7d_click',
       (ARRAY['Paid Social', 'Paid Search', 'Display'])[1 + n % 3], c.currency, 'DE', 'MOBILE',
       n * 10 + day + 0.25, 3000000000 + n, 100 * n, NULL, 900 * n, n + 0.5, n * 50, 'purchase',
       '{"purchase": 3, "add \"to\" cart": 1.5}', NOT (n = 1 AND day = 3),
       CASE WHEN day % 2 = 0 THEN '2025-11-12T06:00Z'::timestamptz ELSE '2025-11-05T06:00Z' END,
       '2025-11-05T06:00Z', 1 + (day % 2 = 0)::int, md5('read run ' || n)::uuid,
       md5('page 1 of ' || n)::uuid, day, 4295900000, CASE WHEN day = 1 THEN 65536 ELSE 0 END
FROM generate_series(1, current_setting('seed.size')::int) n
JOIN connection c ON c.id = md5('connection ' || n)::uuid AND c.tenant_id = current_tenant()
CROSS JOIN generate_series(0, 3) day;

INSERT INTO marketing_entry_vintage (
    tenant_id, date, digest, learned_at, is_present, entity_name, campaign, channel, country,
    spend, impressions, clicks, link_clicks, conversions, conversion_value, conversion_type,
    actions, run_id, raw_page_id, raw_position, checks_applied, checks_failed)
SELECT e.tenant_id, e.date, e.digest, v.at, e.is_present OR v.at < '2025-11-12T06:00Z',
       e.entity_name, e.campaign, e.channel, e.country, e.spend - (v.at < e.learned_at)::int,
       e.impressions, e.clicks, e.link_clicks, e.conversions, e.conversion_value,
       e.conversion_type, e.actions, e.run_id, e.raw_page_id, e.raw_position, e.checks_applied,
       e.checks_failed
FROM marketing_entry e, unnest(
    ARRAY['2025-11-05T06:00Z', '2025-11-12T06:00Z']::timestamptz[]) v (at)
WHERE e.tenant_id = current_tenant() AND v.at <= e.learned_at;

INSERT INTO day_reading (tenant_id, connection_id, date, read_at, run_id)
SELECT current_tenant(), md5('connection ' || n)::uuid, '2025-11-01'::date + day,
       '2025-11-05T06:00Z'::timestamptz + reading * interval '7 days', md5('read run ' || n)::uuid
FROM generate_series(1, current_setting('seed.size')::int) n, generate_series(0, 3) day,
     generate_series(0, 1) reading;

INSERT INTO day_reconciliation (tenant_id, connection_id, date, learned_at, compared, apart)
SELECT current_tenant(), md5('connection ' || n)::uuid, '2025-11-01'::date + day,
       '2025-11-12T06:00Z', 5, (day = 2)::int
FROM generate_series(1, current_setting('seed.size')::int) n, generate_series(0, 3) day;

INSERT INTO held_shrink (tenant_id, run_id, connection_id, standing, held_at)
SELECT current_tenant(), md5('held run ' || n)::uuid, md5('connection ' || n)::uuid, 40,
       '2025-11-15T06:10Z'
FROM generate_series(1, current_setting('seed.size')::int) n;

INSERT INTO held_entry (tenant_id, run_id, date, digest, learned_at)
SELECT e.tenant_id, md5('held run ' || n)::uuid, e.date, e.digest, e.learned_at
FROM generate_series(1, current_setting('seed.size')::int) n
JOIN marketing_entry e ON e.tenant_id = current_tenant() AND e.campaign = md5('campaign ' || n)::uuid
WHERE e.is_present;

INSERT INTO insight (
    tenant_id, id, kind, connection_id, run_id, metric, currency, since, until, before, after,
    entries, evidence_dates, evidence_digests, detected_at, incident_id)
SELECT current_tenant(), md5('insight ' || n)::uuid, 'RESTATEMENT', md5('connection ' || n)::uuid,
       md5('read run ' || n)::uuid, 'spend', 'EUR', '2025-11-01', '2025-11-04', 1000,
       1000.5 + n * 100, 4, array_agg(e.date ORDER BY e.date),
       array_agg(e.digest ORDER BY e.date), '2025-11-15T06:10Z', md5('incident ' || n)::uuid
FROM generate_series(1, current_setting('seed.size')::int) n
JOIN marketing_entry e ON e.tenant_id = current_tenant() AND e.campaign = md5('campaign ' || n)::uuid
GROUP BY n;

INSERT INTO data_event (
    tenant_id, sequence, id, kind, at, connection_id, run_id, status, counters, since, until)
SELECT current_tenant(), n, md5('event ' || n)::uuid, 'RUN_FINISHED',
       '2025-11-15T06:10Z'::timestamptz + n * interval '1 second', md5('connection ' || n)::uuid,
       md5('read run ' || n)::uuid, 'SUCCEEDED', '{
           "pages": 5, "fetched": 40, "stored": 30, "unchanged": 8, "rejected": 2, "created": 25,
           "restated": 5, "vanished": 0}', '2025-11-01', '2025-11-14'
FROM generate_series(1, current_setting('seed.size')::int) n;
INSERT INTO event_clock (tenant_id, sequence)
VALUES (current_tenant(), current_setting('seed.size')::int)
ON CONFLICT (tenant_id) DO UPDATE SET sequence = excluded.sequence;

INSERT INTO run (
    tenant_id, id, kind, status, progress, requested_by, created_at, started_at, ended_at)
SELECT current_tenant(), md5('export run ' || n)::uuid, 'EXPORT', 'SUCCEEDED', 1, 'user:ada',
       '2025-11-16T06:00Z', '2025-11-16T06:00Z', '2025-11-16T06:01Z'
FROM generate_series(1, current_setting('seed.size')::int) n;
INSERT INTO export (
    tenant_id, id, run_id, definition, definition_sha256, as_of, state, files, checks, manifest,
    row_hash, rows, requested_by, created_at, ready_at, expires_at)
SELECT current_tenant(), md5('export ' || n)::uuid, md5('export run ' || n)::uuid,
       '{"kpi": {"orders": "REVENUE"}}', repeat('d', 64), '2025-11-15T06:10Z', 'READY', '[
           {"name": "wide.parquet", "media_type": "application/vnd.apache.parquet",
            "bytes": 5000000000, "sha256": "aa", "rows": 7},
           {"name": "manifest.json", "media_type": "application/json", "bytes": 812,
            "sha256": "bb", "rows": null}]', '[
           {"id": "vif", "severity": "ATTENTION", "columns": ["meta_spend"], "value": 12.5,
            "message": "collinear", "threshold": 10.0}]',
       '{"format": "liftos-causal-export"}', repeat('c', 64), 7, 'user:ada', '2025-11-16T06:00Z',
       '2025-11-16T06:01Z', '2125-11-16T06:01Z'
FROM generate_series(1, current_setting('seed.size')::int) n;

-- What a tenant says of itself.
INSERT INTO calendar_event (
    tenant_id, id, learned_at, is_present, name, kind, since, until, countries, geos,
    effect_direction, effect_size, note)
SELECT current_tenant(), md5('event of calendar ' || n)::uuid, '2025-11-01T06:00Z', true,
       'sale ' || n, 'PROMOTION', '2025-11-01'::date + n, '2025-11-03'::date + n, '{DE}', '{}',
       'UP', 0.15, NULL
FROM generate_series(1, current_setting('seed.size')::int) n;

INSERT INTO naming_rule (
    tenant_id, id, name, syntax, pattern, position, created_at, version, recorded_at)
SELECT current_tenant(), md5('naming rule ' || n)::uuid, 'names ' || n, 'TEMPLATE',
       '{theme}_{rest*}', n, '2025-11-01T06:00Z', 1, '2025-11-01T06:00Z'
FROM generate_series(1, current_setting('seed.size')::int) n;

INSERT INTO channel_rule (
    tenant_id, id, version, recorded_at, created_at, name, channel, campaign, naming, position)
SELECT current_tenant(), md5('channel rule ' || n)::uuid, 1, '2025-11-01T06:00Z',
       '2025-11-01T06:00Z', 'channels ' || n, 'Branding', 'brand', '[]', n
FROM generate_series(1, current_setting('seed.size')::int) n;

INSERT INTO exchange_rate (
    tenant_id, id, version, recorded_at, created_at, name, base, quote, value, since)
SELECT current_tenant(), md5('rate ' || n)::uuid, 1, '2025-11-01T06:00Z', '2025-11-01T06:00Z',
       'rate ' || n, 'USD', (ARRAY['EUR', 'GBP', 'AED', 'CHF', 'SEK'])[n], 0.9 + n / 10.0,
       '2025-01-01'
FROM generate_series(1, current_setting('seed.size')::int) n;

INSERT INTO operation (
    tenant_id, client, id, name, kind, document, description, owner, cost, registered_at,
    registered_by)
SELECT current_tenant(), 'console', encode(sha256(('operation ' || n)::bytea), 'hex'),
       'Entries' || n, 'QUERY', 'query Entries' || n || ' { marketingEntries { totalCount } }',
       'Counts entries.', 'the console', 12, '2025-11-01T06:00Z', 'user:ada'
FROM generate_series(1, current_setting('seed.size')::int) n;
INSERT INTO operation_stage (tenant_id, client, stage, set_at, set_by)
SELECT current_tenant(), 'client ' || n, 'LOG', '2025-11-01T06:00Z', 'user:ada'
FROM generate_series(1, current_setting('seed.size')::int) n;
INSERT INTO operation_seen (
    tenant_id, client, id, document, first_seen_at, last_seen_at, times)
SELECT current_tenant(), 'client ' || n, encode(sha256(('seen ' || n)::bytea), 'hex'),
       '{ viewer { actor } }', '2025-11-01T06:00Z', '2025-11-02T06:00Z', n
FROM generate_series(1, current_setting('seed.size')::int) n;

INSERT INTO seasonality (
    tenant_id, metric, channel, series, period, learned_at, cycles, shrinkage, method, since,
    until, reason, factors)
SELECT current_tenant(), 'SPEND', channel, '', 'QUARTER', '2025-11-10T00:00Z', 3, 0.5,
       'LOG_RATIO', '2022-01-01', '2025-10-31', NULL,
       '[{"season": 1, "factor": 0.9, "low": 0.8, "high": 1.0, "n": 9}]'
FROM unnest(('{"", "Paid Social", "Paid Search", "Display", "Email"}'::text[])
            [1:current_setting('seed.size')::int]) channel;
INSERT INTO seasonality_estimation (
    tenant_id, id, status, requested_at, requested_by, estimated_at, looked_at)
VALUES (current_tenant(), md5('estimation')::uuid, 'DONE', '2025-11-10T00:00Z', 'user:ada',
        '2025-11-10T00:00Z', '2025-11-10T00:00Z');

INSERT INTO feature_view (
    tenant_id, name, version, entity, features, owner, description, currency, ttl_days, created_at,
    created_by)
SELECT current_tenant(), 'view_' || n, 1, 'CHANNEL',
       '[{"name": "spend_28d", "metric": "SPEND", "aggregate": "SUM", "window_days": 28,
          "lag_days": 1},
         {"name": "ctr_28d", "metric": "CTR", "aggregate": "RATIO", "window_days": 28,
          "lag_days": 1}]',
       'ada', 'what a model reads', 'EUR', NULL, '2025-11-01T06:00Z', 'user:ada'
FROM generate_series(1, current_setting('seed.size')::int) n;
INSERT INTO feature_usage (tenant_id, name, version, day, module, requests, entities)
SELECT current_tenant(), 'view_' || n, 1, '2025-11-19', 'causal', n, 2 * n
FROM generate_series(1, current_setting('seed.size')::int) n;
