--: SELECT run_event, run, run_dismissal
SELECT r.*, d.at, d.dismissed_by, d.why, (
SELECT message FROM run_event v
WHERE v.tenant_id = r.tenant_id AND v.run_id = r.id ORDER BY v.sequence DESC LIMIT 1
) AS last_message
FROM run r LEFT JOIN run_dismissal d
ON d.tenant_id = r.tenant_id AND d.run_id = r.id AND d.at >= r.ended_at
WHERE r.tenant_id = $1 AND r.status IN ('FAILED', 'PARKED') AND d.run_id IS NULL ORDER BY r.id DESC LIMIT 4;

--: SELECT connection
SELECT id, source, account_id, name, currency, time_zone, level, look_back_days, status, file_mapping, created_at, last_read_at, breakdown FROM connection WHERE tenant_id = $1 AND id = ANY($2);
