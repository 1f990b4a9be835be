"""How often kinds tell something of accounts in which nothing happens."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from types import MappingProxyType
from typing import Final
from uuid import UUID

from scipy import stats

from analysis.insights.anomaly import anomaly
from analysis.insights.change_point import change_point
from analysis.insights.discover import Detector
from analysis.insights.judging import Settings, told
from analysis.insights.mix_shift import mix_shift
from analysis.insights.outage import outage
from analysis.insights.trend import trend
from core.records.findings import Subject, SubjectLevel
from tests.analysis.insights.panels import SINCE, Nature, campaigns, panel_of

NATURES: Final = MappingProxyType(
    {
        "weekly": Nature(),
        "autocorrelated": Nature(memory=0.7),
        "trending": Nature(memory=0.5, slope=0.01),
        "turning with the year": Nature(memory=0.5, year=0.5),
        "zero-inflated": Nature(memory=0.5, rests=0.05),
        "low volume": Nature(volume=(50, 3000)),
        "heavy tails": Nature(memory=0.5, tails=4),
    }
)
KINDS: Final[MappingProxyType[str, Detector]] = MappingProxyType(
    {
        "ANOMALY": anomaly,
        "CHANGE_POINT": change_point,
        "TREND": trend,
        "MIX_SHIFT": mix_shift,
        "OUTAGE": outage,
    }
)
IN_THEM: Final = frozenset(
    {
        ("TREND", "trending"),
        ("TREND", "turning with the year"),
        ("MIX_SHIFT", "trending"),
        ("MIX_SHIFT", "turning with the year"),
    }
)
"""What a kind is to tell is in these: campaigns that turn, each at its time, trade places."""

CAMPAIGNS, DAYS, JUDGED = 20, 400, 14
DAILY: Final = frozenset({"ANOMALY", "OUTAGE"})
"""Kinds that judge each day; the others judge an account once, over its newest sixteen weeks."""

MORE, FEWER_DAYS = 5, 150
"""So many more accounts, over so many days, are made for kinds that judge an account once."""

_ACCOUNT: Final = UUID(int=1)


@dataclass(frozen=True, slots=True)
class Told:
    """Of how many days of accounts, each a family, something was told; `tests`: questions."""

    kind: str
    nature: str
    tests: int
    families: int
    false: int

    @property
    def share(self) -> tuple[float, float, float]:
        """Of families with something false, with its 95 % interval (Clopper, Pearson)."""
        held = stats.binomtest(self.false, self.families).proportion_ci(method="exact")
        return self.false / self.families, float(held.low), float(held.high)


def false_ones(accounts: int, nature: str) -> Iterator[Told]:
    """Each kind over so many accounts of twenty campaigns, `MORE` of those that judge once."""
    for kind in KINDS:
        if (kind, nature) not in IN_THEM:
            many = accounts if kind in DAILY else accounts * MORE
            yield _of_kind(kind, nature, many)


def _of_kind(kind: str, nature: str, accounts: int) -> Told:
    days = DAYS if kind in DAILY else FEWER_DAYS
    settings = Settings(SINCE + timedelta(days=days - JUDGED))
    level = SubjectLevel.CONNECTION if kind == "OUTAGE" else SubjectLevel.CAMPAIGN
    subjects = tuple(Subject(level, str(row), _ACCOUNT) for row in range(CAMPAIGNS))
    tests = families = false = 0
    for seed in range(accounts):
        figures = campaigns(1000 + seed, CAMPAIGNS, days, NATURES[nature])
        asked = KINDS[kind](panel_of(figures, subjects), settings)
        tests += sum(asked.tests.values())
        families += sum(count > 0 for count in asked.tests.values())
        false += len({each.window.until for each in told(asked, settings.false_share)})
    return Told(kind, nature, tests, families, false)
