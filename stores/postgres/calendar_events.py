"""Events of a tenant's own, every version of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import asdict, fields
from uuid import UUID

import asyncpg

from core.errors import Conflict
from core.missing import no_calendar_event
from core.records.audit import Act
from core.records.calendar import (
    CalendarEvent,
    CalendarEventKind,
    CalendarEventRecord,
    EffectDirection,
)
from core.scope import TenantScope
from core.units import DateRange
from stores.postgres.audit import record_act
from stores.postgres.clock import advance_clock
from stores.postgres.database import Connection, Database
from stores.postgres.entries import settle

EVENT_COLUMNS = tuple(field.name for field in fields(CalendarEvent))
MAX_EVENTS = 10_000


class CalendarEventStore:
    """Reads and writes a tenant's events; nothing that was written is ever overwritten."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def range(
        self, scope: TenantScope, dates: DateRange, as_of: dt.datetime | None = None
    ) -> tuple[CalendarEventRecord, ...]:
        """The events known at `as_of` that touch `dates`, by first day, then by age."""
        async with self._database.read(scope) as connection:
            await settle(connection, scope, as_of)
            return await events_as_of(connection, scope, dates, as_of)

    async def by_ids(
        self, scope: TenantScope, ids: Sequence[UUID]
    ) -> dict[UUID, CalendarEventRecord]:
        """The events of these ids, as they are or, of those that are gone, as they last were."""
        async with self._database.read(scope) as connection:
            rows = await connection.fetch(_BY_IDS, scope.tenant_id, list(ids))
        return {row["id"]: _record(row) for row in rows}

    async def add(self, scope: TenantScope, event: CalendarEvent) -> CalendarEventRecord:
        """Write down an event; Conflict when there are as many as there may be."""
        async with self._database.write(scope) as connection:
            moment = await advance_clock(connection, scope)
            row = await connection.fetchrow(_ADD, scope.tenant_id, moment, _row(event))
            if row is None:
                raise Conflict(f"there are {MAX_EVENTS} events", mend="remove some of them")
            subject = f"calendar_event:{row['id']}"
            await record_act(connection, scope, Act.CALENDAR_EVENT_ADDED, subject, name=event.name)
        return _record(row)

    async def change(
        self, scope: TenantScope, event_id: UUID, event: CalendarEvent
    ) -> CalendarEventRecord:
        """Let an event be another from now on, or NotFound."""
        return await self._write(scope, event_id, event, is_present=True)

    async def remove(self, scope: TenantScope, event_id: UUID) -> CalendarEventRecord:
        """Let an event be gone from now on, or NotFound; what it was is answered a last time."""
        return await self._write(scope, event_id, None, is_present=False)

    async def _write(
        self, scope: TenantScope, event_id: UUID, event: CalendarEvent | None, *, is_present: bool
    ) -> CalendarEventRecord:
        async with self._database.write(scope) as connection:
            moment = await advance_clock(connection, scope)
            known = await connection.fetchrow(_NEWEST, scope.tenant_id, event_id)
            if known is None or not known["is_present"]:
                raise no_calendar_event("eventId")
            told = _row(event or _record(known).event) | {"is_present": is_present}
            [row] = await connection.fetch(_WRITE, scope.tenant_id, event_id, moment, told)
            act = Act.CALENDAR_EVENT_CHANGED if is_present else Act.CALENDAR_EVENT_REMOVED
            await record_act(connection, scope, act, f"calendar_event:{event_id}")
        return _record(row)


async def require_event(
    connection: Connection, scope: TenantScope, event_id: UUID, field: str
) -> None:
    """NotFound naming `field` unless there is such an event now."""
    known = await connection.fetchrow(_NEWEST, scope.tenant_id, event_id)
    if known is None or not known["is_present"]:
        raise no_calendar_event(field)


async def events_as_of(
    connection: Connection, scope: TenantScope, dates: DateRange, as_of: dt.datetime | None
) -> tuple[CalendarEventRecord, ...]:
    """The events of a range, for a transaction that has settled `as_of`."""
    rows = await connection.fetch(_RANGE, scope.tenant_id, as_of, dates.since, dates.until)
    return tuple(map(_record, rows))


def _row(event: CalendarEvent) -> dict[str, object]:
    size = event.effect_size
    return asdict(event) | {"effect_size": None if size is None else str(size)}


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
_BY_IDS = """
SELECT DISTINCT ON (id) * FROM calendar_event
WHERE tenant_id = $1 AND id = ANY($2) ORDER BY id, learned_at DESC
"""
_COLUMNS = ", ".join(EVENT_COLUMNS)
_ADD = f"""
INSERT INTO calendar_event (tenant_id, learned_at, is_present, {_COLUMNS})
SELECT $1, $2, true, {_COLUMNS} FROM jsonb_populate_record(NULL::calendar_event, $3)
WHERE (SELECT count(*) FROM (
    SELECT DISTINCT ON (id) is_present FROM calendar_event WHERE tenant_id = $1
    ORDER BY id, learned_at DESC
) e WHERE e.is_present) < {MAX_EVENTS}
RETURNING *
"""
_NEWEST = """
SELECT * FROM calendar_event WHERE tenant_id = $1 AND id = $2 ORDER BY learned_at DESC LIMIT 1
"""
_WRITE = f"""
INSERT INTO calendar_event (tenant_id, id, learned_at, is_present, {_COLUMNS})
SELECT $1, $2, $3, is_present, {_COLUMNS} FROM jsonb_populate_record(NULL::calendar_event, $4)
RETURNING *
"""
