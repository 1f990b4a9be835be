from __future__ import annotations

import datetime as dt
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from core.calendar import calendar_days
from core.records.calendar import CalendarDayRecord, CalendarProfile, HolidayKind
from core.units import DateRange
from tests.transform.calendars import days_of
from transform.calendar import calendar_marks, edition
from transform.calendar.public_holidays import weekend_of

COUNTRIES = ("US", "GB", "DE", "FR", "ES", "JP", "CN", "SA", "GR", "NZ")
ONE_DAY = dt.timedelta(days=1)

PROFILES = st.builds(
    CalendarProfile,
    countries=st.lists(st.sampled_from(COUNTRIES), unique=True, max_size=4).map(tuple),
    fiscal_start_month=st.integers(1, 12),
    fiscal_year_named_by_end=st.booleans(),
)
STARTS = st.dates(dt.date(1970, 1, 1), dt.date(2070, 1, 1))
LENGTHS = st.integers(0, 800)


@st.composite
def ranges(draw: st.DrawFn) -> tuple[dt.date, dt.date]:
    since = draw(STARTS)
    return since, since + ONE_DAY * draw(LENGTHS)


def check_gregorian(record: CalendarDayRecord) -> None:
    date = record.date
    assert (record.year, record.month, record.day) == (date.year, date.month, date.day)
    assert record.quarter == (date.month + 2) // 3
    assert record.day_of_year == date.timetuple().tm_yday
    assert record.is_month_start == (date.day == 1)
    assert record.is_month_end == ((date + ONE_DAY).day == 1)
    assert record.is_quarter_end == (record.is_month_end and date.month % 3 == 0)


def check_iso(record: CalendarDayRecord, profile: CalendarProfile) -> None:
    iso = record.date.isocalendar()
    assert (record.iso_year, record.iso_week, record.day_of_week) == tuple(iso)
    assert record.week_start == dt.date.fromisocalendar(iso.year, iso.week, 1)
    assert record.is_weekend == (iso.weekday in weekend_of(profile.countries))


def check_fiscal(record: CalendarDayRecord, profile: CalendarProfile) -> None:
    assert record.fiscal_quarter == (record.fiscal_month + 2) // 3
    assert (record.month - profile.fiscal_start_month - record.fiscal_month + 1) % 12 == 0
    named = profile.fiscal_year_named_by_end and profile.fiscal_start_month > 1
    months_since_start = record.fiscal_month - 1 + 12 * (record.fiscal_year - named)
    assert months_since_start + profile.fiscal_start_month == 12 * record.year + record.month


@given(PROFILES, ranges())
@settings(max_examples=60, deadline=None)
def test_each_date_stands_once_in_order_with_consistent_parts(
    profile: CalendarProfile, days: tuple[dt.date, dt.date]
) -> None:
    records = days_of(profile, *days)
    assert (records[0].date, records[-1].date) == days
    assert all(after.date - before.date == ONE_DAY for before, after in pairwise(records))
    for record in records:
        check_gregorian(record)
        check_iso(record, profile)
        check_fiscal(record, profile)


@given(PROFILES, ranges())
@settings(max_examples=60, deadline=None)
def test_holidays_and_events_are_the_profiles_and_cover_the_day(
    profile: CalendarProfile, days: tuple[dt.date, dt.date]
) -> None:
    for record in days_of(profile, *days):
        public = [each for each in record.holidays if each.kind is HolidayKind.PUBLIC]
        assert record.is_holiday == bool(public)
        assert {holiday.country for holiday in record.holidays} <= {*profile.countries}
        assert {event.country for event in record.retail_events} <= {None, *profile.countries}
        assert all(e.starts_on <= record.date <= e.ends_on for e in record.retail_events)
        assert len(set(record.retail_events)) == len(record.retail_events)


@given(PROFILES, ranges())
@settings(max_examples=40, deadline=None)
def test_a_day_does_not_depend_on_the_range_it_is_asked_in(
    profile: CalendarProfile, one: tuple[dt.date, dt.date]
) -> None:
    """Marks reach a year beyond what is asked for, as the store reads them."""
    dates = DateRange(one[0] - ONE_DAY * 400, one[1] + ONE_DAY * 400)
    made = edition(profile, dates)
    wanted = [one[0] + ONE_DAY * ahead for ahead in range(DateRange(*one).days)]
    near = DateRange(one[0] - ONE_DAY * 366, one[1] + ONE_DAY * 366)
    whole = calendar_days(made, calendar_marks(profile, dates), (), wanted)
    part = calendar_days(made, calendar_marks(profile, near), (), wanted)
    assert list(whole) == list(part)
