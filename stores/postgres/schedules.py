"""Schedules as their owners see them; firing them is in `schedule_firing.py`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple
from datetime import datetime
from uuid import UUID

import asyncpg

from core.errors import Conflict, NotFound
from core.missing import no_connection
from core.records.audit import Act
from core.records.pages import Page, PageRequest
from core.records.schedules import ScheduleOutcome, ScheduleRecord, Timing, timetable
from core.scope import TenantScope
from stores.postgres.audit import acting, record_act
from stores.postgres.clock import advance_clock
from stores.postgres.conditions import Conditions
from stores.postgres.database import Connection, Database
from stores.postgres.freshness import note_freshness
from stores.postgres.paging import Ordering, page_of

MOST_PER_CONNECTION = 20
_BY_ID = Ordering(("id",), (UUID,))


class ScheduleStore:
    """Schedules; every change says what time it is, and when the schedule is due follows."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def by_ids(self, scope: TenantScope, ids: Sequence[UUID]) -> dict[UUID, ScheduleRecord]:
        """The schedules of these ids that exist."""
        async with self._database.read(scope) as connection:
            rows = await connection.fetch(
                f"{SELECT} WHERE s.tenant_id = $1 AND s.id = ANY($2)", scope.tenant_id, list(ids)
            )
        return {row["id"]: schedule_record(row) for row in rows}

    async def page(
        self, scope: TenantScope, request: PageRequest, connections: Sequence[UUID] = ()
    ) -> Page[ScheduleRecord]:
        """One page, oldest first; the cursor part is the id."""
        where = Conditions(scope.tenant_id)
        where.add("tenant_id = $1")
        where.among("connection_id", connections)
        _BY_ID.seek(where, request)
        sql = f"SELECT * FROM ({SELECT}) s WHERE {where} {_BY_ID.clause(request)}"
        async with self._database.read(scope) as connection:
            rows = await connection.fetch(sql, *where.values)
        return page_of(rows, request, schedule_record)

    async def create(
        self, scope: TenantScope, connection_id: UUID, timing: Timing, now: datetime
    ) -> ScheduleRecord:
        """A new schedule; Conflict when its connection has `MOST_PER_CONNECTION` of them."""
        async with self._database.write(scope) as connection:
            await advance_clock(connection, scope)
            place = await connection.fetchrow(_PLACE, scope.tenant_id, connection_id)
            if place is None:
                raise no_connection()
            if place["schedules"] >= MOST_PER_CONNECTION:
                raise Conflict(
                    f"the connection has {place['schedules']} schedules, which is the most",
                    field="connectionId",
                    mend="change or delete one of them",
                )
            due = timetable(place["id"], timing, place["time_zone"], now).next_after(now)
            await connection.execute(
                _INSERT,
                scope.tenant_id,
                place["id"],
                connection_id,
                *astuple(timing),
                due,
                scope.actor,
                now,
            )
            await note_freshness(connection, scope, connection_id)
            made = await _locked(connection, scope, place["id"])
            subject, of = f"schedule:{made.id}", {"connection": connection_id}
            await record_act(connection, scope, Act.SCHEDULE_CREATED, subject, **of)
            return made

    async def change(
        self, scope: TenantScope, schedule_id: UUID, timing: Timing, now: datetime
    ) -> ScheduleRecord:
        """Another timing from now on, or NotFound."""
        place = f"schedule:{schedule_id}"
        async with acting(self._database, scope, Act.SCHEDULE_CHANGED, place) as connection:
            await advance_clock(connection, scope)
            found = await _locked(connection, scope, schedule_id)
            due = _next(found, timing, now)
            await connection.execute(_CHANGE, scope.tenant_id, schedule_id, *astuple(timing), due)
            await note_freshness(connection, scope, found.connection_id)
            return await _locked(connection, scope, schedule_id)

    async def set_paused(
        self, scope: TenantScope, schedule_id: UUID, now: datetime, *, is_paused: bool
    ) -> ScheduleRecord:
        """Hold the schedule, or have it go on with its next time; what was missed is not made up.

        To say what is said already changes nothing. NotFound when there is no such schedule.
        """
        act = Act.SCHEDULE_PAUSED if is_paused else Act.SCHEDULE_RESUMED
        async with acting(self._database, scope, act, f"schedule:{schedule_id}") as connection:
            await advance_clock(connection, scope)
            found = await _locked(connection, scope, schedule_id)
            if found.is_paused is not is_paused:
                due = _next(found, found.timing, now)
                await connection.execute(_PAUSE, scope.tenant_id, schedule_id, is_paused, due)
                await note_freshness(connection, scope, found.connection_id)
            return await _locked(connection, scope, schedule_id)

    async def delete(self, scope: TenantScope, schedule_id: UUID) -> ScheduleRecord:
        """Forget the schedule, or NotFound; runs that it started stay."""
        place = f"schedule:{schedule_id}"
        async with acting(self._database, scope, Act.SCHEDULE_DELETED, place) as connection:
            await advance_clock(connection, scope)
            found = await _locked(connection, scope, schedule_id)
            await connection.execute(_DELETE, scope.tenant_id, schedule_id)
            await note_freshness(connection, scope, found.connection_id)
            return found


