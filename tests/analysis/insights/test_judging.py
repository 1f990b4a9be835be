"""False shares by hand, and as a property."""

from __future__ import annotations

from datetime import date

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from analysis.insights.judging import Judged, false_shares, judged, told
from core.records.findings import Finding, Subject, SubjectLevel
from core.records.insights import InsightKind
from core.units import DateRange

FRIDAY, SATURDAY = date(2026, 11, 20), date(2026, 11, 21)


def _finding(day: date, p: float | None) -> Finding:
    return Finding(
        InsightKind.ANOMALY, Subject(SubjectLevel.CAMPAIGN, "c"), "spend", "EUR",
        DateRange(day, day), 2.0, 1.0, None, "method", 30, p,
    )  # fmt: skip


def test_false_shares_are_those_of_benjamini_and_hochberg() -> None:
    chances = np.array([0.01, 0.0005, 0.04, 0.03])

    assert false_shares(chances, 4).round(6).tolist() == [0.02, 0.002, 0.04, 0.04]
    assert false_shares(chances, 40).round(6).tolist() == [0.2, 0.02, 0.4, 0.4]


@given(
    st.lists(st.floats(1e-9, 1), min_size=1, max_size=60), st.floats(0.001, 0.2), st.integers(0, 9)
)
def test_what_is_left_out_above_the_share_changes_nothing_that_is_told(
    chances: list[float], share: float, more: int
) -> None:
    given_all, tests = np.array(chances), len(chances) + more
    low = given_all[given_all <= share]

    of_all = false_shares(given_all, tests)[given_all <= share]
    of_low = false_shares(low, tests)

    assert of_all[of_all <= share].tolist() == of_low[of_low <= share].tolist()
    assert ((of_all <= share) == (of_low <= share)).all()


def test_each_day_is_a_family_and_what_was_counted_needs_no_chance() -> None:
    found = (
        _finding(FRIDAY, 0.01), _finding(SATURDAY, 0.01), _finding(SATURDAY, None),
    )  # fmt: skip
    asked = Judged(found, {FRIDAY: 5, SATURDAY: 6})

    assert [(each.window.since, each.q) for each in told(asked, 0.05)] == [
        (SATURDAY, None),
        (FRIDAY, 0.05),
    ]
    assert judged(found).tests == {FRIDAY: 1, SATURDAY: 1}
