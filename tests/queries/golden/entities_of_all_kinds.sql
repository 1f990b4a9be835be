--: SELECT campaign, marketing_entry
SELECT c.*, span.first_date, span.last_date FROM campaign c
LEFT JOIN LATERAL (
SELECT min(e.date) AS first_date, max(e.date) AS last_date FROM marketing_entry e
WHERE e.tenant_id = c.tenant_id AND e.campaign = c.digest AND e.is_present
) span ON true
WHERE c.tenant_id = $1 AND c.digest = ANY($2);

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

--: SELECT run
SELECT * FROM run WHERE tenant_id = $1 AND id = ANY($2);

--: SELECT connection
SELECT id, source, account_id, name, currency, time_zone, level, look_back_days, status, file_mapping, created_at, last_read_at, breakdown FROM connection WHERE tenant_id = $1 AND id = ANY($2);

--: SELECT export
SELECT * FROM export WHERE tenant_id = $1 AND id = ANY($2);
