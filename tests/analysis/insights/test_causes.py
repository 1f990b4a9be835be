"""The ladder: what was at work is told in order, and nothing else."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

import numpy as np
import pytest

from analysis.insights.causes import is_explained, with_causes
from core.records.findings import (
    Cause,
    CauseKind,
    Finding,
    KnownCauses,
    Subject,
    SubjectLevel,
)
from core.records.insights import InsightKind
from core.units import DateRange
from tests.analysis.insights.drifting import SINCE, panel

DAY = SINCE + timedelta(days=62)
ONE = DateRange(DAY, DAY)
NOTHING = KnownCauses({}, {})
CALM = panel(
    {"spend": np.full((5, 63), 100.0), "conversions": np.full((5, 63), 10.0)}, SubjectLevel.CHANNEL
)
RISE = Finding(
    InsightKind.ANOMALY, CALM.subjects[0], "conversions", "EUR", ONE, 30.0, 10.0, None, "rank", 60
)


def _with(metric: str, rows: slice, factor: float) -> dict[str, np.ndarray]:
    figures = {name: each.copy() for name, each in CALM.figures.items()}
    figures[metric][rows, -1] *= factor
    return figures


def _kinds(finding: Finding) -> list[CauseKind]:
    return [each.kind for each in finding.causes]


def test_nothing_at_work_is_no_cause() -> None:
    assert with_causes(RISE, CALM, NOTHING).causes == ()


@pytest.mark.parametrize(
    ("metric", "rows", "factor", "kinds"),
    [
        ("spend", slice(0, 1), 3.0, [CauseKind.SPEND]),
        ("spend", slice(0, 1), 1.2, []),
        ("spend", slice(0, 1), 0.3, []),
        ("conversions", slice(1, 5), 3.0, [CauseKind.DEMAND]),
        ("conversions", slice(1, 3), 3.0, []),
        ("conversions", slice(1, 5), 0.3, []),
    ],
)
def test_what_moved_as_far_the_same_way_may_be_behind_it(
    metric: str, rows: slice, factor: float, kinds: list[CauseKind]
) -> None:
    made = replace(CALM, figures=_with(metric, rows, factor))

    assert _kinds(with_causes(RISE, made, NOTHING)) == kinds


def test_causes_of_the_subject_its_account_and_of_all_stand_in_the_order_of_the_ladder() -> None:
    account = Subject(SubjectLevel.CONNECTION, str(UUID(int=7)), UUID(int=7))
    campaign = Subject(SubjectLevel.CAMPAIGN, "c", UUID(int=7))
    long_ago = DateRange(SINCE, SINCE)
    known = KnownCauses(
        {
            campaign: (Cause(CauseKind.TRACKING, ONE, "scores fell"),),
            account: (
                Cause(CauseKind.OUTAGE, ONE, "nothing came"),
                Cause(CauseKind.RESTATEMENT, long_ago, "restated"),
            ),
            Subject(SubjectLevel.TENANT): (Cause(CauseKind.CALENDAR, ONE, "Summer sale"),),
        },
        {DAY: ("Good Friday",)},
    )
    found = with_causes(replace(RISE, subject=campaign), CALM, known)

    assert _kinds(found) == [
        CauseKind.OUTAGE, CauseKind.TRACKING, CauseKind.CALENDAR, CauseKind.CALENDAR,
    ]  # fmt: skip
    assert not is_explained(found)


def test_days_that_are_all_kept_explain_a_finding_and_some_of_them_do_not() -> None:
    eve = DAY - timedelta(days=1)
    both = replace(RISE, window=DateRange(eve, DAY))
    kept = KnownCauses({}, {eve: ("Christmas Eve",), DAY: ("Christmas Day",)})

    assert is_explained(with_causes(both, CALM, kept))
    assert not is_explained(with_causes(both, CALM, KnownCauses({}, {DAY: ("Christmas Day",)})))


def test_a_long_window_has_no_calendar_and_an_outage_is_not_its_own_cause() -> None:
    long = replace(RISE, window=DateRange(date(2025, 1, 6), DAY))
    kept = KnownCauses({}, {DAY: ("Good Friday",)})
    outage = KnownCauses({RISE.subject: (Cause(CauseKind.OUTAGE, ONE, "nothing came"),)}, {})

    assert with_causes(long, CALM, kept).causes == ()
    assert with_causes(replace(RISE, kind=InsightKind.OUTAGE), CALM, outage).causes == ()
