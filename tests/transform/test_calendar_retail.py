from __future__ import annotations

import datetime as dt

import pytest
from holidays import country_holidays

from core.records.calendar import CalendarProfile, RetailEventRecord
from tests.transform.calendars import days_of
from transform.calendar.feasts import SUNDAY, DayOfYear, easter, nth, orthodox_easter
from transform.calendar.retail import RULES, retail_events_by_date
from transform.calendar.sales import DATED_EVENTS, PRIME_DAYS, SUPER_BOWLS

SECOND_SUNDAY_OF_MAY = ("US", "DE", "AT", "CH", "AU", "CA", "IT", "NL")


def events(since: dt.date, until: dt.date, *countries: str) -> list[RetailEventRecord]:
    """Each occurrence once, in order of its first day in the range."""
    by_date = retail_events_by_date(countries, since, until)
    return list(dict.fromkeys(event for date in sorted(by_date) for event in by_date[date]))


def starts(name: str, year: int, *countries: str) -> list[tuple[str | None, dt.date]]:
    found = events(dt.date(year, 1, 1), dt.date(year, 12, 31), *countries)
    return [(event.country, event.starts_on) for event in found if event.name == name]


@pytest.mark.parametrize(
    ("year", "friday", "monday"),
    [
        (2023, dt.date(2023, 11, 24), dt.date(2023, 11, 27)),
        (2024, dt.date(2024, 11, 29), dt.date(2024, 12, 2)),
        (2025, dt.date(2025, 11, 28), dt.date(2025, 12, 1)),
        (2026, dt.date(2026, 11, 27), dt.date(2026, 11, 30)),
    ],
)
def test_cyber_monday_may_fall_in_december(year: int, friday: dt.date, monday: dt.date) -> None:
    assert starts("Black Friday", year, "DE") == [(None, friday)]
    assert starts("Cyber Monday", year, "DE") == [(None, monday)]
    assert starts("Thanksgiving", year, "US") == [("US", friday - dt.timedelta(days=1))]
    assert starts("Thanksgiving", year, "DE") == []


@pytest.mark.parametrize(
    ("country", "date"),
    [
        *((country, dt.date(2026, 5, 10)) for country in SECOND_SUNDAY_OF_MAY),
        ("GB", dt.date(2026, 3, 15)),
        ("FR", dt.date(2026, 5, 31)),
        ("ES", dt.date(2026, 5, 3)),
        ("SE", dt.date(2026, 5, 31)),
        ("PL", dt.date(2026, 5, 26)),
    ],
)
def test_mothers_day_follows_the_country(country: str, date: dt.date) -> None:
    assert starts("Mother's Day", 2026, country) == [(country, date)]


@pytest.mark.parametrize(
    ("year", "date"),
    [
        (2020, dt.date(2020, 6, 7)),
        (2022, dt.date(2022, 5, 29)),
        (2023, dt.date(2023, 6, 4)),
        (2024, dt.date(2024, 5, 26)),
        (2025, dt.date(2025, 5, 25)),
    ],
)
def test_french_mothers_day_makes_way_for_pentecost(year: int, date: dt.date) -> None:
    assert starts("Mother's Day", year, "FR") == [("FR", date)]


@pytest.mark.parametrize(
    ("country", "date"),
    [
        ("US", dt.date(2026, 6, 21)),
        ("GB", dt.date(2026, 6, 21)),
        ("DE", dt.date(2026, 5, 14)),
        ("IT", dt.date(2026, 3, 19)),
        ("AU", dt.date(2026, 9, 6)),
        ("SE", dt.date(2026, 11, 8)),
    ],
)
def test_fathers_day_follows_the_country(country: str, date: dt.date) -> None:
    assert starts("Father's Day", 2026, country) == [(country, date)]


@pytest.mark.parametrize(
    ("country", "name"),
    [
        *(("US", name) for name in ("Mother's Day", "Father's Day", "Halloween")),
        ("US", "Valentine's Day"),
        ("FI", "Mother's Day"),
        ("FI", "Father's Day"),
        ("LT", "Mother's Day"),
        ("LT", "Father's Day"),
        ("LV", "Mother's Day"),
    ],
)
def test_rules_agree_with_the_librarys_lesser_days(country: str, name: str) -> None:
    years = range(2010, 2041)
    theirs = country_holidays(
        country,
        years=years,
        categories=country_holidays(country).supported_categories,
        language="en_US",
        expand=False,
    )
    mine = [date for year in years for _, date in starts(name, year, country)]
    assert sorted(theirs.get_named(name, lookup="exact")) == mine


