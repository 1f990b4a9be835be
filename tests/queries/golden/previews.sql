--: SELECT campaign_name, campaign
SELECT n.digest, c.source, c.account_id, n.name, n.learned_at AS since,
lead(n.learned_at) OVER (PARTITION BY n.digest ORDER BY n.learned_at) AS until
FROM campaign_name n JOIN campaign c ON c.tenant_id = $1 AND c.digest = n.digest
WHERE n.tenant_id = $1 AND coalesce(n.learned_at <= $2, true) ORDER BY n.name, n.digest;

--: SELECT channel_rule
SELECT * FROM channel_rule WHERE tenant_id = $1 AND CASE
WHEN $2::timestamptz IS NULL THEN retired_at IS NULL
ELSE recorded_at <= $2 AND coalesce(retired_at > $2, true) END
ORDER BY position, id;

--: SELECT naming_rule
SELECT * FROM naming_rule WHERE tenant_id = $1 AND CASE
WHEN $2::timestamptz IS NULL THEN retired_at IS NULL
ELSE recorded_at <= $2 AND coalesce(retired_at > $2, true) END
ORDER BY position, id;

--: SELECT marketing_entry, campaign
SELECT e.source, e.account_id, e.channel, e.platform_channel, c.name AS campaign_name,
e.entity_name, max(e.date) AS until, count(*) AS entries
FROM marketing_entry e
LEFT JOIN campaign c ON c.tenant_id = $1 AND c.digest = e.campaign
WHERE e.tenant_id = $1 AND e.is_present AND e.date BETWEEN $2 AND $3
GROUP BY e.source, e.account_id, e.channel, e.platform_channel, c.name, e.entity_name
ORDER BY entries DESC, e.source, e.account_id, e.channel, e.platform_channel, c.name,
e.entity_name
LIMIT $4;
