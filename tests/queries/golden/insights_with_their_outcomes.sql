--: SELECT insight
SELECT * FROM insight WHERE tenant_id = $1 AND state IN ($2) AND subject_level IN ($3) ORDER BY id DESC LIMIT 3;

--: SELECT insight, insight_verdict, insight_version
SELECT i.kind, count(DISTINCT i.id) AS raised, count(v.verdict) FILTER (WHERE v.verdict = 'HELD') AS held, count(v.verdict) FILTER (WHERE v.verdict = 'RESTATED_AWAY') AS restated_away, count(v.verdict) FILTER (WHERE v.verdict = 'WITHDRAWN') AS withdrawn, count(v.verdict) FILTER (WHERE v.verdict = 'ACTED_ON') AS acted_on, count(v.verdict) FILTER (WHERE v.verdict = 'NOT_USEFUL') AS not_useful
FROM insight i
LEFT JOIN (
SELECT DISTINCT ON (insight_id, run_id IS NULL) insight_id, verdict FROM insight_verdict
WHERE tenant_id = $1 AND at <= coalesce($2::timestamptz, 'infinity')
ORDER BY insight_id, run_id IS NULL, at DESC
) v ON v.insight_id = i.id
WHERE i.tenant_id = $1 AND ($2::timestamptz IS NULL OR EXISTS (
SELECT FROM insight_version w
WHERE w.tenant_id = $1 AND w.insight_id = i.id AND w.learned_at <= $2))
GROUP BY i.kind ORDER BY i.kind;

--: SELECT insight_act
SELECT * FROM insight_act WHERE tenant_id = $1 AND insight_id = ANY($2) ORDER BY insight_id, at;

--: SELECT insight_verdict
SELECT * FROM insight_verdict WHERE tenant_id = $1 AND insight_id = ANY($2)
ORDER BY insight_id, at;
