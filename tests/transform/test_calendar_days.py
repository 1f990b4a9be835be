from __future__ import annotations

import datetime as dt

import pytest

from core.periods import Weekday
from core.records.calendar import (
    FLAT_COLUMNS,
    CalendarDayRecord,
    CalendarProfile,
    HolidayKind,
    HolidayRecord,
    MarketingSeason,
    RetailWeekRecord,
    Season,
)
from tests.transform.calendars import days_of

NOWHERE = CalendarProfile()
AROUND = dt.timedelta(days=366)


def on(year: int, month: int, day: int, profile: CalendarProfile = NOWHERE) -> CalendarDayRecord:
    date = dt.date(year, month, day)
    (record,) = (r for r in days_of(profile, date - AROUND, date + AROUND) if r.date == date)
    return record


def fiscal(year: int, month: int, start: int, *, by_end: bool) -> tuple[int, int, int]:
    record = on(year, month, 15, CalendarProfile((), (), start, fiscal_year_named_by_end=by_end))
    return record.fiscal_year, record.fiscal_quarter, record.fiscal_month


def test_every_part_of_a_day() -> None:
    profile = CalendarProfile(("DE", "US"), ("DE-BY",), 2, week_start=Weekday.SUNDAY)
    record = on(2026, 11, 27, profile)
    assert record == CalendarDayRecord(
        date=dt.date(2026, 11, 27),
        year=2026,
        quarter=4,
        month=11,
        month_name="November",
        day=27,
        day_of_week=5,
        day_name="Friday",
        day_of_quarter=58,
        day_of_year=331,
        days_in_month=30,
        is_leap_year=False,
        is_weekend=False,
        iso_year=2026,
        iso_week=48,
        week_start=dt.date(2026, 11, 22),
        week_end=dt.date(2026, 11, 28),
        month_start=dt.date(2026, 11, 1),
        month_end=dt.date(2026, 11, 30),
        quarter_start=dt.date(2026, 10, 1),
        quarter_end=dt.date(2026, 12, 31),
        year_start=dt.date(2026, 1, 1),
        year_end=dt.date(2026, 12, 31),
        is_week_start=False,
        is_week_end=False,
        is_month_start=False,
        is_month_end=False,
        is_quarter_start=False,
        is_quarter_end=False,
        is_year_start=False,
        is_year_end=False,
        is_business_day=True,
        business_day_of_month=20,
        business_days_in_month=21,
        fiscal_year=2027,
        fiscal_quarter=4,
        fiscal_month=10,
        fiscal_week=43,
        fiscal_year_start=dt.date(2026, 2, 1),
        fiscal_year_end=dt.date(2027, 1, 31),
        fiscal_quarter_start=dt.date(2026, 11, 1),
        fiscal_quarter_end=dt.date(2027, 1, 31),
        is_fiscal_year_start=False,
        is_fiscal_year_end=False,
        retail=RetailWeekRecord(
            year=2027,
            quarter=4,
            period=10,
            week=43,
            week_of_period=4,
            weeks_in_year=52,
            year_start=dt.date(2026, 2, 1),
            year_end=dt.date(2027, 1, 30),
            period_start=dt.date(2026, 11, 1),
            period_end=dt.date(2026, 11, 28),
        ),
        nrf=RetailWeekRecord(
            year=2026,
            quarter=4,
            period=10,
            week=43,
            week_of_period=4,
            weeks_in_year=52,
            year_start=dt.date(2026, 2, 1),
            year_end=dt.date(2027, 1, 30),
            period_start=dt.date(2026, 11, 1),
            period_end=dt.date(2026, 11, 28),
        ),
        season=Season.AUTUMN,
        marketing_season=MarketingSeason.FALL_HOLIDAY_PREP,
        is_holiday=False,
        is_bank_holiday=False,
        last_holiday=dt.date(2026, 11, 26),
        next_holiday=dt.date(2026, 12, 25),
        days_since_last_holiday=1,
        days_to_next_holiday=28,
        is_black_friday=True,
        is_cyber_monday=False,
        is_prime_day=False,
        is_prime_big_deal_days=False,
        is_singles_day=False,
        is_thanksgiving=False,
        is_christmas_day=False,
        is_boxing_day=False,
        is_valentines_day=False,
        is_easter_sunday=False,
        is_mothers_day=False,
        is_fathers_day=False,
        is_halloween=False,
        is_back_to_school=False,
        is_super_bowl=False,
        days_since_last_retail_event=0,
        days_to_next_retail_event=0,
        holidays=(),
        retail_events=record.retail_events,
        events=(),
    )
    assert [event.name for event in record.retail_events] == ["Black Friday"]


def test_values_are_plain_python() -> None:
    record = on(2026, 2, 14)
    types = {type(getattr(record, name)) for name in FLAT_COLUMNS}
    assert types == {dt.date, int, bool, str, Season, MarketingSeason, type(None)}


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


