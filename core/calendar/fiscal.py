"""The fiscal year of twelve calendar months."""

from __future__ import annotations

import datetime as dt
from typing import Any

from core.calendar.periods import MONTHS_PER_QUARTER, MONTHS_PER_YEAR, ONE_DAY, month_on
from core.records.calendar import CalendarProfile


def fiscal_columns(profile: CalendarProfile, year: int, month: int) -> dict[str, Any]:
    """Where a calendar month lies in the fiscal year, under the names of CalendarDayRecord.

    A fiscal year that begins in January is the calendar year under either naming.
    """
    start = profile.fiscal_start_month
    months_in = (month - start) % MONTHS_PER_YEAR
    begins = month_on(dt.date(year, month, 1), -months_in)
    quarter_begins = month_on(begins, months_in - months_in % MONTHS_PER_QUARTER)
    return {
        "fiscal_year": begins.year + (profile.fiscal_year_named_by_end and start > 1),
        "fiscal_quarter": months_in // MONTHS_PER_QUARTER + 1,
        "fiscal_month": months_in + 1,
        "fiscal_year_start": begins,
        "fiscal_year_end": month_on(begins, MONTHS_PER_YEAR) - ONE_DAY,
        "fiscal_quarter_start": quarter_begins,
        "fiscal_quarter_end": month_on(quarter_begins, MONTHS_PER_QUARTER) - ONE_DAY,
    }
