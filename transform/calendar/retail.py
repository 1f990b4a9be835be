"""Days and spans that move retail, each with its source.

A rule gives one occurrence a year; sales without a rule stand in a table of dates.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain

from core.records.calendar import RetailEventRecord
from transform.calendar.family_days import FATHERS_DAY, MOTHERS_DAY
from transform.calendar.feasts import (
    MONDAY,
    THURSDAY,
    DayOfYear,
    after,
    easter,
    fixed,
    nth,
    orthodox_easter,
)
from transform.calendar.sales import DATED_EVENTS

ONE_DAY = dt.timedelta(days=1)
THANKSGIVING = nth(4, THURSDAY, 11)
LABOR_DAY = nth(1, MONDAY, 9)
BOXING_DAY_COUNTRIES = ("AU", "CA", "GB", "NZ")
ORTHODOX_COUNTRIES = ("BG", "BY", "CY", "GE", "GR", "MD", "ME", "MK", "RO", "RS", "RU", "UA")


@dataclass(frozen=True, slots=True)
class Rule:
    """A yearly event that stays within its calendar year; `countries` None is worldwide.

    `ends`: None for a single day. `since`: the year of the first one, where that is in living
    memory.
    """

    name: str
    starts: DayOfYear
    source: str
    countries: tuple[str, ...] | None = None
    ends: DayOfYear | None = None
    confidence: float = 1.0
    since: int = 1


WORLDWIDE = (
    Rule("Valentine's Day", fixed(2, 14), "14 February"),
    Rule("Easter Sunday", easter, "Gregorian computus"),
    Rule("Halloween", fixed(10, 31), "31 October"),
    Rule("Singles' Day", fixed(11, 11), "11 November; first sale by Alibaba in 2009", since=2009),
    Rule("Black Friday", after(THANKSGIVING, 1), "the day after Thanksgiving in the US"),
    Rule(
        "Cyber Monday",
        after(THANKSGIVING, 4),
        "the Monday after Thanksgiving in the US; named by Shop.org in 2005",
        since=2005,
    ),
    Rule("Christmas Day", fixed(12, 25), "25 December"),
)

NATIONAL = (
    Rule(
        "Thanksgiving",
        THANKSGIVING,
        "fourth Thursday of November; 5 U.S.C. 6103",
        ("US",),
        since=1942,
    ),
    Rule(
        "Back to School",
        fixed(7, 15),
        "convention: mid-July to Labor Day; no official dates",
        ("US",),
        ends=LABOR_DAY,
        confidence=0.5,
    ),
    Rule("Boxing Day", fixed(12, 26), "26 December", BOXING_DAY_COUNTRIES),
    Rule("Orthodox Easter Sunday", orthodox_easter, "Julian computus", ORTHODOX_COUNTRIES),
)

FAMILY = tuple(
    Rule(name, custom.day, custom.source, custom.countries)
    for name, customs in (("Mother's Day", MOTHERS_DAY), ("Father's Day", FATHERS_DAY))
    for custom in customs
)

RULES = WORLDWIDE + NATIONAL + FAMILY


def retail_events_by_date(
    countries: Iterable[str], since: dt.date, until: dt.date
) -> dict[dt.date, tuple[RetailEventRecord, ...]]:
    """Dates with an event, both ends included; a span stands on each of its days.

    A day's events are ordered by start, name and country.
    """
    found: dict[dt.date, tuple[RetailEventRecord, ...]] = {}
    for event in sorted(_occurrences(frozenset(countries), since.year, until.year), key=_order):
        for date in _days(max(event.starts_on, since), min(event.ends_on, until)):
            found[date] = (*found.get(date, ()), event)
    return found


def _occurrences(countries: frozenset[str], first: int, final: int) -> Iterator[RetailEventRecord]:
    dated = (
        event
        for event in DATED_EVENTS
        if event.country in countries and first <= event.starts_on.year <= final
    )
    ruled = (
        _occurrence(rule, country, year)
        for rule in RULES
        for country in _places(rule, countries)
        for year in range(max(first, rule.since), final + 1)
    )
    return chain(dated, ruled)


def _places(rule: Rule, countries: frozenset[str]) -> Iterable[str | None]:
    """Where a rule gives an event of its own: once for the world, or in each country kept."""
    return (None,) if rule.countries is None else countries.intersection(rule.countries)


def _occurrence(rule: Rule, country: str | None, year: int) -> RetailEventRecord:
    starts_on = rule.starts(year)
    ends_on = starts_on if rule.ends is None else rule.ends(year)
    return RetailEventRecord(
        rule.name, country, starts_on, ends_on, f"rule: {rule.source}", rule.confidence
    )


def _days(first: dt.date, final: dt.date) -> Iterator[dt.date]:
    return (first + ONE_DAY * ahead for ahead in range((final - first).days + 1))


def _order(event: RetailEventRecord) -> tuple[dt.date, str, str]:
    return event.starts_on, event.name, event.country or ""
