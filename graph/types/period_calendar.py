"""Flat columns of the calendar of one period."""

from __future__ import annotations

from dataclasses import asdict, fields
from typing import Any

import strawberry

from resolvers.attribution_calendar import PeriodCalendar


@strawberry.type
class PeriodColumns:
    """PeriodCalendar on the wire."""

    iso_week: int | None = strawberry.field(
        description=(
            "ISO week of its first day, 1 to 53. Null, like all of the calendar, outside your "
            "calendar and without `includeCalendar`."
        )
    )
    month: int | None = strawberry.field(description="Month of its first day, 1 to 12.")
    quarter: int | None = strawberry.field(description="Calendar quarter of its first day, 1 to 4.")
    fiscal_year: int | None = strawberry.field(description="Your fiscal year on its first day.")
    fiscal_quarter: int | None = strawberry.field(description="Quarter of it, 1 to 4.")
    day_of_week: int | None = strawberry.field(
        description="1 for Monday to 7 for Sunday; null for weeks and months."
    )
    is_weekend: bool | None = strawberry.field(
        description="Whether a day of your weekend; null for weeks and months."
    )
    is_holiday: bool | None = strawberry.field(
        description="Whether any of your countries keeps a holiday on any of its days."
    )
    holiday_names: list[str] | None = strawberry.field(description="The holidays kept on its days.")
    retail_events: list[str] | None = strawberry.field(
        description="Names of what moves retail on its days."
    )
    events: list[str] | None = strawberry.field(description="Names of your own events on its days.")
    days_in_period: int | None = strawberry.field(description="How many days the period has.")
    weekend_days: int | None = strawberry.field(description="How many of them are weekend.")
    holidays: int | None = strawberry.field(description="How many of them are holidays.")
    business_days: int | None = strawberry.field(
        description="How many of them are worked in your home country."
    )


_LISTS = ("holiday_names", "retail_events", "events")
_NAMES = tuple(field.name for field in fields(PeriodCalendar))


def period_columns(known: PeriodCalendar | None) -> dict[str, Any]:
    """The constructor's arguments for PeriodColumns."""
    if known is None:
        return dict.fromkeys(_NAMES)
    told = asdict(known)
    return told | {name: list(told[name]) for name in _LISTS}
