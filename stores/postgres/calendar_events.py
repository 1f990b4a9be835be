"""Events of a tenant's own, every version of them."""

from __future__ import annotations

import datetime as dt
from dataclasses import fields

import asyncpg

from core.records.calendar import (
    CalendarEvent,
    CalendarEventKind,
    CalendarEventRecord,
    EffectDirection,
)
from core.scope import TenantScope
from core.units import DateRange
from stores.postgres.database import Connection, Database
from stores.postgres.entries import settle

EVENT_COLUMNS = tuple(field.name for field in fields(CalendarEvent))


class CalendarEventStore:
    """Reads a tenant's events as of a moment."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def range(
        self, scope: TenantScope, dates: DateRange, as_of: dt.datetime | None = None
    ) -> tuple[CalendarEventRecord, ...]:
        """The events known at `as_of` that touch `dates`, by first day, then by age."""
        async with self._database.read(scope) as connection:
            await settle(connection, scope, as_of)
            return await events_as_of(connection, scope, dates, as_of)


async def events_as_of(
    connection: Connection, scope: TenantScope, dates: DateRange, as_of: dt.datetime | None
) -> tuple[CalendarEventRecord, ...]:
    """The events of a range, for a transaction that has settled `as_of`."""
    rows = await connection.fetch(_RANGE, scope.tenant_id, as_of, dates.since, dates.until)
    return tuple(map(_record, rows))


def _record(row: asyncpg.Record) -> CalendarEventRecord:
    plain = {name: row[name] for name in EVENT_COLUMNS}
    direction = row["effect_direction"]
    event = CalendarEvent(
        **plain
        | {
            "kind": CalendarEventKind(row["kind"]),
            "countries": tuple(row["countries"]),
            "geos": tuple(row["geos"]),
            "effect_direction": None if direction is None else EffectDirection(direction),
        }
    )
    return CalendarEventRecord(row["id"], event, row["learned_at"])


_RANGE = """
SELECT * FROM (
    SELECT DISTINCT ON (id) * FROM calendar_event
    WHERE tenant_id = $1 AND learned_at <= coalesce($2::timestamptz, 'infinity')
    ORDER BY id, learned_at DESC
) e
WHERE is_present AND since <= $4 AND until >= $3 ORDER BY since, id
"""
