"""Taking a tenant's rows out of every table, and the receipt that stays."""

from __future__ import annotations

from collections import defaultdict
from graphlib import TopologicalSorter
from uuid import UUID

import asyncpg

from core.records.audit import Act
from core.records.erasures import Erasure
from core.scope import SystemScope, TenantId
from stores.postgres.audit import record_upkeep
from stores.postgres.database import Connection, Database

_DAY_SECONDS = 86_400.0
_COLUMNS = "id, erased, slug, requested_by, requested_at, counts, finished_at"


class ErasureStore:
    """Every step may be repeated: what a killed one did not commit is done by the next."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def begin(self, scope: SystemScope, tenant_id: TenantId, slug: str) -> Erasure:
        """The tenant's erasure that is under way, else a new one, which its chain of acts tells."""
        async with self._database.system(scope) as connection:
            row = await connection.fetchrow(_BEGIN, tenant_id, slug, scope.actor)
            if row is not None:
                act, subject = Act.TENANT_ERASED, f"erasure:{row['id']}"
                await record_upkeep(connection, scope, tenant_id, act, subject, slug=slug)
            else:
                row = await connection.fetchrow(_OPEN, tenant_id)
        return _record(row)

    async def under_way(self, scope: SystemScope, slug: str) -> Erasure | None:
        """The unfinished erasure of a tenant of that name, which itself may be gone already."""
        sql = f"SELECT {_COLUMNS} FROM erasure WHERE slug = $1 AND finished_at IS NULL"
        async with self._database.system(scope) as connection:
            row = await connection.fetchrow(sql, slug)
        return None if row is None else _record(row)

    async def all(self, scope: SystemScope) -> tuple[Erasure, ...]:
        """Every receipt, the newest first."""
        async with self._database.system(scope) as connection:
            rows = await connection.fetch(f"SELECT {_COLUMNS} FROM erasure ORDER BY id DESC")
        return tuple(map(_record, rows))

    async def remove_rows(self, scope: SystemScope, erasure: Erasure) -> int:
        """One pass over all tables, those that refer before those referred to; how many rows.

        Each table is emptied and counted in one transaction. What came in behind the pass is found
        by another one: the last that finds nothing ends it, as nothing can be written for a tenant
        whose row is gone.
        """
        async with self._database.system(scope) as connection:
            tables = await _tables(connection)
        removed = 0
        for table in tables:
            async with self._database.system(scope) as connection:
                # What is noted of the change is then of this tenant alone, not of all.
                await connection.execute(_BIND, str(erasure.tenant_id))
                sql = f"DELETE FROM {table} WHERE tenant_id = $1"
                done = await connection.execute(sql, erasure.tenant_id, timeout=_DAY_SECONDS)
                rows = int(done.rpartition(" ")[2])
                await _add(connection, erasure.id, table, rows)
            removed += rows
        return removed

    async def remove_jobs(self, scope: SystemScope, erasure: Erasure) -> None:
        """Take the tenant's jobs out of the queue, and count them."""
        async with self._database.unbound() as connection:
            done = await connection.execute(_JOBS, str(erasure.tenant_id))
        await self.add(scope, erasure, "queued jobs", int(done.rpartition(" ")[2]))

    async def add(self, scope: SystemScope, erasure: Erasure, name: str, count: int) -> None:
        """Count what is gone elsewhere."""
        async with self._database.system(scope) as connection:
            await _add(connection, erasure.id, name, count)

    async def finish(self, scope: SystemScope, erasure: Erasure) -> Erasure:
        """Nothing is left: close the receipt."""
        async with self._database.system(scope) as connection:
            row = await connection.fetchrow(_FINISH, erasure.id)
        return _record(row)


async def _tables(connection: Connection) -> list[str]:
    """Every table of tenants but the chain of acts, in an order in which they can be emptied."""
    referring: defaultdict[str, set[str]] = defaultdict(set)
    for row in await connection.fetch(_TABLES):
        referring[row["name"]] |= set(row["referring"]) - {row["name"]}
    return list(TopologicalSorter(referring).static_order())


async def _add(connection: Connection, erasure_id: UUID, name: str, count: int) -> None:
    if count:
        await connection.execute(_COUNT, erasure_id, name, count)


def _record(row: asyncpg.Record | None) -> Erasure:
    if row is None:
        raise LookupError("an erasure without its receipt")
    return Erasure(
        id=row["id"],
        tenant_id=TenantId(row["erased"]),
        slug=row["slug"],
        requested_by=row["requested_by"],
        requested_at=row["requested_at"],
        counts=row["counts"],
        finished_at=row["finished_at"],
    )


_BEGIN = f"""
INSERT INTO erasure (erased, slug, requested_by) VALUES ($1, $2, $3)
ON CONFLICT (erased) WHERE finished_at IS NULL DO NOTHING RETURNING {_COLUMNS}
"""
_OPEN = f"SELECT {_COLUMNS} FROM erasure WHERE erased = $1 AND finished_at IS NULL"
_COUNT = """
UPDATE erasure SET counts = counts
    || jsonb_build_object($2::text, coalesce((counts ->> $2)::bigint, 0) + $3::bigint)
WHERE id = $1
"""
_BIND = "SELECT set_config('app.tenant_id', $1, true)"
_FINISH = f"""
UPDATE erasure SET finished_at = coalesce(finished_at, clock_timestamp()) WHERE id = $1
RETURNING {_COLUMNS}
"""
_JOBS = """
DELETE FROM pgqueuer WHERE position(convert_to($1, 'UTF8') IN payload) > 0
"""
_TABLES = """
SELECT c.relname AS name, array(
    SELECT r.relname::text FROM pg_constraint k JOIN pg_class r ON r.oid = k.conrelid
    WHERE k.confrelid = c.oid AND k.contype = 'f' AND NOT r.relispartition
) AS referring
FROM pg_class c
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'tenant_id' AND NOT a.attisdropped
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
    AND NOT c.relispartition AND c.relname NOT IN ('audit_log', 'audit_head')
ORDER BY c.relname
"""
