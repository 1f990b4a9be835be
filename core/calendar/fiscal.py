"""The fiscal year of twelve calendar months."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from core.calendar.periods import MONTHS_PER_QUARTER
from core.records.calendar import CalendarProfile

MONTHS_PER_YEAR = 12


@lru_cache(maxsize=4096)
def fiscal_month(profile: CalendarProfile, year: int, month: int) -> dict[str, Any]:
    """Where a calendar month lies in the fiscal year.

    A fiscal year that begins in January is the calendar year under either naming.
    """
    start = profile.fiscal_start_month
    months_in = (month - start) % MONTHS_PER_YEAR
    started_in = year - (month < start)
    return {
        "fiscal_year": started_in + (profile.fiscal_year_named_by_end and start > 1),
        "fiscal_quarter": months_in // MONTHS_PER_QUARTER + 1,
        "fiscal_month": months_in + 1,
    }
