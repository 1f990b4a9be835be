--: SELECT connection
SELECT id, source, account_id, name, currency, time_zone, level, look_back_days, status, file_mapping, created_at, last_read_at, breakdown FROM connection WHERE tenant_id = $1 ORDER BY id ASC LIMIT 4;

--: SELECT connection_credential
SELECT connection_id, kind, scopes, expires_at, sealed_at, checked_at FROM connection_credential WHERE tenant_id = $1 AND connection_id = ANY($2);

--: SELECT connection_test
SELECT DISTINCT ON (connection_id) id, connection_id, status, account, findings, requested_by, created_at, ended_at FROM connection_test
WHERE tenant_id = $1 AND connection_id = ANY($2) ORDER BY connection_id, id DESC;

--: SELECT connection_alert
SELECT id, connection_id, kind, message, mend, due_at, raised_at, seen_at, resolved_at FROM connection_alert WHERE tenant_id = $1 AND connection_id = ANY($2) AND resolved_at IS NULL ORDER BY id;

--: SELECT webhook
SELECT connection_id, mapping, previous_until FROM webhook
WHERE tenant_id = $1 AND connection_id = ANY($2);

--: SELECT receipt_policy
SELECT connection_id, tolerance, shrink_share, shrink_entries FROM receipt_policy WHERE tenant_id = $1 AND connection_id = ANY($2);

--: SELECT schema_policy
SELECT connection_id, stream, policy FROM schema_policy
WHERE tenant_id = $1 AND connection_id = ANY($2);

--: SELECT restatement_lesson
SELECT l.* FROM restatement_lesson l
WHERE l.tenant_id = $1 AND l.connection_id = ANY($2) AND l.learned_at = (
SELECT max(n.learned_at) FROM restatement_lesson n
WHERE n.tenant_id = $1 AND n.connection_id = l.connection_id)
ORDER BY l.connection_id, l.metric;
