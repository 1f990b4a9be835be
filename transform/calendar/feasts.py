"""Days that move from year to year, as functions of the year."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import TypeAlias

DayOfYear: TypeAlias = Callable[[int], dt.date]

MONDAY, THURSDAY, SUNDAY = 1, 4, 7
DAYS_PER_WEEK = 7


def fixed(month: int, day: int) -> DayOfYear:
    """The same date every year."""
    return lambda year: dt.date(year, month, day)


def nth(place: int, weekday: int, month: int) -> DayOfYear:
    """The first (1), second (2), … ISO `weekday` of a month."""

    def day(year: int) -> dt.date:
        first = dt.date(year, month, 1)
        ahead = (weekday - first.isoweekday()) % DAYS_PER_WEEK
        return first + dt.timedelta(days=ahead + DAYS_PER_WEEK * (place - 1))

    return day


def last(weekday: int, month: int) -> DayOfYear:
    """The last ISO `weekday` of a month."""

    def day(year: int) -> dt.date:
        fifth = nth(5, weekday, month)(year)
        return fifth if fifth.month == month else fifth - dt.timedelta(days=DAYS_PER_WEEK)

    return day


def after(anchor: DayOfYear, days: int) -> DayOfYear:
    """`days` after another day; before it when negative."""
    return lambda year: anchor(year) + dt.timedelta(days=days)


def easter(year: int) -> dt.date:
    """Easter Sunday of the western churches, Gregorian calendar.

    The anonymous algorithm of Butcher's Ecclesiastical Calendar (1876), as given by Jean Meeus,
    Astronomical Algorithms (1991), chapter 8.
    """
    century, in_century = divmod(year, 100)
    golden = year % 19
    lunar_shift = (8 * century + 13) // 25
    epact = (19 * golden + century - century // 4 - lunar_shift + 15) % 30
    to_sunday = (32 + 2 * (century % 4) + 2 * (in_century // 4) - epact - in_century % 4) % 7
    late = (golden + 11 * epact + 22 * to_sunday) // 451
    month, day = divmod(epact + to_sunday - 7 * late + 114, 31)
    return dt.date(year, month, day + 1)


def orthodox_easter(year: int) -> dt.date:
    """Easter Sunday by Julian reckoning, as a Gregorian date. Meeus, the same chapter."""
    full_moon = (19 * (year % 19) + 15) % 30
    to_sunday = (2 * (year % 4) + 4 * (year % 7) - full_moon + 34) % 7
    month, day = divmod(full_moon + to_sunday + 114, 31)
    return dt.date(year, month, day + 1) + dt.timedelta(days=_julian_lag(year))


def _julian_lag(year: int) -> int:
    """Days that the Julian calendar is behind from March on."""
    century = year // 100
    return century - century // 4 - 2


def french_mothers_day(year: int) -> dt.date:
    """The last Sunday of May, or the first of June where that is Pentecost.

    Loi n° 50-577 du 24 mai 1950, article 2.
    """
    sunday = last(SUNDAY, 5)(year)
    is_pentecost = sunday == easter(year) + dt.timedelta(days=49)
    return nth(1, SUNDAY, 6)(year) if is_pentecost else sunday