def test_a_holiday_of_a_subdivision_names_those_of_the_tenant_that_keep_it() -> None:
    """Assumption Day is kept in parts of Bavaria and in Saarland, Reformation Day in the north."""
    profile = CalendarProfile(("DE",), ("DE-BY", "DE-HH", "DE-SH"))
    reformation = on(2026, 10, 31, profile)
    assert reformation.holidays == (
        HolidayRecord("Reformation Day", "DE", HolidayKind.PUBLIC, ("DE-HH", "DE-SH")),
    )
    assert reformation.is_holiday
    epiphany = on(2026, 1, 6, profile)
    assert epiphany.holidays == (HolidayRecord("Epiphany", "DE", HolidayKind.PUBLIC, ("DE-BY",)),)
    assert not epiphany.is_business_day
    assert on(2026, 1, 6, CalendarProfile(("DE",))).is_business_day


def test_a_tenant_of_alsace_keeps_good_friday() -> None:
    alsace = on(2026, 4, 3, CalendarProfile(("FR",), ("FR-6AE",)))
    assert alsace.holidays == (HolidayRecord("Good Friday", "FR", HolidayKind.PUBLIC, ("FR-6AE",)),)
    assert not on(2026, 4, 3, CalendarProfile(("FR",))).is_holiday


def test_kinds_of_holidays_are_told_apart() -> None:
    """Valentine's Day is no day off, and 31 December closes Belgium's banks only in name."""
    valentines = on(2026, 2, 14, CalendarProfile(("US",)))
    assert valentines.holidays == (HolidayRecord("Valentine's Day", "US", HolidayKind.OBSERVANCE),)
    assert (valentines.is_holiday, valentines.is_bank_holiday) == (False, False)
    good_friday = on(2026, 4, 3, CalendarProfile(("BE",)))
    assert [each.kind for each in good_friday.holidays] == [HolidayKind.BANK]
    assert (good_friday.is_holiday, good_friday.is_bank_holiday) == (False, True)
    assert good_friday.is_business_day


def test_the_weekend_is_that_of_the_home_country() -> None:
    friday, sunday = (on(2026, 11, day, CalendarProfile(("SA", "US"))) for day in (27, 29))
    assert (friday.is_weekend, friday.is_business_day) == (True, False)
    assert (sunday.is_weekend, sunday.is_business_day) == (False, True)
    assert on(2026, 11, 27, CalendarProfile(("US", "SA"))).is_business_day is True


def test_a_weekend_day_worked_in_exchange_is_a_business_day() -> None:
    worked = on(2024, 10, 12, CalendarProfile(("CN",)))
    assert [each.kind for each in worked.holidays] == [HolidayKind.WORKDAY]
    assert (worked.is_weekend, worked.is_business_day, worked.is_holiday) == (True, True, False)


def test_a_holiday_abroad_is_worked_at_home() -> None:
    thanksgiving = on(2026, 11, 26, CalendarProfile(("DE", "US")))
    assert (thanksgiving.is_holiday, thanksgiving.is_business_day) == (True, True)
    assert not on(2026, 11, 26, CalendarProfile(("US", "DE"))).is_business_day


def test_days_are_counted_to_and_from_holidays_and_big_events() -> None:
    day = on(2026, 12, 1, CalendarProfile(("US",)))
    assert (day.days_since_last_holiday, day.last_holiday) == (5, dt.date(2026, 11, 26))
    assert (day.days_to_next_holiday, day.next_holiday) == (24, dt.date(2026, 12, 25))
    assert (day.days_since_last_retail_event, day.days_to_next_retail_event) == (1, 24)
    nowhere = on(2026, 12, 1)
    assert (nowhere.last_holiday, nowhere.days_to_next_holiday) == (None, None)


def test_cyber_monday_of_2025_is_a_day_of_december() -> None:
    assert [on(2025, 12, 1).is_cyber_monday, on(2025, 11, 24).is_cyber_monday] == [True, False]
    assert [on(2025, 11, 28).is_black_friday, on(2025, 7, 8).is_prime_day] == [True, False]
    prime = [on(2025, 7, day, CalendarProfile(("US",))).is_prime_day for day in (7, 8, 11, 12)]
    assert prime == [False, True, True, False]


def test_seasons_turn_round_in_the_south() -> None:
    months = (1, 4, 7, 10)
    north, south = (CalendarProfile((home,)) for home in ("US", "AU"))
    assert [on(2026, month, 1, north).season for month in months] == [*Season]
    assert [on(2026, month, 1, south).season for month in months] == [
        Season.SUMMER, Season.AUTUMN, Season.WINTER, Season.SPRING,
    ]  # fmt: skip
    assert [on(2026, month, 1, south).marketing_season for month in months] == [*MarketingSeason]
