"""Schedules: making, changing, pausing and deleting them."""

from __future__ import annotations

from typing import Annotated, TypeAlias

import strawberry

from core.scope import Permission
from graph.context import Info
from graph.fields import mutation
from graph.ids import CONNECTION, SCHEDULE
from graph.inputs.schedules import ScheduleInput
from graph.types.errors import Refused
from graph.types.schedules import IngestionSchedule
from resolvers import schedules

ConnectionId = Annotated[
    strawberry.ID, strawberry.argument(description="Id of the connection; no FILE, no WEBHOOK.")
]
ScheduleId = Annotated[strawberry.ID, strawberry.argument(description="Id of the schedule.")]
Given = Annotated[ScheduleInput, strawberry.argument(description="When, and how far back.")]


@strawberry.type(description="The connection is read by itself.")
class CreateSchedulePayload:
    """What createSchedule leaves behind."""

    schedule: IngestionSchedule = strawberry.field(description="The new schedule.")


@strawberry.type(description="The schedule is as it stands here.")
class ChangeSchedulePayload:
    """What changing, pausing and resuming a schedule leave behind."""

    schedule: IngestionSchedule = strawberry.field(description="The schedule.")


@strawberry.type(description="The schedule is gone; runs that it started stay.")
class DeleteSchedulePayload:
    """What deleteSchedule leaves behind."""

    schedule_id: strawberry.ID = strawberry.field(description="The id that it had.")


CreateScheduleResult: TypeAlias = Annotated[
    CreateSchedulePayload | Refused,
    strawberry.union(
        "CreateScheduleResult", description="The new schedule, or what stood in its way."
    ),
]
ChangeScheduleResult: TypeAlias = Annotated[
    ChangeSchedulePayload | Refused,
    strawberry.union("ChangeScheduleResult", description="The schedule, or what stood in the way."),
]
DeleteScheduleResult: TypeAlias = Annotated[
    DeleteSchedulePayload | Refused,
    strawberry.union("DeleteScheduleResult", description="The id, or what stood in the way."),
]


@strawberry.type
class ScheduleMutations:
    """Root fields that write schedules."""

    @mutation(
        "Have a connection read by itself. While the run of one time is still open, the next "
        "times start nothing; neither do they while the connection is paused.",
        needs=Permission.MEMORY_WRITE,
    )
    async def create_schedule(
        self, info: Info, *, connection_id: ConnectionId, schedule: Given
    ) -> CreateScheduleResult:
        """Checked, then written."""
        found = CONNECTION.decode(connection_id, "connectionId")
        record = await schedules.create(info.context.session, found, schedule.to_timing())
        return CreateSchedulePayload(schedule=IngestionSchedule.from_record(record))

    @mutation(
        "Put another timing in the place of a schedule's. What is left out is not kept but set "
        "back to its default.",
        needs=Permission.MEMORY_WRITE,
    )
    async def change_schedule(
        self, info: Info, *, schedule_id: ScheduleId, schedule: Given
    ) -> ChangeScheduleResult:
        """Checked, then written."""
        found = SCHEDULE.decode(schedule_id, "scheduleId")
        record = await schedules.change(info.context.session, found, schedule.to_timing())
        return ChangeSchedulePayload(schedule=IngestionSchedule.from_record(record))

    @mutation(
        "Have a schedule start nothing more. To pause what is paused changes nothing.",
        needs=Permission.MEMORY_WRITE,
    )
    async def pause_schedule(self, info: Info, *, schedule_id: ScheduleId) -> ChangeScheduleResult:
        """Once or twice: the same."""
        found = SCHEDULE.decode(schedule_id, "scheduleId")
        record = await schedules.pause(info.context.session, found)
        return ChangeSchedulePayload(schedule=IngestionSchedule.from_record(record))

    @mutation(
        "Have a schedule go on with its next time; what it missed is not made up for.",
        needs=Permission.MEMORY_WRITE,
    )
    async def resume_schedule(self, info: Info, *, schedule_id: ScheduleId) -> ChangeScheduleResult:
        """Once or twice: the same."""
        found = SCHEDULE.decode(schedule_id, "scheduleId")
        record = await schedules.resume(info.context.session, found)
        return ChangeSchedulePayload(schedule=IngestionSchedule.from_record(record))

    @mutation("Delete a schedule. Runs that it started stay.", needs=Permission.MEMORY_WRITE)
    async def delete_schedule(self, info: Info, *, schedule_id: ScheduleId) -> DeleteScheduleResult:
        """Gone at once."""
        found = SCHEDULE.decode(schedule_id, "scheduleId")
        record = await schedules.delete(info.context.session, found)
        return DeleteSchedulePayload(schedule_id=SCHEDULE.encode(record.id))
