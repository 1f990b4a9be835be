"""Letting go of what was sent verbatim: bodies go, what was made of them stays.

A page keeps its digest, its size and its counts, an entry where it came from. What is not merged
yet, is about to be replayed or belongs to a run that is open keeps its body.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from uuid import UUID

import asyncpg

from core.records.retention import LetGo
from core.scope import TenantScope
from stores.postgres.database import Connection

FREE_PAGE: Final = """
p.tenant_id = $1 AND p.body_gone_at IS NULL AND p.merged_at IS NOT NULL
AND EXISTS (SELECT FROM run r WHERE r.tenant_id = $1 AND r.id = p.run_id
            AND r.status NOT IN ('QUEUED', 'RUNNING'))
AND NOT EXISTS (
    SELECT FROM rejected_record j JOIN run r ON r.tenant_id = $1 AND r.id = j.replay_run_id
    WHERE j.tenant_id = $1 AND j.raw_page_id = p.id AND j.is_pending
      AND r.status IN ('QUEUED', 'RUNNING'))
"""
FREE_FILE: Final = """
u.tenant_id = $1 AND u.body_gone_at IS NULL AND u.finished_at IS NOT NULL
AND NOT EXISTS (SELECT FROM run r WHERE r.tenant_id = $1 AND r.upload_id = u.id
                AND r.status IN ('QUEUED', 'RUNNING'))
"""
# A step that follows documents has to see that they are gone before their rows are.
FREE_VERSION: Final = """
d.tenant_id = $1 AND d.superseded_at IS NOT NULL
AND NOT EXISTS (SELECT FROM index_step s WHERE s.tenant_id = $1 AND s.through < d.superseded_at)
"""


async def let_go_of_bodies(
    connection: Connection, scope: TenantScope, pages: Sequence[UUID], uploads: Sequence[UUID]
) -> LetGo:
    """Let go of bodies that are free, and of what was refused of these pages."""
    refused = await connection.fetchval(_REFUSED, scope.tenant_id, pages, scope.actor)
    page = await connection.fetchrow(_PAGES, scope.tenant_id, pages)
    file = await connection.fetchrow(_FILES, scope.tenant_id, uploads)
    return LetGo(*_counted(page), refused, *_counted(file))


async def let_go_of_versions(
    connection: Connection, scope: TenantScope, versions: Sequence[asyncpg.Record]
) -> LetGo:
    """Let go of versions by `id` and `learned_at`, and of vectors of what none says any more."""
    ids = [row["id"] for row in versions]
    moments = [row["learned_at"] for row in versions]
    rows = await connection.fetch(_VERSIONS, scope.tenant_id, ids, moments)
    hashes = [row["content_hash"] for row in rows]
    vectors = await connection.fetchval(_VECTORS, scope.tenant_id, hashes)
    return LetGo(document_versions=len(rows), vectors=vectors)


def _counted(row: asyncpg.Record | None) -> tuple[int, int]:
    return (int(row["count"]), int(row["bytes"])) if row else (0, 0)


_REFUSED = """
WITH gone AS (
    UPDATE rejected_record SET payload = '{}', corrected = NULL,
        settled_at = CASE WHEN state = 'OPEN' THEN clock_timestamp() ELSE settled_at END,
        settled_by = CASE WHEN state = 'OPEN' THEN $3 ELSE settled_by END,
        note = CASE WHEN state = 'OPEN' THEN 'what it held is no longer kept' ELSE note END,
        state = CASE WHEN state = 'OPEN' THEN 'DISMISSED' ELSE state END
    WHERE tenant_id = $1 AND raw_page_id = ANY($2::uuid[]) RETURNING 1
) SELECT count(*) FROM gone
"""
_PAGES = """
WITH gone AS (
    UPDATE raw_page SET body = NULL, body_gone_at = clock_timestamp()
    WHERE tenant_id = $1 AND id = ANY($2::uuid[]) RETURNING size_bytes
) SELECT count(*), coalesce(sum(size_bytes), 0) AS bytes FROM gone
"""
_FILES = """
WITH chunks AS (
    DELETE FROM upload_chunk WHERE tenant_id = $1 AND upload_id = ANY($2::uuid[])
), gone AS (
    UPDATE upload SET body_gone_at = clock_timestamp()
    WHERE tenant_id = $1 AND id = ANY($2::uuid[]) RETURNING size_bytes
) SELECT count(*), coalesce(sum(size_bytes), 0) AS bytes FROM gone
"""
_VERSIONS = """
DELETE FROM document d USING unnest($2::uuid[], $3::timestamptz[]) AS old (id, learned_at)
WHERE d.tenant_id = $1 AND d.id = old.id AND d.learned_at = old.learned_at
RETURNING d.content_hash
"""
_VECTORS = """
WITH gone AS (
    DELETE FROM embedding e WHERE e.tenant_id = $1 AND e.content_hash = ANY($2::bytea[])
        AND NOT EXISTS (SELECT FROM document d
                        WHERE d.tenant_id = $1 AND d.content_hash = e.content_hash)
    RETURNING 1
) SELECT count(*) FROM gone
"""
