"""Anomalies: what was put in is found with its figures, and nothing else is."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import numpy as np
import pytest

from analysis.insights.anomaly import anomaly
from analysis.insights.discover import discover
from analysis.insights.judging import Settings
from analysis.insights.panel import Panel
from core.records.findings import (
    Cause,
    CauseKind,
    Finding,
    KnownCause,
    KnownCauses,
    Subject,
    SubjectLevel,
)
from core.units import DateRange
from tests.analysis.insights.panels import SINCE, Nature, campaigns, panel_of

NOTHING = KnownCauses({}, {})
QUIET = Nature(noise=0.08, memory=0.5)
ROWS, DAYS = 8, 300
JUDGED = Settings(SINCE + timedelta(days=DAYS - 14))


def _day(number: int) -> DateRange:
    day = SINCE + timedelta(days=number)
    return DateRange(day, day)


def _found(panel: Panel) -> list[Finding]:
    return list(discover(panel, NOTHING, JUDGED))


def test_where_nothing_happened_nothing_is_told_and_every_question_is_counted() -> None:
    panel = panel_of(campaigns(11, ROWS, DAYS, QUIET))

    asked = anomaly(panel, JUDGED)

    assert asked.findings == ()
    assert set(asked.tests) == set(DateRange(JUDGED.judged_since, SINCE + timedelta(days=299)))
    assert max(asked.tests.values()) <= ROWS * 10


def test_conversions_that_stop_while_clicks_go_on_are_told_with_what_they_were_worth() -> None:
    figures = campaigns(11, ROWS, DAYS, QUIET)
    row = int(figures["conversions"][:, 200:].mean(axis=1).argmax())
    figures["conversions"][row, 290:292] = 0
    figures["conversion_value"][row, 290:292] = 0

    found = {each.metric: each for each in _found(panel_of(figures))}

    assert set(found) == {"conversions", "conversion_value", "cvr", "roas"}
    lost = found["conversions"]
    assert lost.subject == Subject(SubjectLevel.CAMPAIGN, f"campaign {row}")
    assert lost.window == DateRange(_day(290).since, _day(291).since)
    assert (lost.observed, lost.facts["days"], lost.n, lost.currency) == (0, 2, 290, "EUR")
    assert lost.p is not None
    assert lost.q is not None
    assert 0 < lost.p <= lost.q <= 0.05
    of_that_weekday = figures["conversions"][row, 262:290:7].mean()
    assert lost.expected == pytest.approx(of_that_weekday, rel=0.1)
    assert lost.effect is not None
    assert lost.effect.low <= lost.effect.size <= lost.effect.high < -0.9
    value = found["conversion_value"]
    assert value.at_stake is not None
    assert lost.at_stake is not None
    assert abs(value.at_stake / lost.at_stake - 1) < Decimal("0.1")
    assert value.currency == "EUR"


def test_a_campaign_that_rests_is_no_anomaly_nor_is_its_return() -> None:
    figures = campaigns(11, ROWS, DAYS, QUIET)
    for each in figures.values():
        each[0, 260:285] = 0
    for each in figures.values():
        each[0, 285:] = np.floor(each[0, 285:] * 3)

    assert [each for each in _found(panel_of(figures)) if each.metric == "spend"] == []


def test_days_that_are_not_final_are_judged_by_what_they_will_be() -> None:
    figures = campaigns(11, ROWS, DAYS, QUIET)
    share = np.ones((3, ROWS, DAYS))
    for back, middle in enumerate((0.4, 0.7, 0.9), start=1):
        share[:, :, -back] = np.array([[middle * 0.93], [middle], [middle * 1.07]])
        for name in ("conversions", "conversion_value"):
            figures[name][:, -back] = np.floor(figures[name][:, -back] * middle)
    shares = {"conversions": share, "conversion_value": share}
    assert _found(panel_of(figures, final_share=shares)) == []
    assert _found(panel_of(figures)) != []

    row = int(figures["conversions"][:, 200:].mean(axis=1).argmax())
    figures["conversions"][row, -2] = 0
    lost = next(
        each for each in _found(panel_of(figures, final_share=shares))
        if each.metric == "conversions"
    )  # fmt: skip
    assert (lost.window, lost.is_final, lost.facts["observed_so_far"]) == (_day(298), False, 0.0)


def test_less_than_thirty_conversions_say_nothing() -> None:
    figures = campaigns(6, ROWS, DAYS, Nature(volume=(2000, 8000)))
    figures["conversions"][:, -3] = 0

    metrics = {each.metric for each in _found(panel_of(figures))}

    assert metrics.isdisjoint({"conversions", "conversion_value", "cvr", "cpa", "roas"})


def test_what_was_known_to_happen_then_goes_with_the_finding() -> None:
    figures = campaigns(11, ROWS, DAYS, QUIET)
    for each in figures.values():
        each[2, 295] *= 6
    mine = Subject(SubjectLevel.CAMPAIGN, "campaign 2")
    sale = Cause(CauseKind.CALENDAR, _day(295), "Own sale")
    other = Cause(CauseKind.OUTAGE, _day(293), "Elsewhere")
    everything = Subject(SubjectLevel.TENANT)
    known = KnownCauses({everything: (KnownCause(sale),), mine: (KnownCause(other),)}, {})

    found = discover(panel_of(figures), known, JUDGED)

    assert {each.subject for each in found} == {mine}
    assert {each.causes[0] for each in found} == {sale}
    assert {cause.kind for each in found for cause in each.causes[1:]} == {CauseKind.SPEND}
