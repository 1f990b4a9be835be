"""Pacing, freshness and quality: figures by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

import numpy as np
import pytest

from analysis.insights.freshness import freshness
from analysis.insights.judging import Settings
from analysis.insights.pacing import pacing
from analysis.insights.panel import ConnectionHealth, Panel
from analysis.insights.quality import quality
from core.records.connections import Source
from core.records.findings import EffectUnit, Subject, SubjectLevel
from core.units import DateRange
from tests.analysis.insights.drifting import NOON, SINCE, drift, facts, panel

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


def test_a_month_that_ends_a_fifth_above_its_budget_is_told_with_what_it_comes_to() -> None:
    # 400 days from 6 January 2025 end on 9 February 2026; 28 days at about 100 are 2,800.
    spend = 100 * np.exp(drift(np.random.default_rng(1), 1, 400, size=0.05))
    made = panel({"spend": spend}, SubjectLevel.CHANNEL)
    [channel] = made.subjects
    found = pacing(replace(made, budgets={channel: Decimal(2_300)}), SETTINGS)
    [finding] = found.findings

    assert finding.window == DateRange(date(2026, 2, 1), date(2026, 2, 28))
    assert (finding.expected, finding.facts["days_left"]) == (2_300.0, 19)
    assert finding.facts["spent"] == round(float(spend[0, -9:].sum()), 2)
    assert finding.effect is not None
    assert finding.effect.low > 0.1
    assert finding.effect.high < 0.35
    assert finding.at_stake == Decimal(str(round(finding.observed or 0, 2))) - 2_300
    assert not finding.is_final


def test_a_month_on_its_way_to_its_budget_is_asked_about_and_not_told() -> None:
    spend = 100 * np.exp(drift(np.random.default_rng(1), 1, 400, size=0.05))
    made = panel({"spend": spend}, SubjectLevel.CHANNEL)
    found = pacing(replace(made, budgets={made.subjects[0]: Decimal(2_800)}), SETTINGS)

    assert (found.findings, found.tests) == ((), {date(2026, 2, 28): 1})


def test_immature_days_count_for_what_they_come_to() -> None:
    spend = np.full((1, 400), 100.0)
    spend[0, -2:] = 50.0
    made = panel({"spend": spend}, SubjectLevel.CHANNEL)
    shares = np.ones((3, 1, 400))
    shares[:, 0, -2:] = np.array([[0.4], [0.5], [0.6]])
    made = replace(made, final_share={"spend": shares}, budgets={made.subjects[0]: Decimal(1_400)})
    [finding] = pacing(made, SETTINGS).findings

    assert (finding.facts["spent"], finding.facts["days_immature"]) == (900.0, 2)
    assert finding.observed == pytest.approx(2_800.0)
    assert finding.effect is not None
    assert finding.effect.size == pytest.approx(1.0)


def test_the_budget_of_all_is_held_against_all_accounts() -> None:
    made = panel({"spend": np.full((2, 400), 100.0)}, SubjectLevel.CONNECTION)
    tenant = Subject(SubjectLevel.TENANT)
    [finding] = pacing(replace(made, budgets={tenant: Decimal(2_800)}), SETTINGS).findings

    assert finding.subject == tenant
    assert finding.observed == pytest.approx(5_600.0)
