--: SELECT run
SELECT * FROM run WHERE tenant_id = $1 AND kind NOT IN ('INDEX', 'ANALYSIS') ORDER BY id DESC LIMIT 5;

--: SELECT connection
SELECT id, source, account_id, name, currency, time_zone, level, look_back_days, status, file_mapping, created_at, last_read_at, breakdown FROM connection WHERE tenant_id = $1 AND id = ANY($2);
