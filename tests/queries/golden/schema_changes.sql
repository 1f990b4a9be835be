--: SELECT schema_change
SELECT id, connection_id, stream, kind, field, found, expected, policy, records, state, first_seen_at, last_seen_at, first_run_id, last_run_id, accepted_at, accepted_by FROM schema_change WHERE tenant_id = $1 AND state IN ($2) ORDER BY id DESC LIMIT 4;

--: SELECT connection
SELECT id, source, account_id, name, currency, time_zone, level, look_back_days, status, file_mapping, created_at, last_read_at, breakdown FROM connection WHERE tenant_id = $1 AND id = ANY($2);

--: SELECT run
SELECT * FROM run WHERE tenant_id = $1 AND id = ANY($2);
