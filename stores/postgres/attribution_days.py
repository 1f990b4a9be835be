"""Sums of days, made anew after what was merged into them.

A day whose sums are made is locked for that long, and one that is being written is passed over:
neither waits for the other both ways. Sums are read only where no entry has changed since, so when
they are made is a matter of speed alone.
"""

from __future__ import annotations

from datetime import date
from uuid import UUID

from core.scope import TenantId, TenantScope
from stores.postgres.attribution_parts import FOLD, FORMULA
from stores.postgres.attribution_variety import VARIES
from stores.postgres.database import Connection, Database

_AT_ONCE = 32
"""Days of connections in one transaction: merges into them wait for so long."""

_BEGINNING = (date(1, 1, 1), UUID(int=0))


class AttributionDayStore:
    """Makes the sums that attribution rows are read from."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def due(self) -> tuple[TenantId, ...]:
        """Tenants with days whose sums are to be made, or were made by another release."""
        async with self._database.watch() as connection:
            rows = await connection.fetch(_DUE, FORMULA)
        return tuple(TenantId(row["tenant_id"]) for row in rows)

    async def fold(self, scope: TenantScope, *, again: bool = False) -> int:
        """Make the sums of every day that has none, or of all; how many days that were.

        Days that a run in hand has changed within the minute wait, for it will change them again.
        """
        folded, after = 0, _BEGINNING
        while True:
            async with self._database.write(scope) as connection:
                days = await _taken(connection, scope, after, again=again)
                if not days:
                    return folded
                await _fold(connection, scope, days)
            folded, after = folded + len(days), days[-1]


async def _taken(
    connection: Connection, scope: TenantScope, after: tuple[date, UUID], *, again: bool
) -> list[tuple[date, UUID]]:
    rows = await connection.fetch(_TAKE, scope.tenant_id, *after, FORMULA, again, _AT_ONCE)
    return [(row["date"], row["connection_id"]) for row in rows]


async def _fold(connection: Connection, scope: TenantScope, days: list[tuple[date, UUID]]) -> None:
    values = scope.tenant_id, [day for day, _ in days], [connection_id for _, connection_id in days]
    await connection.execute(_CLEAR, *values)
    await connection.execute(FOLD, *values)
    await connection.execute(_DONE, *values, FORMULA)


# In the words of an index: those that this release has made are passed over without a look.
_DUE = """
SELECT DISTINCT tenant_id FROM attribution_day
WHERE formula IS NULL OR formula < $1 OR formula > $1
"""
_TAKE = """
SELECT d.date, d.connection_id FROM attribution_day d
WHERE d.tenant_id = $1 AND (d.date, d.connection_id) > ($2, $3)
  AND ($5 OR (d.formula IS DISTINCT FROM $4 AND (
      d.changed_at < now() - interval '1 minute' OR NOT EXISTS (
          SELECT FROM run r WHERE r.tenant_id = $1 AND r.connection_id = d.connection_id
            AND r.status = 'RUNNING'))))
ORDER BY d.date, d.connection_id LIMIT $6 FOR UPDATE OF d SKIP LOCKED
"""
_THESE = """
tenant_id = $1 AND (date, connection_id) IN (SELECT * FROM unnest($2::date[], $3::uuid[]))"""
_CLEAR = f"""
DELETE FROM attribution_sum WHERE {_THESE} AND is_detailed = ANY(ARRAY[true, false])
"""
_DONE = f"""
UPDATE attribution_day d
SET formula = $4, coarse_sums = s.coarse, detailed_sums = s.detailed, varies = s.varies,
    account_id = s.account_id
FROM (
    SELECT d.date, d.connection_id, count(s.*) FILTER (WHERE NOT s.is_detailed) AS coarse,
           count(s.*) FILTER (WHERE s.is_detailed) AS detailed, {VARIES} AS varies,
           min(s.account_id) AS account_id
    FROM unnest($2::date[], $3::uuid[]) d (date, connection_id)
    LEFT JOIN attribution_sum s ON s.tenant_id = $1 AND s.date = d.date
        AND s.connection_id = d.connection_id AND s.is_detailed = ANY(ARRAY[true, false])
    LEFT JOIN attribution_sum f ON f.tenant_id = $1 AND f.date = d.date
        AND f.connection_id = d.connection_id AND f.is_detailed = s.is_detailed AND f.number = 1
    GROUP BY d.date, d.connection_id
) s
WHERE d.tenant_id = $1 AND d.date = s.date AND d.connection_id = s.connection_id
"""
