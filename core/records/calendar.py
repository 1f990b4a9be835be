"""Days, as the tenant's calendar sees them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class HolidayRecord:
    """A public holiday; `country` is an ISO 3166 code."""

    name: str
    country: str


@dataclass(frozen=True, slots=True)
class RetailEventRecord:
    """A day or span that moves retail; `source` says where the dates come from.

    `confidence`: 1 for a computed rule or an announced date, lower where sources disagree.
    """

    name: str
    country: str | None
    starts_on: dt.date
    ends_on: dt.date
    source: str
    confidence: float


@dataclass(frozen=True, slots=True)
class CalendarDayRecord:
    """One row per tenant and date. Weeks are ISO; `day_of_week` is 1 for Monday to 7."""

    date: dt.date
    year: int
    quarter: int
    month: int
    day: int
    day_of_year: int
    day_of_week: int
    is_weekend: bool
    iso_year: int
    iso_week: int
    week_start: dt.date
    is_month_start: bool
    is_month_end: bool
    is_quarter_end: bool
    fiscal_year: int
    fiscal_quarter: int
    fiscal_month: int
    is_holiday: bool
    holidays: tuple[HolidayRecord, ...]
    retail_events: tuple[RetailEventRecord, ...]