@pytest.mark.parametrize(("feast", "country"), [(easter, "DE"), (orthodox_easter, "GR")])
def test_easter_is_the_day_before_easter_monday(feast: DayOfYear, country: str) -> None:
    years = range(1991, 2100)
    theirs = country_holidays(country, years=years, language="en_US", expand=False)
    mondays = {feast(year) + dt.timedelta(days=1) for year in years}
    assert mondays <= set(theirs.get_named("Easter Monday"))


def test_both_easters_stand_where_the_church_is_orthodox() -> None:
    assert starts("Easter Sunday", 2026, "GR") == [(None, dt.date(2026, 4, 5))]
    assert starts("Orthodox Easter Sunday", 2026, "GR") == [("GR", dt.date(2026, 4, 12))]
    assert starts("Orthodox Easter Sunday", 2026, "US") == []


def test_a_span_stands_on_each_of_its_days_even_when_cut() -> None:
    profile = CalendarProfile(("US",), (), 1, fiscal_year_named_by_end=True)
    days = days_of(profile, dt.date(2026, 6, 24), dt.date(2026, 6, 28))
    names = [[event.name for event in day.retail_events] for day in days]
    assert names == [["Prime Day"], ["Prime Day"], ["Prime Day"], [], []]
    (event,) = days[0].retail_events
    assert (event.starts_on, event.ends_on) == (dt.date(2026, 6, 23), dt.date(2026, 6, 26))


def test_back_to_school_ends_on_labor_day_and_is_only_a_convention() -> None:
    span = events(dt.date(2026, 8, 1), dt.date(2026, 8, 1), "US")
    assert [(e.name, e.starts_on, e.ends_on, e.confidence) for e in span] == [
        ("Back to School", dt.date(2026, 7, 15), dt.date(2026, 9, 7), 0.5)
    ]


def test_an_autumn_sale_whose_sources_contradict_each_other_is_left_out() -> None:
    assert starts("Prime Big Deal Days", 2025, "US") == [("US", dt.date(2025, 10, 7))]
    assert starts("Prime Big Deal Days", 2026, "US") == []


def test_dated_events_hold_in_their_country_only() -> None:
    assert starts("Prime Day", 2025, "US") == [("US", dt.date(2025, 7, 8))]
    assert starts("Prime Day", 2025, "GB") == []
    assert starts("Super Bowl", 2026, "GB") == []


def test_there_is_one_prime_day_a_year_since_2015() -> None:
    assert [event.starts_on.year for event in PRIME_DAYS] == list(range(2015, 2027))


def test_super_bowls_are_on_the_first_sunday_then_on_the_second() -> None:
    expected = [nth(1 if year < 2022 else 2, SUNDAY, 2)(year) for year in range(2015, 2028)]
    assert expected == [event.starts_on for event in SUPER_BOWLS]


def test_a_sale_does_not_stand_before_its_first_year() -> None:
    assert starts("Singles' Day", 2008) == []
    assert starts("Singles' Day", 2009) == [(None, dt.date(2009, 11, 11))]
    assert starts("Cyber Monday", 2004) == []


def test_events_of_one_day_are_ordered_by_start_name_and_country() -> None:
    date = dt.date(2026, 5, 10)
    found = retail_events_by_date(("US", "RO", "DE"), date, date)[date]
    assert [(event.name, event.country) for event in found] == [
        ("Father's Day", "RO"),
        ("Mother's Day", "DE"),
        ("Mother's Day", "US"),
    ]


def test_each_rule_gives_at_most_one_day_to_a_country() -> None:
    kept = [(rule.name, country) for rule in RULES for country in rule.countries or (None,)]
    assert len(kept) == len(set(kept))


def test_every_event_has_a_source_a_fair_confidence_and_stays_in_its_year() -> None:
    places = {country for rule in RULES for country in rule.countries or ()}
    ruled = events(dt.date(1990, 1, 1), dt.date(2060, 12, 31), *places)
    for event in [*ruled, *DATED_EVENTS]:
        assert event.source
        assert 0 < event.confidence <= 1
        assert event.starts_on <= event.ends_on
        assert event.starts_on.year == event.ends_on.year
