"""Retail years against the NRF's list, and as properties of any profile."""

from __future__ import annotations

import csv
import datetime as dt
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.calendar import periods
from core.calendar.retail_years import NRF, RetailYears
from core.records.calendar import RetailPattern, RetailWeekRecord
from tests.support import SHARED_DATA

YEARS = SHARED_DATA / "calendar" / "nrf_454_years_computed.csv"
WEEK = dt.timedelta(days=7)
ONE_DAY = dt.timedelta(days=1)

ANY = st.builds(
    RetailYears,
    start_month=st.integers(1, 12),
    first=st.integers(1, 7),
    pattern=st.sampled_from(RetailPattern),
    named_by_end=st.booleans(),
)


def week_start(years: RetailYears, date: dt.date) -> dt.date:
    return periods.first_day(periods.week_of(date.toordinal(), years.first), years.first)


def week_of(years: RetailYears, date: dt.date) -> RetailWeekRecord:
    return years.week_from(week_start(years, date))


def test_years_are_those_of_the_nrf() -> None:
    if not YEARS.exists():
        pytest.skip("the NRF's years are not beside this checkout")
    with YEARS.open() as lines:
        listed = [
            (int(row["fiscal_year"]), row["start"], row["end"], int(row["weeks"]))
            for row in csv.DictReader(lines)
        ]
    assert len(listed) == 36
    for year, start, end, weeks in listed:
        found = week_of(NRF, dt.date.fromisoformat(start))
        told = (found.year, found.week, found.weeks_in_year)
        assert told == (year, 1, weeks)
        assert (found.year_start.isoformat(), found.year_end.isoformat()) == (start, end)
    assert [year for year, *_, weeks in listed if weeks == 53] == [
        2000,
        2006,
        2012,
        2017,
        2023,
        2028,
        2034,
    ]


def test_periods_of_a_year_of_the_nrf() -> None:
    """The NRF's calendar of 2023: February of four weeks, January of five, with the 53rd."""
    starts = [
        "2023-01-29", "2023-02-26", "2023-04-02", "2023-04-30", "2023-05-28", "2023-07-02",
        "2023-07-30", "2023-08-27", "2023-10-01", "2023-10-29", "2023-11-26", "2023-12-31",
    ]  # fmt: skip
    found = [week_of(NRF, dt.date.fromisoformat(start)) for start in starts]
    assert [(each.period, each.period_start.isoformat()) for each in found] == list(
        zip(range(1, 13), starts, strict=True)
    )
    last = found[-1]
    assert (last.quarter, last.weeks_in_year, last.period_end) == (4, 53, dt.date(2024, 2, 3))
    assert week_of(NRF, dt.date(2024, 2, 3)).week_of_period == 5
    assert week_of(NRF, dt.date(2024, 2, 4)).year == 2024


def test_a_4_4_5_year_of_calendar_months() -> None:
    years = RetailYears(1, 1, RetailPattern.FOUR_FOUR_FIVE, named_by_end=False)
    day = week_of(years, dt.date(2026, 11, 27))
    assert (day.year, day.quarter, day.period, day.week, day.week_of_period) == (2026, 4, 12, 48, 1)
    assert (day.year_start, day.year_end) == (dt.date(2025, 12, 29), dt.date(2027, 1, 3))
    assert day.weeks_in_year == 53


@given(ANY, st.dates(dt.date(1990, 1, 1), dt.date(2060, 1, 1)))
@settings(max_examples=60, deadline=None)
def test_weeks_follow_each_other_without_a_gap(years: RetailYears, date: dt.date) -> None:
    first = week_start(years, date)
    weeks = [(first + WEEK * n, years.week_from(first + WEEK * n)) for n in range(120)]
    for (start, week), (_, after) in pairwise(weeks):
        is_last = week.week == week.weeks_in_year
        assert after.week == (1 if is_last else week.week + 1)
        assert after.year == week.year + is_last
        assert (after.period, after.quarter) >= (week.period, week.quarter) or is_last
        assert week.quarter == (week.period + 2) // 3
        assert week.year_start + WEEK * (week.week - 1) == start
        assert week.period_start + WEEK * (week.week_of_period - 1) == start
        assert week.period_start <= start <= week.period_end <= week.year_end


@given(ANY, st.integers(1990, 2060))
@settings(max_examples=60, deadline=None)
def test_a_year_has_52_or_53_weeks_and_begins_within_three_days_of_its_month(
    years: RetailYears, year: int
) -> None:
    start = years.begins(year)
    assert start.isoweekday() == years.first
    assert abs(start - dt.date(year, years.start_month, 1)) <= 3 * ONE_DAY
    assert (years.begins(year + 1) - start).days in {52 * 7, 53 * 7}
