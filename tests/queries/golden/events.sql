--: SELECT event_clock
SELECT sequence FROM event_clock WHERE tenant_id = $1;

--: SELECT data_event
SELECT min(sequence) FROM data_event WHERE tenant_id = $1;

--: SELECT event_clock
SELECT sequence FROM event_clock WHERE tenant_id = $1;

--: SELECT data_event
SELECT * FROM data_event WHERE tenant_id = $1 AND sequence > $2 AND sequence <= $3 ORDER BY sequence LIMIT 3;

--: SELECT run
SELECT * FROM run WHERE tenant_id = $1 AND id = ANY($2);

--: SELECT connection
SELECT id, source, account_id, name, currency, time_zone, level, look_back_days, status, file_mapping, created_at, last_read_at, breakdown FROM connection WHERE tenant_id = $1 AND id = ANY($2);
