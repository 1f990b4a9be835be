"""The outbox as its readers see it; it is written in `outbox.py`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import asyncpg

from core.records.events import DataEvent, DataEventKind, DataEventRecord, EventExtent, EventsAfter
from core.records.runs import RunStatus
from core.scope import SystemScope, TenantId, TenantScope
from core.units import DateRange
from stores.postgres.conditions import Conditions
from stores.postgres.database import Connection, Database
from stores.postgres.run_events import counters_of


class EventStore:
    """Reads events in the order of their commits."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def extent(self, scope: TenantScope) -> EventExtent:
        """The events that are kept now."""
        async with self._database.read(scope) as connection:
            newest = await _newest(connection, scope)
            oldest = await connection.fetchval(_OLDEST, scope.tenant_id)
        return EventExtent(newest + 1 if oldest is None else oldest, newest)

    async def after(
        self, scope: TenantScope, after: int, limit: int, kinds: Sequence[DataEventKind] = ()
    ) -> EventsAfter:
        """At most `limit` events of `kinds` (all, when none are named) behind `after`."""
        async with self._database.read(scope) as connection:
            # Read first: every event up to it is committed, so none can appear behind the cursor.
            newest = await _newest(connection, scope)
            where = Conditions(scope.tenant_id)
            where.add("tenant_id = $1 AND sequence > {} AND sequence <= {}", after, newest)
            where.among("kind", kinds)
            sql = f"SELECT * FROM data_event WHERE {where} ORDER BY sequence LIMIT {limit}"
            rows = await connection.fetch(sql, *where.values)
        found = tuple(map(_record, rows))
        is_full = len(found) == limit
        return EventsAfter(found, found[-1].sequence if is_full else max(after, newest))

    async def positions(self) -> dict[TenantId, int]:
        """Of every tenant that has events, the number of the newest one."""
        async with self._database.watch() as connection:
            rows = await connection.fetch("SELECT tenant_id, sequence FROM event_clock")
        return {TenantId(row["tenant_id"]): row["sequence"] for row in rows}

    async def prune(self, scope: SystemScope, age: timedelta) -> dict[TenantId, int]:
        """Forget events older than `age`; of each tenant that had some, the last one's number."""
        async with self._database.system(scope) as connection:
            rows = await connection.fetch(_PRUNE, age)
        return {TenantId(row["tenant_id"]): row["last"] for row in rows}


async def _newest(connection: Connection, scope: TenantScope) -> int:
    sql = "SELECT sequence FROM event_clock WHERE tenant_id = $1"
    return int(await connection.fetchval(sql, scope.tenant_id) or 0)


def _record(row: asyncpg.Record) -> DataEventRecord:
    event = DataEvent(
        kind=DataEventKind(row["kind"]),
        connection_id=row["connection_id"],
        run_id=row["run_id"],
        status=RunStatus(row["status"]),
        counters=counters_of(row["counters"]),
        dates=DateRange(row["since"], row["until"]) if row["since"] else None,
        insight_id=row["insight_id"],
    )
    return DataEventRecord(row["sequence"], row["id"], row["at"], event)


_OLDEST = "SELECT min(sequence) FROM data_event WHERE tenant_id = $1"
_PRUNE = """
WITH gone AS (
    DELETE FROM data_event WHERE at < clock_timestamp() - $1::interval
    RETURNING tenant_id, sequence
)
SELECT tenant_id, max(sequence) AS last FROM gone GROUP BY tenant_id
"""
