"""Steps, slopes, parts and empty days: what was put in is found, with its dates and sizes."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

import numpy as np
import pytest

from analysis.insights.change_point import change_point
from analysis.insights.discover import Detector
from analysis.insights.judging import Judged, Settings, told
from analysis.insights.mix_shift import mix_shift
from analysis.insights.outage import outage
from analysis.insights.panel import Floats, Panel
from analysis.insights.trend import theil_sen, trend
from core.records.findings import EffectUnit, Finding, Subject, SubjectLevel
from core.units import DateRange
from tests.analysis.insights.panels import SINCE, Nature, campaigns, panel_of

ROWS, DAYS = 12, 150
QUIET = Nature(noise=0.1, memory=0.5)
JUDGED = Settings(SINCE + timedelta(days=DAYS - 14))
ACCOUNT = UUID(int=7)


def _day(number: int) -> date:
    return SINCE + timedelta(days=number)


def _told(asked: Judged) -> list[Finding]:
    return list(told(asked, JUDGED.false_share))


def _of_account(panel_rows: int) -> tuple[Subject, ...]:
    return tuple(
        Subject(SubjectLevel.CAMPAIGN, f"campaign {row}", ACCOUNT) for row in range(panel_rows)
    )


def test_where_nothing_moves_nothing_is_told_and_all_rows_are_asked() -> None:
    panel = panel_of(campaigns(21, ROWS, DAYS, QUIET), _of_account(ROWS))
    kinds: tuple[Detector, ...] = (change_point, trend, mix_shift, outage)

    for kind in kinds:
        asked = kind(panel, JUDGED)
        assert _told(asked) == []
    assert change_point(panel, JUDGED).tests[_day(DAYS - 1)] >= ROWS * 3


def test_a_level_that_moved_is_told_from_its_day_on() -> None:
    figures = campaigns(25, ROWS, DAYS, QUIET)
    figures["spend"][4, 120:] *= 2.2

    (moved,) = _told(change_point(panel_of(figures), JUDGED))

    assert (moved.subject.key, moved.metric) == ("campaign 4", "spend")
    assert moved.window == DateRange(_day(120), _day(DAYS - 1))
    assert str(moved.facts["earliest"]) <= _day(120).isoformat() <= str(moved.facts["latest"])
    assert moved.effect is not None
    assert moved.effect.unit is EffectUnit.SHARE
    assert moved.effect.low < 1.2 < moved.effect.high
    assert moved.effect.size == pytest.approx(1.2, abs=0.4)
    assert moved.observed is not None
    assert moved.expected == pytest.approx(moved.observed / (1 + moved.effect.size), rel=1e-2)


def test_a_change_that_was_to_be_told_long_ago_is_no_news() -> None:
    figures = campaigns(21, ROWS, DAYS, QUIET)
    figures["spend"][4, 80:] *= 2.2

    assert _told(change_point(panel_of(figures), JUDGED)) == []


def test_growth_is_told_in_shares_a_week() -> None:
    figures = campaigns(21, ROWS, DAYS, QUIET)
    figures["spend"][5] *= 1.08 ** (np.arange(DAYS) / 7)

    (grows,) = _told(trend(panel_of(figures), JUDGED))

    assert (grows.subject.key, grows.metric, grows.n) == ("campaign 5", "spend", 84)
    assert grows.window == DateRange(_day(DAYS - 84), _day(DAYS - 1))
    assert grows.effect is not None
    assert grows.effect.unit is EffectUnit.SHARE_PER_WEEK
    assert grows.effect.low < 0.08 < grows.effect.high
    assert grows.effect.size == pytest.approx(0.08, abs=0.02)


def test_the_slope_is_the_median_of_all_pairs() -> None:
    rows = np.array([[0.0, 1.0, 2.0, 9.0], [3.0, 2.0, 1.0, 0.0]])

    assert theil_sen(rows).tolist() == [2.0, -1.0]


def test_parts_that_trade_places_are_told_while_the_total_stands() -> None:
    figures = campaigns(22, ROWS, DAYS, Nature(noise=0.1, volume=(9e4, 1.1e5)))
    spend = figures["spend"]
    spend *= (spend.sum() / ROWS) / spend.sum(axis=1, keepdims=True)
    moved = 0.8 * spend[1, -28:]
    spend[1, -28:] -= moved
    spend[2, -28:] += moved

    found = {each.subject.key: each for each in _told(mix_shift(_as_account(figures), JUDGED))}

    assert {key: each.metric for key, each in found.items()} == {
        "campaign 1": "spend",
        "campaign 2": "spend",
    }
    lost = found["campaign 1"]
    assert lost.window == DateRange(_day(DAYS - 28), _day(DAYS - 1))
    assert lost.facts["parts"] == ROWS
    assert lost.effect is not None
    assert lost.effect.size == pytest.approx(-0.8, abs=0.05)

    spend[:, -28:] *= 1.5
    assert _told(mix_shift(_as_account(figures), JUDGED)) == []


def _as_account(figures: dict[str, Floats]) -> Panel:
    return panel_of(figures, _of_account(ROWS))


def test_a_connection_that_brings_nothing_is_told_unless_it_rests_like_that() -> None:
    figures = campaigns(23, 3, DAYS, QUIET)
    subjects = tuple(Subject(SubjectLevel.CONNECTION, str(row)) for row in range(3))
    for each in figures.values():
        each[0, 140:142] = 0
        each[1, np.arange(DAYS) % 7 >= 5] = 0

    found = _told(outage(panel_of(figures, subjects), JUDGED))

    assert [(each.subject.key, each.metric, each.window) for each in found] == [
        ("0", "impressions", DateRange(_day(140), _day(141))),
        ("0", "conversions", DateRange(_day(140), _day(141))),
    ]
    impressions = found[0]
    usually = figures["impressions"][0, 112:140].mean() * 2
    assert (impressions.observed, impressions.n) == (0.0, 140)
    assert impressions.expected == pytest.approx(usually)
