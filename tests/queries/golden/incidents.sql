--: WITH insight
WITH known AS (
SELECT *, state NOT IN ('RESOLVED', 'EXPIRED') AS is_live, abs(at_stake) AS money,
fingerprint IS NOT NULL
OR NOT bool_or(fingerprint IS NOT NULL) OVER (PARTITION BY incident_id) AS speaks,
coalesce(nullif(subject_key, ''), connection_id::text, '') AS about,
array_position(ARRAY['TENANT', 'CONNECTION', 'CHANNEL', 'CAMPAIGN'], subject_level)
AS depth,
array_position(ARRAY['CRITICAL', 'HIGH', 'MEDIUM', 'LOW'], severity) AS weight,
array_position(
ARRAY['OPEN', 'ACKNOWLEDGED', 'EXPLAINED', 'RESOLVED', 'EXPIRED'], state) AS stage
FROM insight WHERE tenant_id = $1 AND incident_id IS NOT NULL
), counted AS (
SELECT *, speaks AND (
is_live OR NOT bool_or(is_live) FILTER (WHERE speaks) OVER (PARTITION BY incident_id)
) AS counts FROM known
), member AS (
SELECT *, row_number() OVER (
PARTITION BY incident_id ORDER BY counts DESC, depth, money DESC NULLS LAST, id
) AS place FROM counted
), stake AS (
SELECT incident_id, max(of_level) AS at_stake FROM (
SELECT incident_id, depth, sum(of_subject) AS of_level FROM (
SELECT incident_id, depth, about, max(money) AS of_subject
FROM member WHERE counts GROUP BY incident_id, depth, about
) s GROUP BY incident_id, depth
) l GROUP BY incident_id
), incident AS (
SELECT m.incident_id AS id, max(m.currency) AS currency, min(m.since) AS since,
max(m.until) AS until, min(m.detected_at) AS raised_at, max(m.learned_at) AS learned_at,
(array_agg(m.state ORDER BY m.stage) FILTER (WHERE m.speaks))[1] AS state,
(array_agg(m.severity ORDER BY m.weight) FILTER (WHERE m.counts))[1] AS severity,
(array_agg(m.id) FILTER (WHERE m.place = 1))[1] AS headline,
count(*)::int AS insights, count(DISTINCT (m.depth, m.about))::int AS subjects,
array_agg(m.connection_id) AS connections,
array_agg(m.subject_key) FILTER (WHERE m.subject_level = 'CAMPAIGN') AS campaigns,
min(s.at_stake) AS at_stake
FROM member m LEFT JOIN stake s USING (incident_id) GROUP BY m.incident_id
) SELECT * FROM incident WHERE state IN ($2) ORDER BY raised_at DESC, id DESC LIMIT 3;

--: SELECT insight
SELECT * FROM insight WHERE tenant_id = $1 AND id = ANY($2);

--: WITH insight
WITH known AS (
SELECT *, state NOT IN ('RESOLVED', 'EXPIRED') AS is_live, abs(at_stake) AS money,
fingerprint IS NOT NULL
OR NOT bool_or(fingerprint IS NOT NULL) OVER (PARTITION BY incident_id) AS speaks,
coalesce(nullif(subject_key, ''), connection_id::text, '') AS about,
array_position(ARRAY['TENANT', 'CONNECTION', 'CHANNEL', 'CAMPAIGN'], subject_level)
AS depth,
array_position(ARRAY['CRITICAL', 'HIGH', 'MEDIUM', 'LOW'], severity) AS weight,
array_position(
ARRAY['OPEN', 'ACKNOWLEDGED', 'EXPLAINED', 'RESOLVED', 'EXPIRED'], state) AS stage
FROM insight WHERE tenant_id = $1 AND incident_id IS NOT NULL AND incident_id = ANY($2)
), counted AS (
SELECT *, speaks AND (
is_live OR NOT bool_or(is_live) FILTER (WHERE speaks) OVER (PARTITION BY incident_id)
) AS counts FROM known
), member AS (
SELECT *, row_number() OVER (
PARTITION BY incident_id ORDER BY counts DESC, depth, money DESC NULLS LAST, id
) AS place FROM counted
), stake AS (
SELECT incident_id, max(of_level) AS at_stake FROM (
SELECT incident_id, depth, sum(of_subject) AS of_level FROM (
SELECT incident_id, depth, about, max(money) AS of_subject
FROM member WHERE counts GROUP BY incident_id, depth, about
) s GROUP BY incident_id, depth
) l GROUP BY incident_id
), incident AS (
SELECT m.incident_id AS id, max(m.currency) AS currency, min(m.since) AS since,
max(m.until) AS until, min(m.detected_at) AS raised_at, max(m.learned_at) AS learned_at,
(array_agg(m.state ORDER BY m.stage) FILTER (WHERE m.speaks))[1] AS state,
(array_agg(m.severity ORDER BY m.weight) FILTER (WHERE m.counts))[1] AS severity,
(array_agg(m.id) FILTER (WHERE m.place = 1))[1] AS headline,
count(*)::int AS insights, count(DISTINCT (m.depth, m.about))::int AS subjects,
array_agg(m.connection_id) AS connections,
array_agg(m.subject_key) FILTER (WHERE m.subject_level = 'CAMPAIGN') AS campaigns,
min(s.at_stake) AS at_stake
FROM member m LEFT JOIN stake s USING (incident_id) GROUP BY m.incident_id
) SELECT * FROM incident;

