"""Settings of the calendar, and events of one's own."""

from __future__ import annotations

from typing import Annotated, TypeAlias

import strawberry

from core.scope import Permission
from graph.bounds.sizes import listed
from graph.context import Info
from graph.fields import mutation
from graph.ids import CALENDAR_EVENT
from graph.inputs.calendar import CalendarEventInput, CalendarSettingsInput
from graph.types.calendar_events import CalendarEvent
from graph.types.calendar_settings import CalendarChangeType, CalendarSettingsType
from graph.types.errors import Refused
from resolvers import calendar_events, calendar_settings

EventId = Annotated[strawberry.ID, strawberry.argument(description="Id of the event.")]
Event = Annotated[CalendarEventInput, strawberry.argument(description="The event, whole.")]


@strawberry.type(description="What your calendar is to be made from, and what that changes.")
class SetCalendarPayload:
    """What `setCalendar` leaves behind."""

    settings: CalendarSettingsType = strawberry.field(
        description="The settings; with `preview` as they would be."
    )
    changes: list[CalendarChangeType] = listed(
        "The settings that differ from before; none: nothing to do.", size=5
    )


@strawberry.type(description="The event as it now is, or as it last was.")
class CalendarEventPayload:
    """What a mutation of an event leaves behind."""

    event: CalendarEvent = strawberry.field(description="The event.")


SetCalendarResult: TypeAlias = Annotated[
    SetCalendarPayload | Refused,
    strawberry.union("SetCalendarResult", description="The settings, or what stood in the way."),
]
CalendarEventResult: TypeAlias = Annotated[
    CalendarEventPayload | Refused,
    strawberry.union("CalendarEventResult", description="The event, or what stood in the way."),
]


@strawberry.type
class CalendarMutations:
    """Root fields that write about the calendar."""

    @mutation(
        "Have your calendar made from other settings. A worker makes it within seconds, as a new "
        "version: answers `asOf` an earlier moment keep the calendar of then.",
        needs=Permission.MEMORY_ADMIN,
    )
    async def set_calendar(
        self,
        info: Info,
        *,
        settings: Annotated[
            CalendarSettingsInput, strawberry.argument(description="What is to change.")
        ],
        preview: Annotated[
            bool, strawberry.argument(description="Say what would change, and change nothing.")
        ] = False,
    ) -> SetCalendarResult:
        """Checked, then wished for."""
        session = info.context.session
        before = await calendar_settings.current(session)
        wished = settings.applied_to(before.wished)
        record, changes = await calendar_settings.wish(session, wished, preview=preview)
        return SetCalendarPayload(
            settings=CalendarSettingsType.from_record(record),
            changes=[CalendarChangeType.from_record(change) for change in changes],
        )

    @mutation(
        "Write down an event of your own. It is known from now on: answers `asOf` an earlier "
        "moment do not have it, wherever its days lie.",
        needs=Permission.MEMORY_WRITE,
    )
    async def add_calendar_event(self, info: Info, *, event: Event) -> CalendarEventResult:
        """Checked, then kept."""
        record = await calendar_events.add(info.context.session, event.to_event())
        return CalendarEventPayload(event=CalendarEvent.from_record(record))

    @mutation(
        "Let an event be another from now on; answers `asOf` an earlier moment keep what it was.",
        needs=Permission.MEMORY_WRITE,
    )
    async def change_calendar_event(
        self, info: Info, *, event_id: EventId, event: Event
    ) -> CalendarEventResult:
        """The whole event is given anew."""
        found = CALENDAR_EVENT.decode(event_id, "eventId")
        record = await calendar_events.change(info.context.session, found, event.to_event())
        return CalendarEventPayload(event=CalendarEvent.from_record(record))

    @mutation(
        "Let an event be gone from now on; answers `asOf` an earlier moment keep it.",
        needs=Permission.MEMORY_WRITE,
    )
    async def remove_calendar_event(self, info: Info, *, event_id: EventId) -> CalendarEventResult:
        """What it was is answered a last time."""
        found = CALENDAR_EVENT.decode(event_id, "eventId")
        record = await calendar_events.remove(info.context.session, found)
        return CalendarEventPayload(event=CalendarEvent.from_record(record))
