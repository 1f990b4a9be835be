"""Pacing, freshness and quality: figures by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

import numpy as np
import pytest

from analysis.insights.freshness import freshness
from analysis.insights.judging import Judged, Settings
from analysis.insights.pacing import pacing
from analysis.insights.panel import ConnectionHealth, Panel
from analysis.insights.quality import quality
from core.records.connections import Source
from core.records.findings import EffectUnit, Subject, SubjectLevel
from core.units import DateRange
from tests.analysis.insights.drifting import NOON, SINCE, budgeted, drift, facts, panel

META, FILE = Source("META_ADS"), Source("FILE")
SETTINGS = Settings(SINCE)
ACCOUNT = Subject(SubjectLevel.CONNECTION, str(UUID(int=7)), UUID(int=7))


def _account(scores: list[float], as_of: datetime = NOON, source: Source = META) -> Panel:
    days = len(scores)
    made = panel({"spend": np.full((1, days), 50.0)}, SubjectLevel.CONNECTION)
    health = ConnectionHealth(as_of, facts(source), np.array(scores), np.full(days, 12, np.int32))
    return replace(made, subjects=(ACCOUNT,), connections={ACCOUNT: health})


def test_a_connection_that_was_not_read_within_a_day_is_late_by_what_it_is_over() -> None:
    [finding] = freshness(_account([1.0], datetime(2025, 6, 18, tzinfo=UTC)), SETTINGS).findings

    assert finding.effect is not None
    assert (finding.effect.size, finding.effect.unit) == (1.5, EffectUnit.DAYS)
    assert finding.window == DateRange(date(2025, 6, 16), date(2025, 6, 18))
    assert finding.at_stake == Decimal("75.0")
    assert finding.facts == {
        "due_at": "2025-06-16T12:00+00:00", "fresh_at": "2025-06-15T12:00+00:00",
    }  # fmt: skip
    assert finding.p is None


@pytest.mark.parametrize(
    ("as_of", "source"),
    [
        (datetime(2025, 6, 16, 12, tzinfo=UTC), META),
        (datetime(2025, 6, 18, tzinfo=UTC), FILE),
    ],
)
def test_what_is_in_time_or_promised_by_nobody_is_not_late(as_of: datetime, source: Source) -> None:
    assert freshness(_account([1.0], as_of, source), SETTINGS).findings == ()


def test_a_score_below_all_before_it_is_an_incident_of_the_days_that_fell_together() -> None:
    scores = [0.98, 1.0] * 30 + [0.7, 0.6]
    [finding] = quality(_account(scores), SETTINGS).findings

    assert (finding.observed, finding.expected) == (0.6, 0.99)
    assert finding.p == 1 / 62
    assert finding.window == DateRange(date(2025, 3, 7), date(2025, 3, 8))
    assert finding.at_stake == Decimal("100.0")
    assert finding.effect is not None
    assert finding.effect.size == pytest.approx(-0.39)


@pytest.mark.parametrize("scores", [[1.0] * 20 + [0.1], [1.0] * 60 + [0.99], [1.0] * 61])
def test_a_short_history_or_a_small_fall_is_no_incident(scores: list[float]) -> None:
    assert quality(_account(scores), SETTINGS).findings == ()


def planned(made: Panel, amount: int) -> Panel:
    """The panel with a budget for its first subject."""
    return replace(made, budgets=(budgeted(made, 0, Decimal(amount)),))


def test_a_month_that_ends_a_fifth_above_its_budget_is_told_with_what_it_comes_to() -> None:
    # 400 days from 6 January 2025 end on 9 February 2026; 28 days at about 100 are 2,800.
    spend = 100 * np.exp(drift(np.random.default_rng(1), 1, 400, size=0.05))
    made = panel({"spend": spend}, SubjectLevel.CHANNEL)
    [finding] = pacing(planned(made, 2_300), SETTINGS).findings

    assert finding.window == DateRange(date(2026, 2, 1), date(2026, 2, 28))
    assert (finding.expected, finding.facts["days_left"]) == (2_300.0, 19)
    # 9 of 28 days, each the same.
    assert finding.facts["planned"] == 739.29
    assert finding.facts["spent"] == round(float(spend[0, -9:].sum()), 2)
    assert finding.effect is not None
    assert finding.effect.low > 0.1
    assert finding.effect.high < 0.35
    assert finding.at_stake == Decimal(str(round(finding.observed or 0, 2))) - 2_300
    assert not finding.is_final


def test_a_month_on_its_way_to_its_budget_is_asked_about_and_not_told() -> None:
    spend = 100 * np.exp(drift(np.random.default_rng(1), 1, 400, size=0.05))
    made = panel({"spend": spend}, SubjectLevel.CHANNEL)
    found = pacing(planned(made, 2_800), SETTINGS)

    assert (found.findings, found.tests) == ((), {date(2026, 2, 28): 1})


def test_immature_days_count_for_what_they_come_to() -> None:
    spend = np.full((1, 400), 100.0)
    spend[0, -2:] = 50.0
    made = panel({"spend": spend}, SubjectLevel.CHANNEL)
    shares = np.ones((3, 1, 400))
    shares[:, 0, -2:] = np.array([[0.4], [0.5], [0.6]])
    made = planned(replace(made, final_share={"spend": shares}), 1_400)
    [finding] = pacing(made, SETTINGS).findings

    assert (finding.facts["spent"], finding.facts["days_immature"]) == (900.0, 2)
    assert finding.observed == pytest.approx(2_800.0)
    assert finding.effect is not None
    assert finding.effect.size == pytest.approx(1.0)


def test_days_of_no_whole_month_and_a_plan_by_days_of_the_week() -> None:
    # The panel ends on Monday 9 February 2026; nothing is planned for Saturdays and Sundays.
    made = panel({"spend": np.full((1, 400), 100.0)}, SubjectLevel.CHANNEL)
    dates = DateRange(date(2026, 2, 5), date(2026, 2, 18))
    weekdays = (*[Decimal(1)] * 5, Decimal(0), Decimal(0))
    budget = replace(
        budgeted(made, 0, Decimal(1_000)), dates=dates, weekdays=weekdays, name="launch"
    )
    [finding] = pacing(replace(made, budgets=(budget,)), SETTINGS).findings

    assert finding.window == dates
    assert finding.observed == pytest.approx(1_400.0)
    # Thursday, Friday and Monday of ten days that weigh anything.
    assert (finding.facts["planned"], finding.facts["spent"]) == (300.0, 500.0)
    assert (finding.facts["budget"], finding.facts["days_left"]) == ("launch", 9)


def test_days_that_the_history_does_not_hold_are_not_asked_about() -> None:
    made = planned(panel({"spend": np.full((1, 60), 100.0)}, SubjectLevel.CHANNEL), 1_000)
    [budget] = made.budgets
    early = replace(budget, dates=DateRange(date(2025, 1, 5), date(2025, 3, 31)))

    assert pacing(replace(made, budgets=(early,)), SETTINGS) == Judged()
    elsewhere = replace(budget, subject=Subject(SubjectLevel.CHANNEL, "another"))
    assert pacing(replace(made, budgets=(elsewhere,)), SETTINGS) == Judged()
