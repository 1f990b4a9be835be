"""IngestionSchedule: when a connection is read by itself."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

import strawberry

from core.records.schedules import ScheduleOutcome, ScheduleRecord
from graph.context import Info
from graph.fields import resolved
from graph.ids import SCHEDULE
from graph.types.connections import ConnectedSource
from graph.types.links import present
from graph.types.node import Node
from graph.types.runs import Run
from resolvers import connections, runs, schedules


@strawberry.federation.type(
    keys=["id"],
    description=(
        "When a connection is read by itself. Each time it reads from its look-back, or from the "
        "newest day that was read if that is earlier, up to today. Times that were missed are "
        "made up for by one run."
    ),
)
class IngestionSchedule(Node):
    """ScheduleRecord on the wire."""

    record: strawberry.Private[ScheduleRecord]
    cron: str | None = strawberry.field(
        description=(
            "Minute, hour, day of month, month and day of week on the clocks of `timeZone`; null "
            "where there is an interval. A time that the clocks jump over comes at the jump; one "
            "that they show twice comes the first time."
        )
    )
    interval_minutes: int | None = strawberry.field(
        description="Minutes from one time to the next; null where there is a cron expression."
    )
    time_zone: str = strawberry.field(description="IANA zone of the connection's account.")
    jitter_seconds: int = strawberry.field(
        description=(
            "The most seconds by which it is put off, so that not all schedules are due at once. "
            "By how many is the same every time."
        )
    )
    look_back_days: int | None = strawberry.field(
        description="How many days back its runs read; null for the connection's own."
    )
    is_paused: bool = strawberry.field(description="Whether it is held.")
    last_due_at: dt.datetime | None = strawberry.field(
        description="When it last was due and a worker heeded it; null before."
    )
    last_outcome: ScheduleOutcome | None = strawberry.field(
        description="What came of it then; null before."
    )
    created_by: str = strawberry.field(description="Who made it, such as `user:…`.")
    created_at: dt.datetime = strawberry.field(
        description="When it was made; an interval counts from here."
    )

    @classmethod
    def from_record(cls, record: ScheduleRecord) -> IngestionSchedule:
        """The schedule on the wire."""
        timing = record.timing
        return cls(
            id=SCHEDULE.encode(record.id),
            record=record,
            cron=timing.cron,
            interval_minutes=timing.interval_minutes,
            time_zone=record.time_zone,
            jitter_seconds=timing.jitter_seconds,
            look_back_days=timing.look_back_days,
            is_paused=record.is_paused,
            last_due_at=record.last_due_at,
            last_outcome=record.last_outcome,
            created_by=record.created_by,
            created_at=record.created_at,
        )

    @resolved("When it is due next, jitter included; empty while it is paused.")
    def upcoming(
        self,
        info: Info,
        *,
        first: Annotated[int, strawberry.argument(description="How many to answer, 1 to 100.")] = 5,
    ) -> list[dt.datetime]:
        """Computed."""
        return list(schedules.upcoming(info.context.session, self.record, first))

    @resolved("The connection it reads.")
    async def connection(self, info: Info) -> ConnectedSource:
        """Batched over the whole answer."""
        record = await connections.connection(info.context.session, self.record.connection_id)
        return ConnectedSource.from_record(present(record, "connection"))

    @resolved("The last run it started; null before the first.")
    async def last_run(self, info: Info) -> Run | None:
        """Batched over the whole answer."""
        if self.record.last_run_id is None:
            return None
        record = await runs.run(info.context.session, self.record.last_run_id)
        return None if record is None else Run.from_record(record)
