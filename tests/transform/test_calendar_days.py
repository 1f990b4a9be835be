from __future__ import annotations

import dataclasses
import datetime as dt

import pytest

from core.records.calendar import CalendarDayRecord, CalendarProfile
from tests.transform.calendars import days_of

NOWHERE = CalendarProfile((), (), 1, fiscal_year_named_by_end=True)


def on(year: int, month: int, day: int, profile: CalendarProfile = NOWHERE) -> CalendarDayRecord:
    date = dt.date(year, month, day)
    (record,) = days_of(profile, date, date)
    return record


def fiscal(year: int, month: int, start: int, *, by_end: bool) -> tuple[int, int, int]:
    record = on(year, month, 15, CalendarProfile((), (), start, fiscal_year_named_by_end=by_end))
    return record.fiscal_year, record.fiscal_quarter, record.fiscal_month


def test_every_part_of_a_day() -> None:
    expected = CalendarDayRecord(
        date=dt.date(2024, 12, 30),
        year=2024,
        quarter=4,
        month=12,
        day=30,
        day_of_year=365,
        day_of_week=1,
        is_weekend=False,
        iso_year=2025,
        iso_week=1,
        week_start=dt.date(2024, 12, 30),
        is_month_start=False,
        is_month_end=False,
        is_quarter_end=False,
        fiscal_year=2024,
        fiscal_quarter=4,
        fiscal_month=12,
        is_holiday=False,
        holidays=(),
        retail_events=(),
    )
    assert expected == on(2024, 12, 30)


def test_values_are_plain_python() -> None:
    record = on(2026, 2, 14)
    types = {type(getattr(record, field.name)) for field in dataclasses.fields(record)}
    assert types == {dt.date, int, bool, tuple}


@pytest.mark.parametrize(
    ("day", "iso"),
    [
        (dt.date(2021, 1, 3), (2020, 53, dt.date(2020, 12, 28))),
        (dt.date(2022, 1, 1), (2021, 52, dt.date(2021, 12, 27))),
        (dt.date(2026, 11, 22), (2026, 47, dt.date(2026, 11, 16))),
    ],
)
def test_an_iso_week_belongs_to_the_year_of_its_thursday(
    day: dt.date, iso: tuple[int, int, dt.date]
) -> None:
    record = on(day.year, day.month, day.day)
    assert iso == (record.iso_year, record.iso_week, record.week_start)


def test_a_leap_year_has_a_29th_of_february() -> None:
    leap = days_of(NOWHERE, dt.date(2024, 1, 1), dt.date(2024, 12, 31))
    assert len(leap) == 366
    assert [r.is_month_end for r in leap if r.month == 2][-2:] == [False, True]
    assert len(days_of(NOWHERE, dt.date(2100, 1, 1), dt.date(2100, 12, 31))) == 365


def test_ends_of_months_and_quarters() -> None:
    year = days_of(NOWHERE, dt.date(2026, 1, 1), dt.date(2026, 12, 31))
    assert [r.date for r in year if r.is_quarter_end] == [
        dt.date(2026, 3, 31),
        dt.date(2026, 6, 30),
        dt.date(2026, 9, 30),
        dt.date(2026, 12, 31),
    ]
    assert sum(r.is_month_start for r in year) == sum(r.is_month_end for r in year) == 12


def test_a_fiscal_year_is_named_by_its_end_or_its_start() -> None:
    assert fiscal(2026, 11, 2, by_end=True) == (2027, 4, 10)
    assert fiscal(2026, 11, 2, by_end=False) == (2026, 4, 10)
    assert fiscal(2026, 1, 2, by_end=True) == (2026, 4, 12)
    assert fiscal(2026, 1, 2, by_end=False) == (2025, 4, 12)
    assert fiscal(2026, 4, 4, by_end=False) == (2026, 1, 1)


@pytest.mark.parametrize("by_end", [True, False])
def test_a_fiscal_year_from_january_is_the_calendar_year(*, by_end: bool) -> None:
    assert [fiscal(2026, month, 1, by_end=by_end) for month in (1, 12)] == [
        (2026, 1, 1),
        (2026, 4, 12),
    ]
