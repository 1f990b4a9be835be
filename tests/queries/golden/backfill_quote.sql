--: SELECT connection
SELECT id, source, account_id, name, currency, time_zone, level, look_back_days, status, file_mapping, created_at, last_read_at, breakdown FROM connection WHERE tenant_id = $1 AND id = ANY($2);

--: SELECT day_reading, connection
SELECT DISTINCT d.date FROM day_reading d
JOIN connection c ON c.tenant_id = d.tenant_id AND c.id = d.connection_id
WHERE d.tenant_id = $1 AND d.connection_id = $2 AND d.date BETWEEN $3 AND $4
AND (d.read_at AT TIME ZONE c.time_zone)::date - d.date > c.look_back_days;

--: WITH day_reading, run
WITH whole AS (
SELECT id, pages, fetched, worked_seconds,
(SELECT count(*) FROM day_reading d
WHERE d.tenant_id = $1 AND d.connection_id = $2 AND d.run_id = r.id) AS days
FROM run r
WHERE tenant_id = $1 AND connection_id = $2 AND status = 'SUCCEEDED' AND worked_seconds > 0
ORDER BY id DESC LIMIT $3
)
SELECT coalesce(sum(days), 0)::bigint AS days, coalesce(sum(pages), 0)::bigint AS pages,
coalesce(sum(fetched), 0)::bigint AS records, coalesce(sum(worked_seconds), 0) AS seconds
FROM whole WHERE days > 0;
