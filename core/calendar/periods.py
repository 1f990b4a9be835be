"""Weeks, months, quarters and years that hold a date."""

from __future__ import annotations

import calendar
import datetime as dt
from typing import Any

DAYS_PER_WEEK = 7
MONTHS_PER_QUARTER = 3


def start_of_week(date: dt.date, first: int) -> dt.date:
    """The last day of ISO weekday `first` up to `date`."""
    return date - dt.timedelta(days=(date.isoweekday() - first) % DAYS_PER_WEEK)


def iso_week(date: dt.date) -> dict[str, Any]:
    """ISO 8601: a week belongs to the year of its Thursday."""
    year, week, _ = date.isocalendar()
    return {"iso_year": year, "iso_week": week}


def gregorian_month(date: dt.date) -> dict[str, Any]:
    """The month of a date, and the quarter and year it lies in."""
    is_end = date.day == calendar.monthrange(date.year, date.month)[1]
    return {
        "year": date.year,
        "quarter": (date.month - 1) // MONTHS_PER_QUARTER + 1,
        "month": date.month,
        "is_month_end": is_end,
        "is_quarter_end": is_end and date.month % MONTHS_PER_QUARTER == 0,
    }
