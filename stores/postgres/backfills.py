"""What a quote for a backfill rests on: how earlier runs went, and what needs no more reading."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from core.records.backfills import ReadingHistory
from core.scope import TenantScope
from core.units import DateRange
from stores.postgres.database import Database

_RUNS = 20


class BackfillStore:
    """Reads what earlier runs of a connection left behind."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def history(self, scope: TenantScope, connection_id: UUID) -> ReadingHistory:
        """What the newest 20 whole runs of the connection took."""
        async with self._database.read(scope) as connection:
            row = await connection.fetchrow(_HISTORY, scope.tenant_id, connection_id, _RUNS)
        return ReadingHistory(**dict(row or {}))

    async def settled_days(
        self, scope: TenantScope, connection_id: UUID, dates: DateRange
    ) -> frozenset[date]:
        """The days that were read when their look-back had passed, in the account's zone."""
        async with self._database.read(scope) as connection:
            rows = await connection.fetch(
                _SETTLED, scope.tenant_id, connection_id, dates.since, dates.until
            )
        return frozenset(row["date"] for row in rows)


_HISTORY = """
WITH whole AS (
    SELECT id, pages, fetched, worked_seconds,
           (SELECT count(*) FROM day_reading d
            WHERE d.tenant_id = $1 AND d.connection_id = $2 AND d.run_id = r.id) AS days
    FROM run r
    WHERE tenant_id = $1 AND connection_id = $2 AND status = 'SUCCEEDED' AND worked_seconds > 0
    ORDER BY id DESC LIMIT $3
)
SELECT coalesce(sum(days), 0)::bigint AS days, coalesce(sum(pages), 0)::bigint AS pages,
       coalesce(sum(fetched), 0)::bigint AS records, coalesce(sum(worked_seconds), 0) AS seconds
FROM whole WHERE days > 0
"""
_SETTLED = """
SELECT DISTINCT d.date FROM day_reading d
JOIN connection c ON c.tenant_id = d.tenant_id AND c.id = d.connection_id
WHERE d.tenant_id = $1 AND d.connection_id = $2 AND d.date BETWEEN $3 AND $4
  AND (d.read_at AT TIME ZONE c.time_zone)::date - d.date > c.look_back_days
"""
