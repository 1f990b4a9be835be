"""Letting go of what was sent verbatim: bodies go, what was made of them stays.

A page keeps its digest, its size and its counts, an entry where it came from. What is not merged
yet, is about to be replayed or belongs to a run that is open keeps its body.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import asdict
from uuid import UUID

import asyncpg
import zstandard

from core.records.audit import Act
from core.records.retention import LetGo, Retention
from core.scope import SystemScope, TenantId, TenantScope
from stores.postgres.audit import record_act, record_upkeep
from stores.postgres.database import Connection, Database

AT_ONCE = 500
"""Rows of each kind that one transaction lets go of."""
_PAGES_AT_ONCE = 20


class RetentionStore:
    """What tenants want kept, and what goes by that or at once."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of(self, scope: TenantScope) -> Retention:
        """What the tenant wants; for ever where it never said."""
        sql = "SELECT verbatim_days, version_days FROM retention WHERE tenant_id = $1"
        async with self._database.read(scope) as connection:
            row = await connection.fetchrow(sql, scope.tenant_id)
        return Retention(**dict(row)) if row else Retention()

    async def put(self, scope: SystemScope, tenant_id: TenantId, wanted: Retention) -> None:
        """Keep so long from now on."""
        async with self._database.system(scope) as connection:
            values = wanted.verbatim_days, wanted.version_days
            await connection.execute(_PUT, tenant_id, *values)
            told = asdict(wanted)
            await record_upkeep(connection, scope, tenant_id, Act.RETENTION_SET, None, **told)

    async def tenants(self, scope: SystemScope) -> Mapping[TenantId, Retention]:
        """Tenants that do not keep for ever."""
        async with self._database.system(scope) as connection:
            rows = await connection.fetch("SELECT * FROM retention")
        return {
            TenantId(row["tenant_id"]): Retention(row["verbatim_days"], row["version_days"])
            for row in rows
        }

    async def due(self, scope: TenantScope, wanted: Retention) -> LetGo:
        """What would go by `wanted` at this moment."""
        async with self._database.read(scope) as connection:
            row = await connection.fetchrow(_DUE, scope.tenant_id, *_days(wanted))
        return LetGo(**dict(row)) if row else LetGo()

    async def expire(self, scope: TenantScope, wanted: Retention) -> LetGo:
        """Let go of some of what is due: nothing is left when nothing went."""
        verbatim, versions = _days(wanted)
        async with self._database.write(scope) as connection:
            pages = await _ids(connection, _DUE_PAGES, scope, verbatim)
            uploads = await _ids(connection, _DUE_UPLOADS, scope, verbatim)
            gone = await _let_go(connection, scope, pages, uploads)
            done = await connection.fetchval(_VERSIONS, scope.tenant_id, versions, AT_ONCE)
            return gone + LetGo(document_versions=done)

    async def let_go(
        self, scope: TenantScope, pages: Sequence[UUID], uploads: Sequence[UUID]
    ) -> LetGo:
        """Let go of these bodies, whatever their age; those that are needed still stay."""
        async with self._database.write(scope) as connection:
            kept = await _ids(connection, _FREE_PAGES, scope, list(pages))
            free = await _ids(connection, _FREE_UPLOADS, scope, list(uploads))
            return await _let_go(connection, scope, kept, free)

    async def bodies(self, scope: TenantScope) -> AsyncIterator[tuple[UUID, UUID | None, bytes]]:
        """Each page that has a body, the upload that it was read from, and the body."""
        after = UUID(int=0)
        while True:
            async with self._database.read(scope) as connection:
                rows = await connection.fetch(_BODIES, scope.tenant_id, after, _PAGES_AT_ONCE)
            for row in rows:
                yield row["id"], row["upload_id"], zstandard.decompress(row["body"])
            if not rows:
                return
            after = rows[-1]["id"]

    async def uploads(self, scope: TenantScope) -> tuple[UUID, ...]:
        """Files whose bodies are kept."""
        async with self._database.read(scope) as connection:
            rows = await connection.fetch(_UPLOADS, scope.tenant_id)
        return tuple(row["id"] for row in rows)

    async def waiting(self, scope: TenantScope) -> tuple[bytes, ...]:
        """Messages of webhooks that no page holds yet."""
        sql = "SELECT body FROM webhook_inbox WHERE tenant_id = $1"
        async with self._database.read(scope) as connection:
            rows = await connection.fetch(sql, scope.tenant_id)
        return tuple(bytes(row["body"]) for row in rows)

    async def note_erased(self, scope: TenantScope, gone: LetGo, left: Mapping[str, int]) -> None:
        """Add the line that tells of a person's erasure; it does not say whose."""
        async with self._database.write(scope) as connection:
            told = {**asdict(gone), **left}
            await record_act(connection, scope, Act.SUBJECT_ERASED, None, **told)


def _days(wanted: Retention) -> tuple[int | None, int | None]:
    return wanted.verbatim_days, wanted.version_days


