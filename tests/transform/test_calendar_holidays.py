from __future__ import annotations

import datetime as dt

import pytest

from core.records.calendar import CalendarProfile, HolidayKind, HolidayRecord
from tests.transform.calendars import days_of


def holidays(date: dt.date, *countries: str) -> tuple[HolidayRecord, ...]:
    profile = CalendarProfile(countries, (), 1, fiscal_year_named_by_end=True)
    (record,) = days_of(profile, date, date)
    public = tuple(each for each in record.holidays if each.kind is HolidayKind.PUBLIC)
    assert record.is_holiday == bool(public)
    return public


def test_one_day_in_several_countries_stands_in_the_order_of_the_profile() -> None:
    assert holidays(dt.date(2026, 5, 1), "FR", "US", "DE") == (
        HolidayRecord("Labor Day", "FR"),
        HolidayRecord("Labor Day", "DE"),
    )


def test_a_substitute_day_stands_beside_the_day_it_replaces() -> None:
    assert holidays(dt.date(2026, 7, 3), "US") == (
        HolidayRecord("Independence Day (observed)", "US"),
    )
    assert holidays(dt.date(2026, 7, 4), "US") == (HolidayRecord("Independence Day", "US"),)


def test_a_substitute_day_may_fall_in_the_year_before() -> None:
    assert holidays(dt.date(2021, 12, 31), "US") == (
        HolidayRecord("New Year's Day (observed)", "US"),
    )


@pytest.mark.parametrize(
    ("date", "country", "name"),
    [
        (dt.date(2026, 10, 3), "DE", "German Unity Day"),
        (dt.date(2026, 7, 14), "FR", "National Day"),
        (dt.date(2026, 2, 17), "CN", "Chinese New Year (Spring Festival)"),
        (dt.date(2026, 12, 26), "GB", "Boxing Day"),
        (dt.date(2026, 2, 6), "NZ", "Waitangi Day"),
        (dt.date(2026, 11, 8), "IN", "Diwali (Deepavali)"),
    ],
)
def test_names_are_english(date: dt.date, country: str, name: str) -> None:
    assert holidays(date, country) == (HolidayRecord(name, country),)


def test_days_of_one_part_of_a_country_are_left_out() -> None:
    assert holidays(dt.date(2026, 4, 6), "GB") == ()
    assert holidays(dt.date(2026, 4, 3), "GB") == (HolidayRecord("Good Friday", "GB"),)


def test_without_countries_there_are_no_holidays() -> None:
    assert holidays(dt.date(2026, 12, 25)) == ()
