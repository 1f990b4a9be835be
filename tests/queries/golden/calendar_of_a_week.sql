--: SELECT calendar_event, calendar_version
SELECT *, (
SELECT max(learned_at) FROM calendar_event
WHERE tenant_id = $1 AND learned_at <= coalesce($2::timestamptz, 'infinity')) AS events_at
FROM calendar_version WHERE tenant_id = $1 AND learned_at = coalesce(
(SELECT max(learned_at) FROM calendar_version
WHERE tenant_id = $1 AND learned_at <= coalesce($2::timestamptz, 'infinity')),
(SELECT min(learned_at) FROM calendar_version WHERE tenant_id = $1));

--: SELECT calendar_day
SELECT DISTINCT ON (date) date, holidays, retail_events FROM calendar_day
WHERE tenant_id = $1 AND date BETWEEN $2 AND $3 AND learned_at <= $4
ORDER BY date, learned_at DESC;

--: SELECT calendar_event
SELECT * FROM (
SELECT DISTINCT ON (id) * FROM calendar_event
WHERE tenant_id = $1 AND learned_at <= coalesce($2::timestamptz, 'infinity')
ORDER BY id, learned_at DESC
) e
WHERE is_present AND since <= $4 AND until >= $3 ORDER BY since, id;
