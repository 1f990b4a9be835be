"""The periods of figures, and the days that they are compared with."""

from __future__ import annotations

from datetime import date, timedelta
from enum import StrEnum

from core.periods import Grain, Weekday, period_of
from core.units import DateRange

_DAY = timedelta(days=1)
_YEAR_OF_WEEKS = timedelta(days=364)
_MONTHS = 12


class Compared(StrEnum):
    """Which earlier days figures are compared with."""

    PREVIOUS_PERIOD = "PREVIOUS_PERIOD"
    PREVIOUS_YEAR = "PREVIOUS_YEAR"


def compared_days(dates: DateRange, to: Compared, grain: Grain | None) -> DateRange:
    """The days before, or those of a year before.

    Before whole months lie as many whole months, else as many days. A year before is the same
    date, 28 February for the 29th; of whole months whole months; by weeks 52 weeks before.
    """
    if to is Compared.PREVIOUS_YEAR and grain is Grain.WEEK:
        return DateRange(dates.since - _YEAR_OF_WEEKS, dates.until - _YEAR_OF_WEEKS)
    if _is_whole_months(dates):
        months = _months(dates.since, dates.until) + 1
        back = _MONTHS if to is Compared.PREVIOUS_YEAR else months
        since = _first_of(dates.since, -back)
        return DateRange(since, _first_of(since, months) - _DAY)
    if to is Compared.PREVIOUS_YEAR:
        return DateRange(_year_before(dates.since), _year_before(dates.until))
    until = dates.since - _DAY
    return DateRange(until - timedelta(days=dates.days - 1), until)


def days_of(
    dates: DateRange, step: int, grain: Grain | None, week_start: Weekday
) -> DateRange | None:
    """The days of the period number `step` of `dates`, from 0; None beyond them."""
    if grain is None:
        return dates if step == 0 else None
    first = period_of(dates.since, grain, week_start).since
    start = _first_of(first, step) if grain is Grain.MONTH else first + step * _LONG[grain]
    if start > dates.until:
        return None
    whole = period_of(start, grain, week_start)
    return DateRange(max(whole.since, dates.since), min(whole.until, dates.until))


_LONG = {Grain.DAY: timedelta(days=1), Grain.WEEK: timedelta(days=7)}


def _is_whole_months(dates: DateRange) -> bool:
    return dates.since.day == 1 and (dates.until + _DAY).day == 1


def _months(since: date, until: date) -> int:
    return _MONTHS * (until.year - since.year) + until.month - since.month


def _first_of(day: date, months: int) -> date:
    """The first of the month that lies so many months after the day's own."""
    number = _MONTHS * day.year + day.month - 1 + months
    return date(number // _MONTHS, number % _MONTHS + 1, 1)


def _year_before(day: date) -> date:
    is_leap_day = day.month == 2 and day.day == 29  # noqa: PLR2004 - 29 February
    return day.replace(year=day.year - 1, day=28 if is_leap_day else day.day)
