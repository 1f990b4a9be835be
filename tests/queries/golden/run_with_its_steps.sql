--: SELECT run
SELECT * FROM run WHERE tenant_id = $1 AND id = ANY($2);

--: SELECT run_event
SELECT asked.slice, n.*
FROM unnest($2::uuid[], $3::bigint[]) WITH ORDINALITY asked (run_id, after, slice)
CROSS JOIN LATERAL (
SELECT * FROM run_event t
WHERE t.tenant_id = $1 AND t.run_id = asked.run_id AND t.sequence > asked.after
ORDER BY t.sequence LIMIT $4
) n ORDER BY asked.slice, n.sequence;

--: SELECT raw_page
SELECT asked.slice, n.*
FROM unnest($2::uuid[], $3::bigint[]) WITH ORDINALITY asked (run_id, after, slice)
CROSS JOIN LATERAL (
SELECT id, run_id, connection_id, number, stream, media_type, size_bytes, sha256, request, fetched_at, fetched, stored, unchanged, rejected, body_gone_at FROM raw_page t
WHERE t.tenant_id = $1 AND t.run_id = asked.run_id AND t.number > asked.after
ORDER BY t.number LIMIT $4
) n ORDER BY asked.slice, n.number;
