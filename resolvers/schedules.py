"""Schedules: reading and changing them, after every part of a timing was checked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from core.errors import BadInput, NotFound
from core.records.pages import Page
from core.records.schedules import ScheduleRecord, Timing
from core.timetable import cron_text
from resolvers import connections
from resolvers.connections import MAX_LOOK_BACK_DAYS
from resolvers.ingestion import refuse_pushed
from resolvers.paging import Listing, PageArguments
from resolvers.session import Session
from resolvers.text import exact, uuid_part

MAX_SCHEDULES = 100
MAX_UPCOMING = 100
INTERVAL_MINUTES = range(5, 31 * 24 * 60 + 1)
JITTER_SECONDS = range(3601)


def _sort_key(record: ScheduleRecord) -> tuple[str]:
    return (str(record.id),)


SCHEDULES: Listing[ScheduleRecord] = Listing("schedules", MAX_SCHEDULES, (uuid_part,), _sort_key)


async def page(
    session: Session, arguments: PageArguments, connections: Sequence[UUID]
) -> Page[ScheduleRecord]:
    """One page of the tenant's schedules, oldest first."""
    request = session.request(SCHEDULES, arguments)
    return await session.stores.schedules.page(session.scope, request, connections)


async def schedule(session: Session, schedule_id: UUID) -> ScheduleRecord | None:
    """One schedule."""
    return await session.loaders.schedules.load(schedule_id)


async def one(session: Session, schedule_id: UUID) -> ScheduleRecord:
    """One schedule, or NotFound."""
    found = await schedule(session, schedule_id)
    if found is None:
        raise NotFound("no such schedule", field="scheduleId", mend="list your schedules")
    return found


async def create(session: Session, connection_id: UUID, timing: Timing) -> ScheduleRecord:
    """Have a connection read by itself."""
    refuse_pushed(await connections.one(session, connection_id))
    return await session.stores.schedules.create(
        session.scope, connection_id, _checked(timing), session.clock()
    )


async def change(session: Session, schedule_id: UUID, timing: Timing) -> ScheduleRecord:
    """Another timing in the place of the one before."""
    return await session.stores.schedules.change(
        session.scope, schedule_id, _checked(timing), session.clock()
    )


async def pause(session: Session, schedule_id: UUID) -> ScheduleRecord:
    """Let a schedule start nothing."""
    return await session.stores.schedules.set_paused(
        session.scope, schedule_id, session.clock(), is_paused=True
    )


async def resume(session: Session, schedule_id: UUID) -> ScheduleRecord:
    """Let a schedule go on with its next time."""
    return await session.stores.schedules.set_paused(
        session.scope, schedule_id, session.clock(), is_paused=False
    )


async def delete(session: Session, schedule_id: UUID) -> ScheduleRecord:
    """Forget a schedule."""
    return await session.stores.schedules.delete(session.scope, schedule_id)


def upcoming(session: Session, record: ScheduleRecord, count: int) -> tuple[datetime, ...]:
    """When the schedule is due next; empty while it is paused."""
    _between(count, range(1, MAX_UPCOMING + 1), "first", "ask for fewer")
    session.budget.take(count)
    return record.upcoming(session.clock(), count)


def _checked(timing: Timing) -> Timing:
    if (timing.cron is None) is (timing.interval_minutes is None):
        raise BadInput(
            "a schedule has either a cron expression or an interval",
            field="cron",
            mend="give one of cron and intervalMinutes",
        )
    if timing.interval_minutes is not None:
        minutes = "leave out intervalMinutes and give cron"
        _between(timing.interval_minutes, INTERVAL_MINUTES, "intervalMinutes", minutes)
    seconds = "leave it out for up to 60, or give 0 for none"
    _between(timing.jitter_seconds, JITTER_SECONDS, "jitterSeconds", seconds)
    if timing.look_back_days is not None:
        days = "leave it out to take the connection's own"
        _between(timing.look_back_days, range(MAX_LOOK_BACK_DAYS + 1), "lookBackDays", days)
    cron = None if timing.cron is None else cron_text(exact(timing.cron, "cron"))
    return replace(timing, cron=cron)


def _between(value: int, allowed: range, field: str, mend: str) -> None:
    if value not in allowed:
        raise BadInput(
            f"{field} is {value}, but must be between {allowed.start} and {allowed.stop - 1}",
            field=field,
            mend=mend,
        )