--: SELECT insight
SELECT * FROM insight WHERE tenant_id = $1 AND id = ANY($2);

--: WITH insight
WITH known AS (
SELECT *, state NOT IN ('RESOLVED', 'EXPIRED') AS is_live, abs(at_stake) AS money,
fingerprint IS NOT NULL
OR NOT bool_or(fingerprint IS NOT NULL) OVER (PARTITION BY incident_id) AS speaks,
coalesce(nullif(subject_key, ''), connection_id::text, '') AS about,
array_position(ARRAY['TENANT', 'CONNECTION', 'CHANNEL', 'CAMPAIGN'], subject_level)
AS depth,
array_position(ARRAY['CRITICAL', 'HIGH', 'MEDIUM', 'LOW'], severity) AS weight,
array_position(
ARRAY['OPEN', 'ACKNOWLEDGED', 'EXPLAINED', 'RESOLVED', 'EXPIRED'], state) AS stage
FROM insight WHERE tenant_id = $1 AND incident_id IS NOT NULL AND incident_id = ANY($2)
), counted AS (
SELECT *, speaks AND (
is_live OR NOT bool_or(is_live) FILTER (WHERE speaks) OVER (PARTITION BY incident_id)
) AS counts FROM known
), member AS (
SELECT *, row_number() OVER (
PARTITION BY incident_id ORDER BY counts DESC, depth, money DESC NULLS LAST, id
) AS place FROM counted
), stake AS (
SELECT incident_id, max(of_level) AS at_stake FROM (
SELECT incident_id, depth, sum(of_subject) AS of_level FROM (
SELECT incident_id, depth, about, max(money) AS of_subject
FROM member WHERE counts GROUP BY incident_id, depth, about
) s GROUP BY incident_id, depth
) l GROUP BY incident_id
), incident AS (
SELECT m.incident_id AS id, max(m.currency) AS currency, min(m.since) AS since,
max(m.until) AS until, min(m.detected_at) AS raised_at, max(m.learned_at) AS learned_at,
(array_agg(m.state ORDER BY m.stage) FILTER (WHERE m.speaks))[1] AS state,
(array_agg(m.severity ORDER BY m.weight) FILTER (WHERE m.counts))[1] AS severity,
(array_agg(m.id) FILTER (WHERE m.place = 1))[1] AS headline,
count(*)::int AS insights, count(DISTINCT (m.depth, m.about))::int AS subjects,
array_agg(m.connection_id) AS connections,
array_agg(m.subject_key) FILTER (WHERE m.subject_level = 'CAMPAIGN') AS campaigns,
min(s.at_stake) AS at_stake
FROM member m LEFT JOIN stake s USING (incident_id) GROUP BY m.incident_id
) SELECT * FROM member WHERE place <= $3 ORDER BY incident_id, place;

--: WITH insight
WITH known AS (
SELECT *, state NOT IN ('RESOLVED', 'EXPIRED') AS is_live, abs(at_stake) AS money,
fingerprint IS NOT NULL
OR NOT bool_or(fingerprint IS NOT NULL) OVER (PARTITION BY incident_id) AS speaks,
coalesce(nullif(subject_key, ''), connection_id::text, '') AS about,
array_position(ARRAY['TENANT', 'CONNECTION', 'CHANNEL', 'CAMPAIGN'], subject_level)
AS depth,
array_position(ARRAY['CRITICAL', 'HIGH', 'MEDIUM', 'LOW'], severity) AS weight,
array_position(
ARRAY['OPEN', 'ACKNOWLEDGED', 'EXPLAINED', 'RESOLVED', 'EXPIRED'], state) AS stage
FROM insight WHERE tenant_id = $1 AND incident_id IS NOT NULL AND incident_id = ANY($2)
), counted AS (
SELECT *, speaks AND (
is_live OR NOT bool_or(is_live) FILTER (WHERE speaks) OVER (PARTITION BY incident_id)
) AS counts FROM known
), member AS (
SELECT *, row_number() OVER (
PARTITION BY incident_id ORDER BY counts DESC, depth, money DESC NULLS LAST, id
) AS place FROM counted
), stake AS (
SELECT incident_id, max(of_level) AS at_stake FROM (
SELECT incident_id, depth, sum(of_subject) AS of_level FROM (
SELECT incident_id, depth, about, max(money) AS of_subject
FROM member WHERE counts GROUP BY incident_id, depth, about
) s GROUP BY incident_id, depth
) l GROUP BY incident_id
), incident AS (
SELECT m.incident_id AS id, max(m.currency) AS currency, min(m.since) AS since,
max(m.until) AS until, min(m.detected_at) AS raised_at, max(m.learned_at) AS learned_at,
(array_agg(m.state ORDER BY m.stage) FILTER (WHERE m.speaks))[1] AS state,
(array_agg(m.severity ORDER BY m.weight) FILTER (WHERE m.counts))[1] AS severity,
(array_agg(m.id) FILTER (WHERE m.place = 1))[1] AS headline,
count(*)::int AS insights, count(DISTINCT (m.depth, m.about))::int AS subjects,
array_agg(m.connection_id) AS connections,
array_agg(m.subject_key) FILTER (WHERE m.subject_level = 'CAMPAIGN') AS campaigns,
min(s.at_stake) AS at_stake
FROM member m LEFT JOIN stake s USING (incident_id) GROUP BY m.incident_id
) SELECT * FROM incident;

--: SELECT insight
SELECT * FROM insight WHERE tenant_id = $1 AND id = ANY($2);
