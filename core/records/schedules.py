"""Schedules: when a connection is read by itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID
from zoneinfo import ZoneInfo

from core.scope import TenantId
from core.timetable import Timetable


class ScheduleOutcome(StrEnum):
    """What came of a schedule when it was last due."""

    STARTED = "STARTED"
    RUN_STILL_OPEN = "RUN_STILL_OPEN"
    CONNECTION_INACTIVE = "CONNECTION_INACTIVE"
    QUOTA_EXCEEDED = "QUOTA_EXCEEDED"


@dataclass(frozen=True, slots=True)
class Timing:
    """When a schedule is due, and how far back its runs read.

    Either `cron`, of five fields, or `interval_minutes`. `jitter_seconds` is the most by which it
    is put off, the same every time. `look_back_days`: None for the connection's own.
    """

    cron: str | None = None
    interval_minutes: int | None = None
    jitter_seconds: int = 60
    look_back_days: int | None = None


@dataclass(frozen=True, slots=True)
class ScheduleRecord:
    """One schedule of a connection, whose `time_zone` its cron is read in.

    `fires_at`: when it is due next; past while no worker lives, and not heeded while it is paused.
    """

    id: UUID
    connection_id: UUID
    time_zone: str
    timing: Timing
    is_paused: bool
    fires_at: datetime
    last_due_at: datetime | None
    last_outcome: ScheduleOutcome | None
    last_run_id: UUID | None
    created_by: str
    created_at: datetime

    def upcoming(self, now: datetime, count: int) -> tuple[datetime, ...]:
        """The next `count` moments at which it is due; none while it is paused."""
        if self.is_paused:
            return ()
        table = timetable(self.id, self.timing, self.time_zone, self.created_at)
        return table.upcoming(now, count)


@dataclass(frozen=True, slots=True)
class DueSchedule:
    """A schedule that is due, of whichever tenant."""

    tenant_id: TenantId
    id: UUID


def timetable(schedule_id: UUID, timing: Timing, time_zone: str, created_at: datetime) -> Timetable:
    """The timetable of a schedule; its jitter follows from its id, so it is always the same."""
    minutes = timing.interval_minutes
    return Timetable(
        cron=timing.cron,
        interval=None if minutes is None else timedelta(minutes=minutes),
        zone=ZoneInfo(time_zone),
        anchor=created_at,
        jitter=timedelta(seconds=schedule_id.int % (timing.jitter_seconds + 1)),
    )
