"""The clockwork's side of schedules: each is fired once, by whichever worker is first."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

import asyncpg

from core.commands import StartIngestion
from core.records.connections import ConnectionStatus
from core.records.runs import RunStatus
from core.records.schedules import DueSchedule, ScheduleOutcome, timetable
from core.scope import TenantId, TenantScope
from core.units import DateRange, time_zone, today_in
from stores.postgres.database import Connection, Database
from stores.postgres.runs import start_run
from stores.postgres.schedules import SELECT, schedule_record

_MOST_AT_ONCE = 100
_LONGEST_GAP_DAYS = 365


class ScheduleFiringStore:
    """Finds schedules that are due, and fires them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def due(self, now: datetime) -> tuple[DueSchedule, ...]:
        """Schedules of all tenants that are due, the longest overdue first."""
        async with self._database.watch() as connection:
            rows = await connection.fetch(_DUE, now, _MOST_AT_ONCE)
        return tuple(DueSchedule(TenantId(row["tenant_id"]), row["id"]) for row in rows)

    async def fire(
        self, scope: TenantScope, schedule_id: UUID, now: datetime, *, has_room: bool = True
    ) -> ScheduleOutcome | None:
        """Start the schedule's run, if quotas have room for it, and set its next time.

        That is one transaction.

        However many times were missed, one run makes up for them. None when another worker has
        it in hand, or when it is not due (any more).
        """
        async with self._database.write(scope) as connection:
            row = await connection.fetchrow(_TAKE, scope.tenant_id, schedule_id, now)
            if row is None:
                return None
            outcome = await _refusal(connection, scope, row)
            if outcome is ScheduleOutcome.STARTED and not has_room:
                outcome = ScheduleOutcome.QUOTA_EXCEEDED
            found = schedule_record(row)
            table = timetable(found.id, found.timing, found.time_zone, found.created_at)
            run_id = found.last_run_id
            if outcome is ScheduleOutcome.STARTED:
                dates = await _dates(connection, scope, row, now)
                command = StartIngestion(found.connection_id, dates=dates)
                run_id = (await start_run(connection, scope, command.run)).id
            await connection.execute(
                _FIRED, scope.tenant_id, schedule_id, table.next_after(now), now, outcome, run_id
            )
        return outcome


async def _refusal(
    connection: Connection, scope: TenantScope, row: asyncpg.Record
) -> ScheduleOutcome:
    """STARTED, unless something stands in the way."""
    if row["connection_status"] != ConnectionStatus.ACTIVE:
        return ScheduleOutcome.CONNECTION_INACTIVE
    status = await connection.fetchval(_STATUS, scope.tenant_id, row["last_run_id"])
    if status is not None and not RunStatus(status).is_final:
        return ScheduleOutcome.RUN_STILL_OPEN
    return ScheduleOutcome.STARTED


async def _dates(
    connection: Connection, scope: TenantScope, row: asyncpg.Record, now: datetime
) -> DateRange:
    """From the look-back to today in the account's zone; from the newest day read, if earlier."""
    today = today_in(time_zone(row["time_zone"]), now)
    given = row["look_back_days"]
    days = row["own_look_back_days"] if given is None else given
    earliest = today - timedelta(days=_LONGEST_GAP_DAYS)
    newest = await connection.fetchval(_NEWEST_READ, scope.tenant_id, row["connection_id"])
    since = today - timedelta(days=days)
    return DateRange(since if newest is None else max(earliest, min(since, newest)), today)


_DUE = """
SELECT tenant_id, id FROM schedule WHERE NOT is_paused AND fires_at <= $1
ORDER BY fires_at LIMIT $2
"""
# Neither lock is waited for: a connection that is being deleted has nothing left to fire.
_TAKE = f"""
{SELECT} WHERE s.tenant_id = $1 AND s.id = $2 AND NOT s.is_paused AND s.fires_at <= $3
FOR UPDATE OF s SKIP LOCKED FOR KEY SHARE OF c SKIP LOCKED
"""
_STATUS = "SELECT status FROM run WHERE tenant_id = $1 AND id = $2"
_NEWEST_READ = "SELECT max(date) FROM day_reading WHERE tenant_id = $1 AND connection_id = $2"
_FIRED = """
UPDATE schedule SET fires_at = $3, last_due_at = $4, last_outcome = $5, last_run_id = $6
WHERE tenant_id = $1 AND id = $2
"""
