"""Days of the calendar, what it is made from, and events of one's own."""

from __future__ import annotations

from typing import Annotated

import strawberry

from core.records.answers import Area
from core.records.calendar import Industry
from core.scope import Permission
from graph.bounds.sizes import about, days, sized_by
from graph.context import Info
from graph.fields import guarded
from graph.inputs.dates import DateRangeInput
from graph.inputs.entries import AsOf
from graph.types.calendar import CalendarDimension
from graph.types.calendar_events import CalendarEvent
from graph.types.calendar_settings import CalendarSettingsType, SeasonalityPrior
from resolvers import calendar, calendar_events, calendar_settings


@strawberry.type
class CalendarQueries:
    """Root fields about the calendar."""

    @guarded(
        "Your calendar, day by day; days outside its years are left out.",
        needs=Permission.MEMORY_READ,
        size=sized_by("dates", days, calendar.MAX_DAYS),
        reads=(Area.CALENDAR,),
    )
    async def calendar(
        self,
        info: Info,
        *,
        dates: Annotated[
            DateRangeInput, strawberry.argument(description="Which days; at most 3,660.")
        ],
        as_of: AsOf = None,
    ) -> list[CalendarDimension]:
        """All days of a range."""
        found = await calendar.days(info.context.session, dates.to_range("dates"), as_of)
        return [CalendarDimension.from_record(day) for day in found]

    @guarded(
        "What your calendar is made from.", needs=Permission.MEMORY_READ, reads=(Area.CALENDAR,)
    )
    async def calendar_settings(self, info: Info) -> CalendarSettingsType:
        """The wish, and whether it is fulfilled."""
        found = await calendar_settings.current(info.context.session)
        return CalendarSettingsType.from_record(found)

    @guarded(
        "Events of your own, at most 10,000, by their first day.",
        needs=Permission.MEMORY_READ,
        size=about(100),
        reads=(Area.CALENDAR,),
    )
    async def calendar_events(
        self,
        info: Info,
        *,
        dates: Annotated[
            DateRangeInput | None,
            strawberry.argument(description="Only those that touch these days."),
        ] = None,
        as_of: AsOf = None,
    ) -> list[CalendarEvent]:
        """As they were known."""
        days = None if dates is None else dates.to_range("dates")
        found = await calendar_events.listed(info.context.session, days, as_of)
        return [CalendarEvent.from_record(event) for event in found]

    @guarded(
        "The specification's constant factors of seasonality, as a named prior. Factors that "
        "are estimated from your own history are `seasonality`.",
        needs=Permission.MEMORY_READ,
        reads=(Area.CALENDAR,),
    )
    async def seasonality_prior(
        self,
        info: Info,
        *,
        industry: Annotated[
            Industry | None,
            strawberry.argument(description="Of which industry; your own unless you say."),
        ] = None,
    ) -> SeasonalityPrior:
        """Constants; no data is read."""
        found = await calendar_settings.prior(info.context.session, industry)
        return SeasonalityPrior.from_record(found)
