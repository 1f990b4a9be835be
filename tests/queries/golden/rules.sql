--: SELECT naming_rule
SELECT * FROM naming_rule WHERE tenant_id = $1 AND CASE
WHEN $2::timestamptz IS NULL THEN retired_at IS NULL
ELSE recorded_at <= $2 AND coalesce(retired_at > $2, true) END
ORDER BY position, id;

--: SELECT channel_rule
SELECT * FROM channel_rule WHERE tenant_id = $1 AND CASE
WHEN $2::timestamptz IS NULL THEN retired_at IS NULL
ELSE recorded_at <= $2 AND coalesce(retired_at > $2, true) END
ORDER BY position, id;
