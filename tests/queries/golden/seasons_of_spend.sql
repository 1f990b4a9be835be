--: SELECT seasonality
SELECT DISTINCT ON (s.channel, s.period) s.* FROM seasonality s
WHERE s.tenant_id = $1 AND s.metric = $2 AND ($3::text[] = '{}' OR s.channel = ANY($3))
AND s.learned_at <= coalesce($4::timestamptz, 'infinity')
ORDER BY s.channel, s.period, s.learned_at DESC LIMIT $5 * 4;
