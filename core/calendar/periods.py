"""Weeks, months, quarters and years that hold a date."""

from __future__ import annotations

import calendar
import datetime as dt
from typing import Any

DAYS_PER_WEEK = 7
MONTHS_PER_QUARTER = 3
MONTHS_PER_YEAR = 12
ONE_DAY = dt.timedelta(days=1)
_SIX_DAYS = dt.timedelta(days=DAYS_PER_WEEK - 1)
# Not those of the `calendar` module, which speaks the language of the machine.
DAY_NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTH_NAMES = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


def week_of(day: int, first: int) -> int:
    """A number for the week that holds a day, one more for each week; weeks begin on ISO `first`.

    `day` is numbered as `date.toordinal` does, for whom day 1 was a Monday.
    """
    return (day - first) // DAYS_PER_WEEK


def first_day(week: int, first: int) -> dt.date:
    """The day that a week of that number begins on."""
    return dt.date.fromordinal(week * DAYS_PER_WEEK + first)


def end_of_month(year: int, month: int) -> dt.date:
    """The last day of a month."""
    return dt.date(year, month, calendar.monthrange(year, month)[1])


def month_on(first: dt.date, months: int) -> dt.date:
    """The first day of the month that comes `months` after that of `first`."""
    years, month = divmod(first.month - 1 + months, MONTHS_PER_YEAR)
    return dt.date(first.year + years, month + 1, 1)


def week_columns(start: dt.date) -> dict[str, Any]:
    """The week that begins on `start`, under the names of CalendarDayRecord."""
    return {"week_start": start, "week_end": start + _SIX_DAYS}


def month_columns(year: int, month: int) -> dict[str, Any]:
    """A month, the quarter and the year it lies in, under the names of CalendarDayRecord."""
    quarter = (month - 1) // MONTHS_PER_QUARTER + 1
    last = MONTHS_PER_QUARTER * quarter
    end = end_of_month(year, month)
    return {
        "year": year,
        "quarter": quarter,
        "month": month,
        "month_name": MONTH_NAMES[month - 1],
        "days_in_month": end.day,
        "is_leap_year": calendar.isleap(year),
        "month_start": end.replace(day=1),
        "month_end": end,
        "quarter_start": dt.date(year, last - MONTHS_PER_QUARTER + 1, 1),
        "quarter_end": end_of_month(year, last),
        "year_start": dt.date(year, 1, 1),
        "year_end": dt.date(year, MONTHS_PER_YEAR, 31),
    }
