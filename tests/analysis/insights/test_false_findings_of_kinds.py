"""How often each kind finds something where nothing happened: long, with the same seeds."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from uuid import UUID

import numpy as np
import pytest
from scipy import special, stats

from analysis.insights.association import association
from analysis.insights.benchmark import benchmark
from analysis.insights.freshness import freshness
from analysis.insights.judging import Judged, Settings
from analysis.insights.pacing import pacing
from analysis.insights.panel import ConnectionHealth, Panel
from analysis.insights.quality import quality
from analysis.insights.saturation import saturation
from analysis.insights.seasonality import seasonality
from analysis.insights.wasted_spend import wasted_spend
from core.records.connections import Source
from core.records.findings import SubjectLevel
from core.records.health import Promise
from core.records.schedules import Timing, timetable
from tests.analysis.insights.drifting import NOON, SINCE, budgeted, counted, drift, facts, panel

LEVEL = 0.05
MEMORIES = (0.0, 0.6, 0.9)
META = Source("META_ADS")
Random = np.random.Generator


def _pacing(random: Random, kept: float) -> Panel:
    """A budget that is what the month will come to, 400 days from its 9th day on."""
    spend = 100 * np.exp(drift(random, 400, 419, kept))
    made = panel({"spend": spend[:, :400]}, SubjectLevel.CAMPAIGN)
    month = spend[:, 391:].sum(axis=1)
    budgets = (budgeted(made, row, Decimal(str(each))) for row, each in enumerate(month))
    return replace(made, budgets=tuple(budgets))


def _seasonality(random: Random, kept: float) -> Panel:
    return panel({"spend": np.exp(4 + drift(random, 400, 200, kept))}, SubjectLevel.CHANNEL)


def _association(random: Random, kept: float) -> Panel:
    spend, usual = drift(random, 20, 200, kept), drift(random, 20, 200, kept)
    figures = {"spend": np.exp(4 + spend), "conversions": counted(random, np.exp(3 + usual))}
    return panel(figures, SubjectLevel.CHANNEL)


def _benchmark(random: Random, kept: float) -> Panel:
    """Campaigns of 12 in a channel whose rates lie apart, each with its own."""
    shape = 600, 90
    apart = random.normal(size=(2, shape[0], 1)) * 0.3
    impressions = counted(random, 2_000 * np.exp(drift(random, *shape, kept)))
    clicks = counted(random, impressions * np.exp(-4 + apart[0] + drift(random, *shape, kept, 0.2)))
    conversions = counted(random, clicks * np.exp(-2.5 + apart[1] + drift(random, *shape, kept)))
    figures = {"impressions": impressions, "clicks": clicks, "conversions": conversions}
    return panel(figures, SubjectLevel.CAMPAIGN, channel_of=12)


def _wasted(random: Random, kept: float) -> Panel:
    shape = 600, 90
    spend = 60 * np.exp(drift(random, *shape, kept) + random.normal(size=(600, 1)) * 0.7)
    rates = np.exp(-3.5 + random.normal(size=(600, 1)) * 0.3 + drift(random, *shape, kept, 0.2))
    figures = {"spend": spend, "conversions": counted(random, spend * rates)}
    return panel(figures, SubjectLevel.CAMPAIGN, channel_of=12)


def _saturation(random: Random, kept: float) -> Panel:
    """Conversions that keep pace with spend, which moves by steps of four weeks."""
    shape = 500, 364
    steps = np.repeat(random.normal(size=(500, 13)) * 0.5, 28, axis=1)
    spend = np.exp(4 + steps + drift(random, *shape, kept, 0.2))
    conversions = counted(random, 0.18 * spend * np.exp(drift(random, *shape, kept)))
    return panel({"spend": spend, "conversions": conversions}, SubjectLevel.CAMPAIGN)


def _quality(random: Random, kept: float) -> Panel:
    """Scores of 200 entries a day, some of which fail as they always did."""
    shape = 400, 120
    failing = special.expit(-3 + 2 * drift(random, *shape, kept))
    scores = 1 - random.binomial(200, failing) / 200
    made = panel({"spend": np.full(shape, 50.0)}, SubjectLevel.CONNECTION)
    assessed = np.full(shape[1], 200, np.int32)
    health = {
        each: ConnectionHealth(NOON, facts(META), scores[row], assessed)
        for row, each in enumerate(made.subjects)
    }
    return replace(made, connections=health)


KINDS: dict[str, tuple[Callable[[Panel, Settings], Judged], Callable[[Random, float], Panel]]] = {
    "pacing": (pacing, _pacing),
    "seasonality": (seasonality, _seasonality),
    "association": (association, _association),
    "benchmark": (benchmark, _benchmark),
    "wasted_spend": (wasted_spend, _wasted),
    "saturation": (saturation, _saturation),
    "quality": (quality, _quality),
}


def told(name: str, seeds: Iterable[int] = (1,)) -> tuple[int, int]:
    """Of how many questions asked in quiet worlds how many were answered at LEVEL."""
    detector, world = KINDS[name]
    asked = false = 0
    for seed in seeds:
        for kept in MEMORIES:
            made = world(np.random.default_rng(seed), kept)
            found = detector(made, Settings(SINCE))
            asked += sum(found.tests.values())
            false += sum((each.p or 0.0) <= LEVEL for each in found.findings)
    return asked, false


@pytest.mark.long
@pytest.mark.parametrize("name", KINDS)
def test_no_kind_finds_more_than_its_level_where_nothing_happened(name: str) -> None:
    asked, false = told(name)

    # What chance alone brings in one of a thousand runs, were the level just kept.
    assert asked >= 800
    assert false <= stats.binom.ppf(0.999, asked, LEVEL)


def test_a_connection_that_is_read_when_its_schedule_fires_is_never_late() -> None:
    random = np.random.default_rng(1)
    made = panel({"spend": np.full((400, 28), 50.0)}, SubjectLevel.CONNECTION)
    health = {each: _read_on_time(random) for each in made.subjects}

    assert freshness(replace(made, connections=health), Settings(SINCE)).findings == ()


def _read_on_time(random: Random) -> ConnectionHealth:
    """At any moment up to the end of the next reading, which takes up to three quarters of an hour.

    One connection in four has no schedule, and is read within a day.
    """
    minutes = int(random.choice([0, 60, 360, 1440]))
    fresh_at = NOON + timedelta(minutes=float(random.uniform(0, 1440)))
    next_at, promises = fresh_at + timedelta(hours=23), tuple[Promise, ...]()
    if minutes:
        timing, its_id = Timing(interval_minutes=minutes, jitter_seconds=600), UUID(int=minutes)
        promises = (Promise(its_id, timing, NOON),)
        fires = timetable(its_id, timing, "UTC", NOON).next_after(fresh_at)
        next_at = fires + timedelta(minutes=45)
    as_of = fresh_at + (next_at - fresh_at) * float(random.uniform(0, 1))
    known = np.empty(0)
    return ConnectionHealth(
        as_of, facts(META, promises, fresh_at=fresh_at), known, known.astype(np.int32)
    )
