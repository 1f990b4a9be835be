--: SELECT campaign, marketing_entry
SELECT c.*, span.first_date, span.last_date FROM campaign c
LEFT JOIN LATERAL (
SELECT min(e.date) AS first_date, max(e.date) AS last_date FROM marketing_entry e
WHERE e.tenant_id = c.tenant_id AND e.campaign = c.digest AND e.is_present
) span ON true
WHERE c.tenant_id = $1 ORDER BY c.digest ASC LIMIT 3;

--: SELECT naming_rule
SELECT * FROM naming_rule WHERE tenant_id = $1 AND CASE
WHEN $2::timestamptz IS NULL THEN retired_at IS NULL
ELSE recorded_at <= $2 AND coalesce(retired_at > $2, true) END
ORDER BY position, id;
