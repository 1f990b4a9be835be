--: SELECT export
SELECT * FROM export WHERE tenant_id = $1 AND state IN ($2) ORDER BY id DESC LIMIT 3;

--: SELECT run
SELECT * FROM run WHERE tenant_id = $1 AND id = ANY($2);
