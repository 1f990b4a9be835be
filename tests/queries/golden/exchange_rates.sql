--: SELECT exchange_publication
SELECT asked.date AS asked, asked.as_of, p.date, p.source, p.rates
FROM unnest($1::date[], $2::timestamptz[]) asked (date, as_of)
CROSS JOIN LATERAL (
SELECT * FROM exchange_publication e
WHERE e.date <= asked.date AND e.learned_at <= coalesce(asked.as_of, now())
ORDER BY e.date DESC LIMIT 1
) p;

--: SELECT exchange_rate
SELECT asked.date AS asked, asked.as_of, r.*
FROM unnest($2::date[], $3::timestamptz[]) asked (date, as_of)
JOIN exchange_rate r ON r.tenant_id = $1
AND r.since <= asked.date AND coalesce(r.until >= asked.date, true)
AND CASE WHEN asked.as_of IS NULL THEN r.retired_at IS NULL
ELSE r.recorded_at <= asked.as_of AND coalesce(r.retired_at > asked.as_of, true) END
ORDER BY since DESC, id DESC;

--: SELECT exchange_rate
SELECT * FROM exchange_rate WHERE tenant_id = $1 AND CASE
WHEN $2::timestamptz IS NULL THEN retired_at IS NULL
ELSE recorded_at <= $2 AND coalesce(retired_at > $2, true) END
ORDER BY since DESC, id DESC;
