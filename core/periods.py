"""Days, weeks and months as the periods that rows are summed over."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from enum import IntEnum, StrEnum

from core.units import DateRange

_DAY = timedelta(days=1)


class Grain(StrEnum):
    """How long a period is."""

    DAY = "DAY"
    WEEK = "WEEK"
    MONTH = "MONTH"


class Weekday(IntEnum):
    """Days of the week as ISO 8601 numbers them."""

    MONDAY = 1
    TUESDAY = 2
    WEDNESDAY = 3
    THURSDAY = 4
    FRIDAY = 5
    SATURDAY = 6
    SUNDAY = 7


def period_of(day: date, grain: Grain, week_start: Weekday = Weekday.MONDAY) -> DateRange:
    """The whole period that holds `day`; `week_start` counts for weeks alone."""
    if grain is Grain.DAY:
        return DateRange(day, day)
    if grain is Grain.WEEK:
        since = day - timedelta(days=(day.isoweekday() - week_start) % 7)
        return DateRange(since, since + timedelta(days=6))
    since = day.replace(day=1)
    return DateRange(since, (since + timedelta(days=31)).replace(day=1) - _DAY)


def periods(
    dates: DateRange, grain: Grain, week_start: Weekday = Weekday.MONDAY
) -> Iterator[DateRange]:
    """The periods that have a day in `dates`, oldest first, whole also at both ends."""
    period = period_of(dates.since, grain, week_start)
    while period.since <= dates.until:
        yield period
        period = period_of(period.until + _DAY, grain, week_start)


def stretch(
    start: date, count: int, grain: Grain, week_start: Weekday, *, backward: bool = False
) -> DateRange:
    """At least `count` whole periods from the one that holds `start` on, or (backward) up to it."""
    days = timedelta(days=(count - 1) * _LONGEST[grain])
    first = period_of(start, grain, week_start)
    if backward:
        return DateRange(period_of(first.since - days, grain, week_start).since, first.until)
    return DateRange(first.since, period_of(first.since + days, grain, week_start).until)


_LONGEST = {Grain.DAY: 1, Grain.WEEK: 7, Grain.MONTH: 31}
"""Days of a period, at most."""
