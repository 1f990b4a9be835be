"""The quality of every day of a tenant's connections, for analysis."""

from __future__ import annotations

from datetime import date, datetime
from typing import Final
from uuid import UUID

from core.scope import TenantScope
from core.units import DateRange
from stores.postgres.database import Database
from stores.postgres.entries import entry_relation, settle
from stores.postgres.quality import POOLED_SCORE, WEIGHED

ScoredDay = tuple[UUID, date, float | None, int]
"""Connection, day, the pooled score of its entries from 0 to 1, and how many were assessed."""


class QualityDayStore:
    """Reads scores by day."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def scored(
        self, scope: TenantScope, dates: DateRange, as_of: datetime | None = None
    ) -> list[ScoredDay]:
        """One for each connection and day with entries, as was known at `as_of`, or is now."""
        values = [scope.tenant_id, dates.since, dates.until, *([] if as_of is None else [as_of])]
        sql = _SCORES_NOW if as_of is None else _SCORES_THEN
        async with self._database.read(scope) as connection:
            await settle(connection, scope, as_of)
            rows = await connection.fetch(sql, *values)
        return [(row["connection_id"], row["date"], row["score"], row["assessed"]) for row in rows]


_COLUMNS = ", ".join(f"{sql} AS {name}" for name, sql in WEIGHED.items())


def _scores(as_of: str | None) -> str:
    relation = entry_relation("$1", as_of, ("$2", "$3"), tells_days=False)
    return f"""
SELECT e.connection_id, e.date, {POOLED_SCORE}::float8 AS score,
       count(e.checks_applied)::int AS assessed
FROM (SELECT e.connection_id, e.date, e.checks_applied, {_COLUMNS} FROM {relation}
      WHERE e.date BETWEEN $2 AND $3) e
GROUP BY e.connection_id, e.date
"""


_SCORES_NOW: Final = _scores(None)
_SCORES_THEN: Final = _scores("$4")
