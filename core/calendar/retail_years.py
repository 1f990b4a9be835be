"""Retail years of whole weeks: the NRF's 4-5-4 calendar, and a tenant's own."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from core.calendar.periods import DAYS_PER_WEEK, ONE_DAY
from core.records.calendar import CalendarProfile, RetailPattern, RetailWeekRecord

_WEEKS_PER_QUARTER = 13
_PERIODS_PER_QUARTER = 3
_QUARTERS = 4
_WEEK = ONE_DAY * DAYS_PER_WEEK
_HALF_A_WEEK = 3
_WEEKS = {
    RetailPattern.FOUR_FOUR_FIVE: (4, 4, 5),
    RetailPattern.FOUR_FIVE_FOUR: (4, 5, 4),
    RetailPattern.FIVE_FOUR_FOUR: (5, 4, 4),
}


@dataclass(frozen=True, slots=True)
class RetailYears:
    """How years of 52 or 53 weeks are cut.

    A year begins on the day of the week `first` (ISO) that is nearest to the first of
    `start_month`. Its 53rd week belongs to its last period.
    """

    start_month: int
    first: int
    pattern: RetailPattern
    named_by_end: bool

    def week_from(self, start: dt.date) -> RetailWeekRecord:
        """The week that begins on `start`, a day of the week `first`."""
        anchor = start.year + 1
        while self.begins(anchor) > start:
            anchor -= 1
        begins, ends = self.begins(anchor), self.begins(anchor + 1) - ONE_DAY
        place = (start - begins).days // DAYS_PER_WEEK
        quarter = min(place // _WEEKS_PER_QUARTER, _QUARTERS - 1)
        period, in_period = _period(self.pattern, place - quarter * _WEEKS_PER_QUARTER)
        number = _PERIODS_PER_QUARTER * quarter + period + 1
        period_start = start - _WEEK * in_period
        length = _WEEKS[self.pattern][period]
        is_last = number == _PERIODS_PER_QUARTER * _QUARTERS
        return RetailWeekRecord(
            year=anchor + self.named_by_end,
            quarter=quarter + 1,
            period=number,
            week=place + 1,
            week_of_period=in_period + 1,
            weeks_in_year=((ends - begins).days + 1) // DAYS_PER_WEEK,
            year_start=begins,
            year_end=ends,
            period_start=period_start,
            period_end=ends if is_last else period_start + _WEEK * length - ONE_DAY,
        )

    def begins(self, year: int) -> dt.date:
        """The first day of the year that is anchored in the calendar year `year`."""
        anchor = dt.date(year, self.start_month, 1)
        ahead = (self.first - anchor.isoweekday()) % DAYS_PER_WEEK
        return anchor + ONE_DAY * (ahead if ahead <= _HALF_A_WEEK else ahead - DAYS_PER_WEEK)


NRF = RetailYears(2, 7, RetailPattern.FOUR_FIVE_FOUR, named_by_end=False)
"""The 4-5-4 calendar of the National Retail Federation: years end on the Saturday nearest to
31 January and are named by the calendar year they begin in.
"""


def retail_years(profile: CalendarProfile) -> RetailYears:
    """A tenant's own retail years: nearest to its fiscal ones, in its weeks, by its pattern."""
    named_by_end = profile.fiscal_year_named_by_end and profile.fiscal_start_month > 1
    return RetailYears(
        profile.fiscal_start_month, profile.week_start, profile.retail_pattern, named_by_end
    )


def _period(pattern: RetailPattern, in_quarter: int) -> tuple[int, int]:
    """Which period of its quarter a week lies in, and which week of it; both from 0."""
    first, second, _ = _WEEKS[pattern]
    if in_quarter < first:
        return 0, in_quarter
    if in_quarter < first + second:
        return 1, in_quarter - first
    return 2, in_quarter - first - second
