"""Public holidays against Robyn's table of them (Meta, MIT), in the years that calendars hold.

Robyn's table was made from an earlier release of the same library. Every date that differs is of
one of the kinds below; the numbers are of dates.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping

import pandas as pd
import pytest

from core.records.calendar import CalendarProfile, HolidayKind, HolidayRecord
from tests.support import SHARED_DATA
from transform.calendar.public_holidays import holidays_by_date, supported_places

TABLE = SHARED_DATA / "calendar" / "robyn_dt_prophet_holidays.csv"
SINCE, UNTIL = dt.date(2010, 1, 1), dt.date(2029, 12, 31)
PLACES = supported_places()

# Robyn's table lists days of one part of the United Kingdom under GB, the part in brackets.
REGIONAL = "["

OF_SUBDIVISIONS = "a public holiday of some subdivisions only: a tenant names those it sells in"
OF_ANOTHER_KIND = "kept, but off by law for nobody, or for banks alone"
SUNDAYS = "Robyn lists every Sunday of Sweden as a holiday"
ANOTHER_LIST = "India's days by the moon: the gazetted list, where Robyn has estimates"
MOVED = "the date was moved by law since"
NEWER = "made a holiday by law since"
OF_TOWNS = "Italy's National Unity Day, kept on Sundays, and its 150th anniversary"

AGREE: Mapping[str, int] = {
    "US": 236, "GB": 143, "DE": 181, "FR": 220, "NL": 204, "BE": 240,
    "NO": 238, "DK": 214, "NZ": 243, "JP": 354, "AT": 260,
}  # fmt: skip
"""Countries whose dates are the same to the day."""

DIFFER: Mapping[str, tuple[int, Mapping[str, int], Mapping[str, int]]] = {
    "ES": (175, {OF_SUBDIVISIONS: 29}, {}),
    "IT": (239, {}, {OF_TOWNS: 22}),
    "SE": (260, {SUNDAYS: 969, OF_ANOTHER_KIND: 72}, {}),
    "PL": (260, {}, {NEWER: 5}),
    "CA": (112, {OF_SUBDIVISIONS: 109, OF_ANOTHER_KIND: 23}, {}),
    "AU": (140, {OF_SUBDIVISIONS: 23}, {}),
    "BR": (180, {OF_ANOTHER_KIND: 117, OF_SUBDIVISIONS: 23}, {NEWER: 6}),
    "MX": (142, {MOVED: 1}, {MOVED: 1}),
    "IN": (184, {OF_SUBDIVISIONS: 82, ANOTHER_LIST: 70, OF_ANOTHER_KIND: 24}, {ANOTHER_LIST: 175}),
    "CH": (80, {OF_ANOTHER_KIND: 40}, {}),
}
"""Dates in both; why dates are in Robyn's table alone; why they are in ours alone."""

ELSEWHERE = {
    "IT": OF_TOWNS, "PL": NEWER, "BR": NEWER, "MX": MOVED, "IN": ANOTHER_LIST, "SE": SUNDAYS,
}  # fmt: skip
"""What is left of a country when subdivisions and kinds have explained what they can."""


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    if not TABLE.exists():
        pytest.skip("Robyn's holiday table is not beside this checkout")
    read = pd.read_csv(TABLE, keep_default_na=False, parse_dates=["ds"])
    inside = read["ds"].between(pd.Timestamp(SINCE), pd.Timestamp(UNTIL))
    return read[inside & ~read["holiday"].str.contains(REGIONAL, regex=False)]


@pytest.mark.parametrize("country", [*AGREE, *DIFFER])
def test_every_difference_to_robyns_table_has_its_reason(table: pd.DataFrame, country: str) -> None:
    theirs = set(table.loc[table["country"] == country, "ds"].dt.date)
    profile = CalendarProfile((country,), tuple(sorted(PLACES[country])))
    kept = holidays_by_date(profile, SINCE, UNTIL)
    ours = {date for date, holidays in kept.items() if any(map(is_national, holidays))}
    both, only_theirs, only_ours = DIFFER.get(country) or (AGREE[country], {}, {})
    assert len(theirs & ours) == both
    assert Counter(reason(country, kept.get(date, ())) for date in theirs - ours) == only_theirs
    assert Counter(ELSEWHERE.get(country) for _ in ours - theirs) == only_ours


def reason(country: str, kept: tuple[HolidayRecord, ...]) -> str | None:
    if any(holiday.kind is HolidayKind.PUBLIC for holiday in kept):
        return OF_SUBDIVISIONS
    return OF_ANOTHER_KIND if kept else ELSEWHERE.get(country)


def is_national(holiday: HolidayRecord) -> bool:
    return holiday.kind is HolidayKind.PUBLIC and not holiday.subdivisions


def test_only_sundays_are_apart_as_sundays(table: pd.DataFrame) -> None:
    """What is left of Sweden is nothing but Sundays."""
    profile = CalendarProfile(("SE",))
    kept = holidays_by_date(profile, SINCE, UNTIL)
    theirs = set(table.loc[table["country"] == "SE", "ds"].dt.date)
    assert {date.isoweekday() for date in theirs - kept.keys()} == {7}
