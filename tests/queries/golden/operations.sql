--: SELECT operation
SELECT client, id, name, kind, document, description, owner, cost, registered_at, registered_by, retired_at FROM operation WHERE tenant_id = $1 AND client IN ($2) AND retired_at IS NULL ORDER BY client ASC, name ASC, id ASC LIMIT 3;

--: SELECT operation_stage
SELECT client, stage, set_at, set_by FROM operation_stage WHERE tenant_id = $1 ORDER BY client;

--: SELECT operation, operation_seen
SELECT client, id, document, first_seen_at, last_seen_at, times,
id = ANY($2::text[]) OR EXISTS (
SELECT FROM operation o
WHERE o.tenant_id = s.tenant_id AND o.id = s.id AND o.retired_at IS NULL
) AS is_registered
FROM operation_seen s
WHERE tenant_id = $1 ORDER BY first_seen_at DESC, client DESC, id DESC LIMIT 3;
