"""What the calendar says of a row's period: the day's own facts, or those of all its days."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from core.records.attribution import AttributionRowRecord
from core.records.calendar import CalendarDayRecord, HolidayKind
from core.units import DateRange
from resolvers.session import Session


@dataclass(frozen=True, slots=True)
class PeriodCalendar:
    """Facts of one period. What is told of a first day is None for the others of it.

    `day_of_week` and `is_weekend` are told of single days alone. `is_holiday`: of any day.
    """

    iso_week: int
    month: int
    quarter: int
    fiscal_year: int
    fiscal_quarter: int
    day_of_week: int | None
    is_weekend: bool | None
    is_holiday: bool
    holiday_names: tuple[str, ...]
    retail_events: tuple[str, ...]
    events: tuple[str, ...]
    days_in_period: int
    weekend_days: int
    holidays: int
    business_days: int


Calendar = Mapping[DateRange, PeriodCalendar]


async def calendar_of(
    session: Session, periods: Collection[DateRange], as_of: datetime
) -> Calendar:
    """By period, of those that the calendar of `as_of` holds whole."""
    if not periods:
        return {}
    span = DateRange(min(p.since for p in periods), max(p.until for p in periods))
    read = await session.stores.calendar.range(session.scope, span, as_of)
    days = {day.date: day for day in read}
    found = {period: [days.get(day) for day in period] for period in periods}
    return {
        period: _facts([day for day in whole if day is not None])
        for period, whole in found.items()
        if None not in whole
    }


def period_of_row(row: AttributionRowRecord) -> DateRange:
    """The whole period of a row."""
    return DateRange(row.key.time, row.until)


def _facts(days: Sequence[CalendarDayRecord]) -> PeriodCalendar:
    first = days[0]
    is_day = len(days) == 1
    return PeriodCalendar(
        iso_week=first.iso_week,
        month=first.month,
        quarter=first.quarter,
        fiscal_year=first.fiscal_year,
        fiscal_quarter=first.fiscal_quarter,
        day_of_week=first.day_of_week if is_day else None,
        is_weekend=first.is_weekend if is_day else None,
        is_holiday=any(day.is_holiday for day in days),
        holiday_names=_names(
            each.name for day in days for each in day.holidays if each.kind is HolidayKind.PUBLIC
        ),
        retail_events=_names(each.name for day in days for each in day.retail_events),
        events=_names(each.event.name for day in days for each in day.events),
        days_in_period=len(days),
        weekend_days=_count(days, lambda day: day.is_weekend),
        holidays=_count(days, lambda day: day.is_holiday),
        business_days=_count(days, lambda day: day.is_business_day),
    )


def _names(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))


def _count(days: Sequence[CalendarDayRecord], holds: Callable[[CalendarDayRecord], bool]) -> int:
    return sum(map(holds, days))
