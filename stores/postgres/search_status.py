"""How the index of a tenant stands, and what upkeep measures of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from uuid import UUID

from core.records.documents import (
    IndexLag,
    IndexMeasures,
    IndexState,
    SearchIndex,
    SearchStatus,
)
from core.scope import TenantScope
from core.vectors import Vector
from stores.postgres.database import Database
from stores.postgres.search_steps import HASHED


class SearchStatusStore:
    """Counts documents and vectors, and looks for the nearest one by one."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def status(self, scope: TenantScope) -> SearchStatus:
        """As it is now."""
        async with self._database.read(scope) as connection:
            row = await connection.fetchrow(_STATUS, scope.tenant_id)
            indexes = await connection.fetch(_INDEXES, scope.tenant_id)
        told = dict(row or {})
        measured = told.pop("measured", None)
        return SearchStatus(
            **told,
            indexes=tuple(
                SearchIndex(**dict(each) | {"state": IndexState(each["state"])}) for each in indexes
            ),
            measures=None if measured is None else IndexMeasures(**measured),
        )

    async def counted(self, scope: TenantScope) -> IndexMeasures:
        """All that can be counted, without probes."""
        async with self._database.read(scope) as connection:
            await connection.execute(HASHED)
            row = await connection.fetchrow(_COUNTED, scope.tenant_id)
        told = dict(row or {})
        return IndexMeasures(**told, probes=0, recall=None, found=None)

    async def titles(self, scope: TenantScope, count: int) -> Sequence[tuple[UUID, str]]:
        """Some documents with their titles: those of the lowest ids, which are digests."""
        async with self._database.read(scope) as connection:
            rows = await connection.fetch(_TITLES, scope.tenant_id, count)
        return [(row["id"], row["title"]) for row in rows]

    async def nearest(
        self, scope: TenantScope, model: str, vectors: Sequence[Vector], k: int
    ) -> Sequence[Sequence[float]]:
        """Of each vector the cosines of its `k` nearest documents for certain: all are compared."""
        written = [f"[{','.join(map(str, vector))}]" for vector in vectors]
        async with self._database.read(scope) as connection:
            await connection.execute(HASHED)
            rows = await connection.fetch(_NEAREST, scope.tenant_id, model, written, k)
        return [row["scores"] for row in rows]

    async def lag(self) -> IndexLag:
        """Of all tenants."""
        async with self._database.watch() as connection:
            row = await connection.fetchrow(_LAG)
        return IndexLag(**dict(row or {}))

    async def measured(self, scope: TenantScope, found: IndexMeasures) -> None:
        """Keep what was found."""
        async with self._database.write(scope) as connection:
            await connection.execute(_KEEP, scope.tenant_id, asdict(found))


_STATUS = """
SELECT i.looked_at, coalesce(c.learned_at <= i.looked_at, false) AS is_current, i.measured,
       i.measured_at, counted.documents, counted.superseded,
       (SELECT r.id FROM run r WHERE r.tenant_id = $1 AND r.kind = 'INDEX'
        AND r.status IN ('QUEUED', 'RUNNING') ORDER BY r.id LIMIT 1) AS run_id
FROM (SELECT count(*) FILTER (WHERE d.superseded_at IS NULL) AS documents,
             count(d.superseded_at) AS superseded
      FROM document d WHERE d.tenant_id = $1) counted
LEFT JOIN document_index i ON i.tenant_id = $1
LEFT JOIN data_clock c ON c.tenant_id = $1
"""
_INDEXES = """
SELECT model, dimension, state, documents, embedded, reused, created_at, serving_since, retired_at
FROM search_index WHERE tenant_id = $1 ORDER BY created_at DESC, model
"""
_COUNTED = """
WITH said AS MATERIALIZED (
    SELECT content_hash, md5(text) AS text FROM document
    WHERE tenant_id = $1 AND superseded_at IS NULL
), counted AS (
    SELECT count(*) AS documents, count(DISTINCT content_hash) AS texts FROM said
)
SELECT (SELECT count(*) FROM marketing_entry WHERE tenant_id = $1 AND is_present) AS entries,
       c.documents, c.texts,
       coalesce((SELECT sum(n) FROM (SELECT count(*) AS n FROM said GROUP BY text
                                     HAVING count(*) > 1) r)::float8 / nullif(c.documents, 0), 0)
           AS repeated,
       coalesce((SELECT count(*) FROM document d
                 JOIN document o ON o.tenant_id = $1 AND o.id = d.id
                     AND o.superseded_at = d.learned_at
                 WHERE d.tenant_id = $1 AND d.superseded_at IS NULL
                   AND d.learned_at > now() - interval '30 days')::float8
                / nullif(c.documents, 0), 0) AS restated
FROM counted c
"""
_TITLES = """
SELECT id, title FROM document WHERE tenant_id = $1 AND superseded_at IS NULL ORDER BY id LIMIT $2
"""
# Joined once, then compared with every vector; what is materialized is not read anew for each pair.
_NEAREST = """
WITH said AS MATERIALIZED (
    SELECT e.vector FROM document d
    JOIN embedding e ON e.tenant_id = $1 AND e.model = $2 AND e.content_hash = d.content_hash
    WHERE d.tenant_id = $1 AND d.superseded_at IS NULL
), asked AS MATERIALIZED (
    SELECT place, written::halfvec AS vector
    FROM unnest($3::text[]) WITH ORDINALITY u (written, place)
)
SELECT ARRAY(
    SELECT -(s.vector <#> a.vector) FROM said s ORDER BY s.vector <#> a.vector LIMIT $4
) AS scores
FROM asked a ORDER BY a.place
"""
_LAG = """
SELECT count(*) FILTER (WHERE is_behind) AS behind,
       coalesce(max(extract(epoch FROM clock_timestamp() - since)) FILTER (WHERE is_behind), 0)
           ::float8 AS seconds,
       (SELECT coalesce(sum(documents), 0)::bigint FROM search_index WHERE state = 'SERVING')
           AS vectors,
       min(recall) AS least_recall
FROM (SELECT coalesce(c.learned_at > i.looked_at, true) AS is_behind,
             coalesce(i.looked_at, c.learned_at) AS since,
             (i.measured ->> 'recall')::float8 AS recall
      FROM data_clock c LEFT JOIN document_index i USING (tenant_id)) told
"""
_KEEP = """
INSERT INTO document_index (tenant_id, measured, measured_at) VALUES ($1, $2, clock_timestamp())
ON CONFLICT (tenant_id) DO UPDATE
    SET measured = excluded.measured, measured_at = excluded.measured_at
"""
