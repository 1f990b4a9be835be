"""Gregorian, ISO and fiscal parts of dates."""

from __future__ import annotations

import datetime as dt

import pandas as pd

from transform.calendar.profile import CalendarProfile

SATURDAY = 6
MONTHS_PER_YEAR = 12
MONTHS_PER_QUARTER = 3


def day_frame(profile: CalendarProfile, since: dt.date, until: dt.date) -> pd.DataFrame:
    """One row per day, ascending, both ends included; columns named as in CalendarDayRecord.

    `date` and `week_start` are datetime64, flags bool, all else integers; nothing is null.
    The weekend is Saturday and Sunday in every country.
    """
    dates = pd.Series(pd.date_range(since, until, unit="s"))
    return pd.concat([gregorian(dates), iso(dates), fiscal(dates, profile)], axis=1)


def gregorian(dates: pd.Series[pd.Timestamp]) -> pd.DataFrame:
    """Parts of the calendar year, beside `date` itself."""
    part = dates.dt
    return pd.DataFrame(
        {
            "date": dates,
            "year": part.year,
            "quarter": part.quarter,
            "month": part.month,
            "day": part.day,
            "day_of_year": part.day_of_year,
            "is_month_start": part.is_month_start,
            "is_month_end": part.is_month_end,
            "is_quarter_end": part.is_quarter_end,
        }
    )


def iso(dates: pd.Series[pd.Timestamp]) -> pd.DataFrame:
    """Parts of the ISO 8601 week date; a week belongs to the year of its Thursday."""
    parts = dates.dt.isocalendar().astype("int64")
    return pd.DataFrame(
        {
            "day_of_week": parts["day"],
            "is_weekend": parts["day"] >= SATURDAY,
            "iso_year": parts["year"],
            "iso_week": parts["week"],
            "week_start": dates - pd.to_timedelta(parts["day"] - 1, unit="D"),
        }
    )


def fiscal(dates: pd.Series[pd.Timestamp], profile: CalendarProfile) -> pd.DataFrame:
    """Parts of a fiscal year of twelve calendar months.

    A fiscal year that begins in January is the calendar year under either naming.
    """
    start = profile.fiscal_start_month
    months_in = (dates.dt.month - start) % MONTHS_PER_YEAR
    started_in = dates.dt.year - (dates.dt.month < start)
    return pd.DataFrame(
        {
            "fiscal_year": started_in + (profile.fiscal_year_named_by_end and start > 1),
            "fiscal_quarter": months_in // MONTHS_PER_QUARTER + 1,
            "fiscal_month": months_in + 1,
        }
    )
