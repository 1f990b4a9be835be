--: SELECT run
SELECT * FROM run WHERE tenant_id = $1 AND kind NOT IN ('INDEX', 'ANALYSIS') AND connection_id IN ($2) AND status IN ($3, $4) ORDER BY id DESC LIMIT 6;
