--: SELECT tenant
SELECT tenant_id, slug, name, countries, fiscal_start_month, fiscal_year_named_by_end, reporting_currency, tier, created_at, subdivisions, week_start, retail_pattern, industry FROM tenant WHERE tenant_id = $1;

--: SELECT calendar_event
SELECT * FROM (
SELECT DISTINCT ON (id) * FROM calendar_event
WHERE tenant_id = $1 AND learned_at <= coalesce($2::timestamptz, 'infinity')
ORDER BY id, learned_at DESC
) e
WHERE is_present AND since <= $4 AND until >= $3 ORDER BY since, id;

--: SELECT calendar_event, calendar_version
SELECT *, (
SELECT max(learned_at) FROM calendar_event
WHERE tenant_id = $1 AND learned_at <= coalesce($2::timestamptz, 'infinity')) AS events_at
FROM calendar_version WHERE tenant_id = $1 AND learned_at = coalesce(
(SELECT max(learned_at) FROM calendar_version
WHERE tenant_id = $1 AND learned_at <= coalesce($2::timestamptz, 'infinity')),
(SELECT min(learned_at) FROM calendar_version WHERE tenant_id = $1));
