"""The ladder: what was at work is told in order, and nothing else."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

import numpy as np
import pytest

from analysis.insights.causes import with_causes
from analysis.insights.ladder import DELIVERED, learned
from core.explained import is_explained
from core.records.findings import (
    Cause,
    CauseKind,
    Finding,
    KnownCause,
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
            campaign: (KnownCause(Cause(CauseKind.TRACKING, ONE, "scores fell")),),
            account: (
                KnownCause(Cause(CauseKind.OUTAGE, ONE, "nothing came")),
                KnownCause(Cause(CauseKind.RESTATEMENT, long_ago, "restated")),
                KnownCause(Cause(CauseKind.RESTATEMENT, ONE, "spend"), frozenset({"spend"})),
            ),
            Subject(SubjectLevel.TENANT): (
                KnownCause(Cause(CauseKind.CALENDAR, ONE, "Summer sale")),
            ),
        },
        {DAY: ("Good Friday",)},
    )
    found = with_causes(replace(RISE, subject=campaign), CALM, known)

    assert _kinds(found) == [
        CauseKind.OUTAGE, CauseKind.TRACKING, CauseKind.CALENDAR, CauseKind.CALENDAR,
    ]  # fmt: skip
    assert is_explained(found)


def test_days_that_are_all_kept_explain_a_finding_and_some_of_them_do_not() -> None:
    eve = DAY - timedelta(days=1)
    both = replace(RISE, window=DateRange(eve, DAY))
    kept = KnownCauses({}, {eve: ("Christmas Eve",), DAY: ("Christmas Day",)})

    assert is_explained(with_causes(both, CALM, kept))
    assert not is_explained(with_causes(both, CALM, KnownCauses({}, {DAY: ("Christmas Day",)})))


def test_a_long_window_and_a_level_that_moved_have_no_calendar() -> None:
    long = replace(RISE, window=DateRange(date(2025, 1, 6), DAY))
    kept = KnownCauses({}, {DAY: ("Good Friday",)})

    assert with_causes(long, CALM, kept).causes == ()
    assert with_causes(replace(RISE, kind=InsightKind.CHANGE_POINT), CALM, kept).causes == ()


@pytest.mark.parametrize(
    ("metric", "observed", "columns", "is_at_work"),
    [
        ("conversions", 2.0, DELIVERED, True),
        ("conversions", 30.0, DELIVERED, False),
        ("cpa", 30.0, frozenset({"conversions"}), True),
        ("cpa", 2.0, frozenset({"conversions"}), False),
        ("cpa", 30.0, DELIVERED, False),
        ("spend", 2.0, frozenset({"conversions"}), False),
    ],
)
def test_what_is_missing_makes_less_and_dearer_and_nothing_else(
    metric: str, observed: float, columns: frozenset[str], *, is_at_work: bool
) -> None:
    cause = Cause(CauseKind.OUTAGE, ONE, "not read")
    known = KnownCauses({RISE.subject: (KnownCause(cause, columns, is_loss=True),)}, {})
    finding = with_causes(replace(RISE, metric=metric, observed=observed), CALM, known)

    assert (cause in finding.causes, is_explained(finding)) == (is_at_work, is_at_work)


def test_an_outage_that_was_found_is_known_to_what_is_found_after_it() -> None:
    account = Subject(SubjectLevel.CONNECTION, str(UUID(int=7)), UUID(int=7))
    campaign = Subject(SubjectLevel.CAMPAIGN, "c", UUID(int=7))
    outage = replace(RISE, kind=InsightKind.OUTAGE, subject=account, observed=0.0)
    fall = replace(RISE, subject=campaign, observed=1.0)

    silent = learned(NOTHING, outage)
    (tracking,) = with_causes(fall, CALM, silent).causes
    assert tracking == Cause(CauseKind.TRACKING, ONE, "no conversions were recorded")
    empty = learned(silent, replace(outage, metric="impressions"))
    assert _kinds(with_causes(fall, CALM, empty)) == [CauseKind.OUTAGE, CauseKind.TRACKING]
    doubted = learned(NOTHING, replace(outage, kind=InsightKind.QUALITY_INCIDENT))
    assert _kinds(with_causes(fall, CALM, doubted)) == [CauseKind.TRACKING]
    assert learned(NOTHING, fall) is NOTHING


@pytest.mark.parametrize(("share", "is_told"), [(0.9, True), (0.1, False)])
def test_what_happened_to_an_account_is_told_of_a_whole_that_it_carries(
    share: float, *, is_told: bool
) -> None:
    ids = UUID(int=7), UUID(int=8)
    whole = Subject(SubjectLevel.TENANT)
    parts = tuple(Subject(SubjectLevel.CAMPAIGN, str(each), each) for each in ids)
    spend = np.array([[1.0], [share], [1 - share]]) * np.full((3, 63), 100.0)
    made = replace(
        panel({"spend": spend}, SubjectLevel.CHANNEL), subjects=(whole, *parts), names=("", "", "")
    )
    account = Subject(SubjectLevel.CONNECTION, str(ids[0]), ids[0])
    cause = KnownCause(Cause(CauseKind.OUTAGE, ONE, "not read"), DELIVERED, is_loss=True)
    fall = replace(RISE, subject=whole, metric="spend", observed=1.0)

    found = with_causes(fall, made, KnownCauses({account: (cause,)}, {}))

    assert (cause.cause in found.causes) is is_told


@pytest.mark.parametrize(("week", "day", "did"), [(0.0, 60.0, "began"), (60.0, 0.0, "rested")])
def test_a_campaign_that_came_or_went_is_named(week: float, day: float, did: str) -> None:
    account = Subject(SubjectLevel.CONNECTION, str(UUID(int=7)), UUID(int=7))
    campaigns = tuple(Subject(SubjectLevel.CAMPAIGN, each, UUID(int=7)) for each in "ab")
    spend = np.array([[0.0], [40.0], [0.0]]) + np.zeros((3, 63))
    spend[2, :-1], spend[2, -1] = week, day
    spend[0] = spend[1] + spend[2]
    made = replace(
        panel({"spend": spend}, SubjectLevel.CHANNEL),
        subjects=(account, *campaigns),
        names=("account", "steady", "fair"),
    )
    moved = replace(
        RISE, subject=account, metric="spend", observed=40.0 + day, expected=40.0 + week
    )

    assert with_causes(moved, made, NOTHING).causes == (
        Cause(CauseKind.SPEND, ONE, f"campaign fair {did}"),
    )