def _next(found: ScheduleRecord, timing: Timing, now: datetime) -> datetime:
    return timetable(found.id, timing, found.time_zone, found.created_at).next_after(now)


async def _locked(connection: Connection, scope: TenantScope, schedule_id: UUID) -> ScheduleRecord:
    sql = f"{SELECT} WHERE s.tenant_id = $1 AND s.id = $2 FOR UPDATE OF s"
    row = await connection.fetchrow(sql, scope.tenant_id, schedule_id)
    if row is None:
        raise NotFound(
            "no such schedule", field="scheduleId", mend="use the id of one of your schedules"
        )
    return schedule_record(row)


def schedule_record(row: asyncpg.Record) -> ScheduleRecord:
    """The record of a row of `SELECT`."""
    return ScheduleRecord(
        id=row["id"],
        connection_id=row["connection_id"],
        time_zone=row["time_zone"],
        timing=Timing(
            row["cron"], row["interval_minutes"], row["jitter_seconds"], row["look_back_days"]
        ),
        is_paused=row["is_paused"],
        fires_at=row["fires_at"],
        last_due_at=row["last_due_at"],
        last_outcome=ScheduleOutcome(row["last_outcome"]) if row["last_outcome"] else None,
        last_run_id=row["last_run_id"],
        created_by=row["created_by"],
        created_at=row["created_at"],
    )


SELECT = """
SELECT s.*, c.time_zone, c.status AS connection_status, c.look_back_days AS own_look_back_days
FROM schedule s JOIN connection c ON c.tenant_id = s.tenant_id AND c.id = s.connection_id
"""
"""Schedules with what their connections say."""
# Locked, so that two creations count one after the other.
_PLACE = """
SELECT uuidv7() AS id, c.time_zone,
       (SELECT count(*) FROM schedule s WHERE s.tenant_id = $1 AND s.connection_id = $2)
           AS schedules
FROM connection c WHERE c.tenant_id = $1 AND c.id = $2 FOR NO KEY UPDATE
"""
_INSERT = """
INSERT INTO schedule (
    tenant_id, id, connection_id, cron, interval_minutes, jitter_seconds, look_back_days,
    fires_at, created_by, created_at
) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
"""
_CHANGE = """
UPDATE schedule SET cron = $3, interval_minutes = $4, jitter_seconds = $5, look_back_days = $6,
    fires_at = $7
WHERE tenant_id = $1 AND id = $2
"""
_PAUSE = "UPDATE schedule SET is_paused = $3, fires_at = $4 WHERE tenant_id = $1 AND id = $2"
_DELETE = "DELETE FROM schedule WHERE tenant_id = $1 AND id = $2"
