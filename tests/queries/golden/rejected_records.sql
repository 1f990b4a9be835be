--: SELECT run, rejected_record
SELECT id, run_id, raw_page_id, position, field, reason, mend, payload, connection_id, stream, rejected_at, state, corrected, replay_run_id, replays, settled_at, settled_by, note, check_id, r.is_pending AND EXISTS (
SELECT FROM run u WHERE u.tenant_id = r.tenant_id AND u.id = r.replay_run_id
AND u.status IN ('QUEUED', 'RUNNING'))
AS is_replaying FROM rejected_record r WHERE r.tenant_id = $1 AND connection_id IN ($2, $3) ORDER BY id ASC LIMIT 4;

--: SELECT rejected_record
SELECT connection_id, state, field, reason, max(mend) AS mend, count(*) AS records,
max(rejected_at) AS newest_at
FROM rejected_record r
WHERE r.tenant_id = $1
GROUP BY connection_id, state, field, reason
ORDER BY records DESC, newest_at DESC, connection_id, field, reason, state
LIMIT $2;

--: SELECT raw_page
SELECT id, run_id, connection_id, number, stream, media_type, size_bytes, sha256, request, fetched_at, fetched, stored, unchanged, rejected, body_gone_at FROM raw_page WHERE tenant_id = $1 AND id = ANY($2);

--: SELECT connection
SELECT id, source, account_id, name, currency, time_zone, level, look_back_days, status, file_mapping, created_at, last_read_at, breakdown FROM connection WHERE tenant_id = $1 AND id = ANY($2);

--: SELECT run
SELECT * FROM run WHERE tenant_id = $1 AND id = ANY($2);

--: SELECT connection
SELECT id, source, account_id, name, currency, time_zone, level, look_back_days, status, file_mapping, created_at, last_read_at, breakdown FROM connection WHERE tenant_id = $1 AND id = ANY($2);