async def _ids(connection: Connection, sql: str, scope: TenantScope, value: object) -> list[UUID]:
    rows = await connection.fetch(sql, scope.tenant_id, value)
    return [row["id"] for row in rows]


async def _let_go(
    connection: Connection, scope: TenantScope, pages: Sequence[UUID], uploads: Sequence[UUID]
) -> LetGo:
    refused = await connection.fetchval(_REFUSED, scope.tenant_id, pages, scope.actor)
    page = await connection.fetchrow(_PAGES, scope.tenant_id, pages)
    file = await connection.fetchrow(_FILES, scope.tenant_id, uploads)
    return LetGo(*_counted(page), refused, *_counted(file))


def _counted(row: asyncpg.Record | None) -> tuple[int, int]:
    return (int(row["count"]), int(row["bytes"])) if row else (0, 0)


_PUT = """
INSERT INTO retention (tenant_id, verbatim_days, version_days) VALUES ($1, $2, $3)
ON CONFLICT (tenant_id) DO UPDATE SET
    verbatim_days = excluded.verbatim_days, version_days = excluded.version_days
"""
_FREE = """
p.tenant_id = $1 AND p.body_gone_at IS NULL AND p.merged_at IS NOT NULL
AND EXISTS (SELECT FROM run r WHERE r.tenant_id = $1 AND r.id = p.run_id
            AND r.status NOT IN ('QUEUED', 'RUNNING'))
AND NOT EXISTS (
    SELECT FROM rejected_record j JOIN run r ON r.tenant_id = $1 AND r.id = j.replay_run_id
    WHERE j.tenant_id = $1 AND j.raw_page_id = p.id AND j.is_pending
      AND r.status IN ('QUEUED', 'RUNNING'))
"""
_FREE_FILE = """
u.tenant_id = $1 AND u.body_gone_at IS NULL AND u.finished_at IS NOT NULL
AND NOT EXISTS (SELECT FROM run r WHERE r.tenant_id = $1 AND r.upload_id = u.id
                AND r.status IN ('QUEUED', 'RUNNING'))
"""
_OLD_PAGE = "p.fetched_at < clock_timestamp() - make_interval(days => $2::int)"
_OLD_FILE = "u.created_at < clock_timestamp() - make_interval(days => $2::int)"
# A step that follows documents has to see that they are gone before their rows are.
_OLD_VERSION = """
d.tenant_id = $1 AND d.superseded_at < clock_timestamp() - make_interval(days => {}::int)
AND NOT EXISTS (SELECT FROM index_step s WHERE s.tenant_id = $1 AND s.through < d.superseded_at)
"""
_DUE_PAGES = f"SELECT p.id FROM raw_page p WHERE {_FREE} AND {_OLD_PAGE} LIMIT {AT_ONCE}"
_DUE_UPLOADS = f"SELECT u.id FROM upload u WHERE {_FREE_FILE} AND {_OLD_FILE} LIMIT {AT_ONCE}"
_FREE_PAGES = f"SELECT p.id FROM raw_page p WHERE {_FREE} AND p.id = ANY($2) FOR UPDATE"
_FREE_UPLOADS = f"SELECT u.id FROM upload u WHERE {_FREE_FILE} AND u.id = ANY($2) FOR UPDATE"
_DUE = f"""
SELECT pages.count AS raw_pages, pages.bytes AS raw_bytes, pages.refused AS refused_records,
       files.count AS uploads, files.bytes AS upload_bytes, versions.count AS document_versions
FROM (
    SELECT count(*), coalesce(sum(p.size_bytes), 0)::bigint AS bytes,
           coalesce(sum((SELECT count(*) FROM rejected_record j
                         WHERE j.tenant_id = $1 AND j.raw_page_id = p.id)), 0)::bigint AS refused
    FROM raw_page p WHERE {_FREE} AND {_OLD_PAGE}
) pages, (
    SELECT count(*), coalesce(sum(u.size_bytes), 0)::bigint AS bytes
    FROM upload u WHERE {_FREE_FILE} AND {_OLD_FILE}
) files, (
    SELECT count(*) FROM document d WHERE {_OLD_VERSION.format("$3")}
) versions
"""
_VERSIONS = f"""
WITH old AS (
    SELECT d.id, d.learned_at FROM document d WHERE {_OLD_VERSION.format("$2")} LIMIT $3
), gone AS (
    DELETE FROM document d USING old
    WHERE d.tenant_id = $1 AND d.id = old.id AND d.learned_at = old.learned_at RETURNING 1
) SELECT count(*) FROM gone
"""
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
_BODIES = """
SELECT p.id, r.upload_id, p.body FROM raw_page p
JOIN run r ON r.tenant_id = $1 AND r.id = p.run_id
WHERE p.tenant_id = $1 AND p.id > $2 AND p.body_gone_at IS NULL ORDER BY p.id LIMIT $3
"""
_UPLOADS = """
SELECT id FROM upload
WHERE tenant_id = $1 AND finished_at IS NOT NULL AND body_gone_at IS NULL ORDER BY id
"""
