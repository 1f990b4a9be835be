"""Days of the calendar."""

from __future__ import annotations

from typing import Annotated

import strawberry

from core.scope import Permission
from graph.context import Info
from graph.fields import guarded
from graph.inputs.dates import DateRangeInput
from graph.inputs.entries import AsOf
from graph.types.calendar import CalendarDimension
from resolvers import calendar


@strawberry.type
class CalendarQueries:
    """Root fields about the calendar."""

    @guarded(
        "Your calendar, day by day; days outside its years are left out.",
        needs=Permission.MEMORY_READ,
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
