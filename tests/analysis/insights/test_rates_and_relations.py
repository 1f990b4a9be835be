"""Seasons, associations, benchmarks, waste and saturation: found where they are."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from analysis.insights.association import association
from analysis.insights.benchmark import benchmark
from analysis.insights.judging import Judged, Settings
from analysis.insights.panel import Panel
from analysis.insights.saturation import saturation
from analysis.insights.seasonality import seasonality
from analysis.insights.wasted_spend import wasted_spend
from core.records.findings import Effect, Finding, SubjectLevel
from tests.analysis.insights.drifting import SINCE, counted, drift, panel

SETTINGS = Settings(SINCE)
FIFTH = np.log(1.2)


def _surest(found: Judged) -> tuple[Finding, Effect]:
    finding = min(found.findings, key=lambda each: each.p or 0.0)
    assert finding.effect is not None
    return finding, finding.effect


def test_thursdays_that_bring_a_half_more_are_learned() -> None:
    logs = drift(np.random.default_rng(2), 1, 200, size=0.15)
    logs[0, 3::7] += np.log(1.5)
    found = seasonality(panel({"spend": 50 * np.exp(logs)}, SubjectLevel.CHANNEL), SETTINGS)
    finding, effect = _surest(found)

    assert (finding.facts["day_of_week"], finding.facts["weeks"], finding.p) == (4, 28, 0.001)
    # Half more than the other six is 41 % more than the mean (of logarithms) of the week.
    assert effect.low < 1.5 ** (6 / 7) - 1 < effect.high


def test_two_channels_that_follow_each_other_three_days_apart_are_told_with_the_lag() -> None:
    random = np.random.default_rng(3)
    spend, conversions = (drift(random, 3, 300) for _ in range(2))
    conversions[1, 3:] += 0.8 * spend[0, :-3]
    figures = {
        "spend": 50 * np.exp(spend),
        "conversions": counted(random, 20 * np.exp(conversions)),
    }
    found = association(panel(figures, SubjectLevel.CHANNEL), SETTINGS)
    finding, effect = _surest(found)

    assert finding.subject.key == "channel 1"
    assert finding.facts == {
        "other_channel": "channel 0", "other_metric": "spend", "lag_days": 3,
    }  # fmt: skip
    assert effect.low > 0.2
    assert sum(found.tests.values()) == 6


def _campaigns(random: np.random.Generator, rows: int = 12) -> Panel:
    days = 90
    impressions = counted(random, 5_000 * np.exp(drift(random, rows, days)))
    clicks = counted(random, impressions * 0.02 * np.exp(random.normal(size=(rows, 1)) * 0.1))
    conversions = counted(random, clicks * 0.05)
    figures = {
        "spend": impressions * 0.008, "impressions": impressions, "clicks": clicks,
        "conversions": conversions,
    }  # fmt: skip
    return panel(figures, SubjectLevel.CAMPAIGN, channel_of=rows)


def _times(made: Panel, metric: str, row: int, factor: float) -> Panel:
    figures = made.figures[metric].copy()
    figures[row] = np.round(figures[row] * factor)
    return replace(made, figures={**made.figures, metric: figures})


def test_a_campaign_clicked_on_twice_as_much_as_its_peers_is_told_with_their_rate() -> None:
    made = _times(_campaigns(np.random.default_rng(4)), "clicks", 5, 2.0)
    made = _times(made, "conversions", 5, 2.0)
    finding, effect = _surest(benchmark(made, SETTINGS))

    assert (finding.subject.key, finding.metric) == ("campaign 5", "ctr")
    assert (finding.facts["peers"], finding.n) == (11, 56)
    assert finding.expected == pytest.approx(0.02, rel=0.1)
    assert effect.low < 1.0 < effect.high
    shrunk = finding.facts["shrunk"]
    assert isinstance(shrunk, float)
    assert (finding.expected or 0) < shrunk < (finding.observed or 0)


def test_spend_that_brings_a_tenth_of_what_peers_bring_for_it_is_wasted() -> None:
    made = _times(_campaigns(np.random.default_rng(5)), "conversions", 7, 0.1)
    finding, effect = _surest(wasted_spend(made, SETTINGS))

    assert finding.subject.key == "campaign 7"
    assert finding.window.days == 28
    spend = made.figures["spend"][7, -28:].sum()
    assert finding.facts["spend"] == pytest.approx(spend, abs=0.01)
    assert effect.high < -0.3
    share = 1 - (finding.observed or 0.0) / (finding.expected or 1.0)
    assert float(finding.at_stake or 0) == pytest.approx(spend * share, abs=0.01)


def test_days_whose_conversions_are_still_to_come_waste_nothing() -> None:
    made = _campaigns(np.random.default_rng(6))
    conversions = made.figures["conversions"].copy()
    conversions[:, -28:] = 0.0
    shares = np.ones((3, *conversions.shape))
    shares[:, :, -28:] = 0.3
    late = replace(
        made,
        figures={**made.figures, "conversions": conversions},
        final_share={**made.final_share, "conversions": shares},
    )

    assert wasted_spend(late, SETTINGS).findings == ()


def test_a_campaign_without_volume_or_peers_is_not_asked_about() -> None:
    few = _campaigns(np.random.default_rng(7), rows=4)
    small = replace(
        _campaigns(np.random.default_rng(8)),
        figures={name: np.zeros((12, 90)) for name in few.figures},
    )

    for made in (few, small):
        assert not benchmark(made, SETTINGS).tests
        assert not wasted_spend(made, SETTINGS).tests


def test_conversions_that_grow_half_as_fast_as_spend_hint_at_saturation() -> None:
    random = np.random.default_rng(9)
    steps = np.repeat(random.normal(size=(1, 13)) * 0.5, 28, axis=1)
    spend = np.exp(5 + steps + drift(random, 1, 364, size=0.1))
    conversions = counted(random, 20 * (spend / np.exp(5)) ** 0.5)
    made = panel({"spend": spend, "conversions": conversions}, SubjectLevel.CAMPAIGN)
    finding, effect = _surest(saturation(made, SETTINGS))

    assert effect.low < -0.5 < effect.high < -0.3
    assert (finding.facts["weeks"], finding.n) == (52, 364)
    steady = {"spend": np.full((1, 364), 100.0), "conversions": conversions}
    assert not saturation(panel(steady, SubjectLevel.CAMPAIGN), SETTINGS).tests
