"""How long tenants want things kept, and letting go of what is kept too long."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, astuple
from uuid import UUID

from core.records.audit import Act
from core.records.retention import LetGo, Retention
from core.scope import SystemScope, TenantId, TenantScope
from stores.postgres.audit import acting
from stores.postgres.database import Connection, Database
from stores.postgres.letting_go import (
    FREE_FILE,
    FREE_PAGE,
    FREE_VERSION,
    let_go_of_bodies,
    let_go_of_versions,
)
from stores.postgres.log_retention import let_go_of_logs, logs_due

AT_ONCE = 500
"""Rows of each kind that one transaction lets go of."""


class RetentionStore:
    """What tenants want kept, and what goes by that."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of(self, scope: TenantScope) -> Retention:
        """What the tenant wants; for ever where it never said."""
        sql = f"SELECT {_COLUMNS} FROM retention WHERE tenant_id = $1"
        async with self._database.read(scope) as connection:
            row = await connection.fetchrow(sql, scope.tenant_id)
        return Retention(**dict(row)) if row else Retention()

    async def put(self, scope: TenantScope, wanted: Retention) -> None:
        """Keep so long from now on."""
        told = asdict(wanted)
        async with acting(self._database, scope, Act.RETENTION_SET, None, **told) as connection:
            await connection.execute(_PUT, scope.tenant_id, *astuple(wanted))

    async def tenants(self, scope: SystemScope) -> Mapping[TenantId, Retention]:
        """Tenants that do not keep for ever."""
        async with self._database.system(scope) as connection:
            rows = await connection.fetch(f"SELECT tenant_id, {_COLUMNS} FROM retention")
        return {TenantId(tenant_id): Retention(*days) for tenant_id, *days in rows}

    async def due(self, scope: TenantScope, wanted: Retention) -> LetGo:
        """What would go by `wanted` at this moment."""
        values = wanted.verbatim_days, wanted.version_days
        async with self._database.read(scope) as connection:
            row = await connection.fetchrow(_DUE, scope.tenant_id, *values)
            logs = await logs_due(connection, scope, wanted.log_days)
        return logs + LetGo(**dict(row)) if row else logs

    async def expire(self, scope: TenantScope, wanted: Retention) -> LetGo:
        """Let go of some of what is due: nothing is left when nothing went."""
        async with self._database.write(scope) as connection:
            pages = await _ids(connection, _DUE_PAGES, scope, wanted.verbatim_days)
            uploads = await _ids(connection, _DUE_UPLOADS, scope, wanted.verbatim_days)
            gone = await let_go_of_bodies(connection, scope, pages, uploads)
            old = await connection.fetch(_DUE_VERSIONS, scope.tenant_id, wanted.version_days)
            gone += await let_go_of_versions(connection, scope, old)
            return gone + await let_go_of_logs(connection, scope, wanted.log_days, AT_ONCE)


async def _ids(
    connection: Connection, sql: str, scope: TenantScope, days: int | None
) -> list[UUID]:
    rows = await connection.fetch(sql, scope.tenant_id, days)
    return [row["id"] for row in rows]


_COLUMNS = "verbatim_days, version_days, log_days"
_PUT = f"""
INSERT INTO retention (tenant_id, {_COLUMNS}) VALUES ($1, $2, $3, $4)
ON CONFLICT (tenant_id) DO UPDATE SET ({_COLUMNS})
    = (excluded.verbatim_days, excluded.version_days, excluded.log_days)
"""
_OLD_PAGE = "p.fetched_at < clock_timestamp() - make_interval(days => $2::int)"
_OLD_FILE = "u.created_at < clock_timestamp() - make_interval(days => $2::int)"
_OLD_VERSION = "d.superseded_at < clock_timestamp() - make_interval(days => {}::int)"
_DUE_PAGES = f"SELECT p.id FROM raw_page p WHERE {FREE_PAGE} AND {_OLD_PAGE} LIMIT {AT_ONCE}"
_DUE_UPLOADS = f"SELECT u.id FROM upload u WHERE {FREE_FILE} AND {_OLD_FILE} LIMIT {AT_ONCE}"
_DUE_VERSIONS = f"""
SELECT d.id, d.learned_at FROM document d
WHERE {FREE_VERSION} AND {_OLD_VERSION.format("$2")} LIMIT {AT_ONCE}
"""
_DUE = f"""
WITH version AS MATERIALIZED (
    SELECT d.id, d.learned_at, d.content_hash FROM document d
    WHERE {FREE_VERSION} AND {_OLD_VERSION.format("$3")}
)
SELECT pages.count AS raw_pages, pages.bytes AS raw_bytes, pages.refused AS refused_records,
       files.count AS uploads, files.bytes AS upload_bytes, versions.count AS document_versions,
       vectors.count AS vectors
FROM (
    SELECT count(*), coalesce(sum(p.size_bytes), 0)::bigint AS bytes,
           coalesce(sum((SELECT count(*) FROM rejected_record j
                         WHERE j.tenant_id = $1 AND j.raw_page_id = p.id)), 0)::bigint AS refused
    FROM raw_page p WHERE {FREE_PAGE} AND {_OLD_PAGE}
) pages, (
    SELECT count(*), coalesce(sum(u.size_bytes), 0)::bigint AS bytes
    FROM upload u WHERE {FREE_FILE} AND {_OLD_FILE}
) files, (
    SELECT count(*) FROM version
) versions, (
    SELECT count(*) FROM embedding e
    WHERE e.tenant_id = $1 AND e.content_hash IN (SELECT v.content_hash FROM version v)
      AND NOT EXISTS (
          SELECT FROM document d WHERE d.tenant_id = $1 AND d.content_hash = e.content_hash
            AND NOT EXISTS (SELECT FROM version v
                            WHERE v.id = d.id AND v.learned_at = d.learned_at))
) vectors
"""
