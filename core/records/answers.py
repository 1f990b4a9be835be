"""Answers that are kept, and what they are made of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from core.units import DateRange

MOST_MONTHS: Final = 60
"""Of facts of more months, a token is told for all of them together."""
EVERYTHING: Final = "EVERYTHING"
"""The token that is drawn where nobody can tell what has changed."""


class Area(StrEnum):
    """What changes together; migration 0032 says which tables each of them is.

    FACTS are entries, their versions and when days were read; SOURCES are accounts, campaigns,
    their names, and how long days of theirs take to settle; READINGS tell when accounts were read.
    PLANS are budgets.
    DAYS is no area of its own: it is FACTS of the days alone that the operation asks for.
    """

    FACTS = "FACTS"
    DAYS = "DAYS"
    SOURCES = "SOURCES"
    READINGS = "READINGS"
    INSIGHTS = "INSIGHTS"
    LABELS = "LABELS"
    CALENDAR = "CALENDAR"
    PLANS = "PLANS"


@dataclass(frozen=True, slots=True)
class Footing:
    """What an answer is made of: of DAYS, those of `dates`; of any day where that is None."""

    areas: frozenset[Area]
    dates: DateRange | None = None

    @property
    def tokens(self) -> frozenset[str]:
        """The names of the tokens that are drawn when what it is made of changes."""
        names = {each.value for each in self.areas - {Area.DAYS}}
        if Area.DAYS in self.areas and Area.FACTS not in self.areas:
            names.update(_facts(self.dates))
        return frozenset(names | {EVERYTHING})


@dataclass(frozen=True, slots=True)
class Place:
    """Where an answer is kept: under a key, until one of the `tokens` is drawn anew."""

    key: str
    tokens: frozenset[str]


@dataclass(frozen=True, slots=True)
class DataVersions:
    """A token for each area and month of facts that ever changed.

    `everything` changes with all of them, `today` with the day at any account. `rates` belong to
    LABELS; None while they may change without a commit.
    """

    tokens: Mapping[str, str]
    everything: str = ""
    rates: str | None = ""
    today: str = ""

    def of(self, footing: Footing) -> dict[str, str] | None:
        """What tells `footing` as it is from what it was and will be; None while nothing does."""
        told = {"": self.everything}
        if Area.LABELS in footing.areas:
            if self.rates is None:
                return None
            told["RATES"] = self.rates
        if footing.areas & {Area.FACTS, Area.DAYS}:
            told["TODAY"] = self.today
        return told | {name: self.tokens[name] for name in footing.tokens & self.tokens.keys()}


def _facts(dates: DateRange | None) -> Iterable[str]:
    """The names of the tokens of facts of these days."""
    if dates is None or dates.days > MOST_MONTHS * 30:
        return (Area.FACTS.value,)
    first, last = (12 * day.year + day.month - 1 for day in (dates.since, dates.until))
    return (
        f"{Area.FACTS} {month // 12:04}-{month % 12 + 1:02}" for month in range(first, last + 1)
    )


@dataclass(frozen=True, slots=True)
class AnswerBounds:
    """How much a place keeps of each tenant, and each answer for how long."""

    most_bytes: int
    seconds: int


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """The `data` of an answer without errors as JSON, and what it cost in points."""

    body: bytes
    points: int
