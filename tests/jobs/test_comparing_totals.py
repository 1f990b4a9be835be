"""Totals compared day by day: what is apart is named, and what agrees within rounding is not."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.reconciling import ADDITIVE, DayTotals, compared
from core.records.receipts import CheckStatus, DayGap, TotalCheck
from core.units import DateRange

FIRST = date(2026, 11, 1)
WEEK = DateRange(FIRST, FIRST + timedelta(days=6))
TOLERANCE = Decimal("0.005")
Totals = Mapping[str, Decimal | None]


def totals(**known: str | int) -> Totals:
    return {name: Decimal(known[name]) if name in known else None for name in ADDITIVE}


def day(number: int, ours: Totals, theirs: Totals | None, entries: int = 3) -> DayTotals:
    told = theirs is not None
    return DayTotals(FIRST + timedelta(days=number), entries, ours, theirs or totals(), told)


def check(metric: str, *days: DayTotals, tolerance: Decimal = TOLERANCE) -> TotalCheck:
    (found,) = [c for c in compared(days, WEEK, "EUR", tolerance) if c.metric == metric]
    return found


def test_a_gap_is_named_with_its_days_and_amount() -> None:
    found = check(
        "spend",
        day(0, totals(spend=100), totals(spend=100)),
        day(1, totals(spend=90), totals(spend="102.5")),
        day(2, totals(spend=50), totals(spend=60)),
    )
    assert found == TotalCheck(
        "spend",
        CheckStatus.MISMATCHED,
        "EUR",
        WEEK,
        Decimal(240),
        Decimal("262.5"),
        2,
        (
            DayGap(date(2026, 11, 2), Decimal(90), Decimal("102.5")),
            DayGap(date(2026, 11, 3), Decimal(50), Decimal(60)),
        ),
        "22.5 EUR short of the platform's, on 2 days from 2026-11-02 to 2026-11-03",
    )
    assert found.gap == Decimal("22.5")


@pytest.mark.parametrize(
    ("ours", "theirs", "reason"),
    [
        (110, 100, "10 more than the platform's, on 2026-11-01"),
        (0, 3, "3 short of the platform's, on 2026-11-01"),
        (1, None, "1 more than the platform's, on 2026-11-01"),
    ],
)
def test_it_is_told_which_side_has_more(ours: int, theirs: int | None, reason: str) -> None:
    told = None if theirs is None else totals(clicks=theirs)
    found = check("clicks", day(0, totals(clicks=ours), told))
    assert (found.status, found.reason) == (CheckStatus.MISMATCHED, reason)


def test_the_same_sum_on_other_days_is_no_match() -> None:
    found = check(
        "clicks",
        day(0, totals(clicks=1), totals(clicks=2)),
        day(1, totals(clicks=2), totals(clicks=1)),
    )
    assert (found.status, found.gap, found.gap_days) == (CheckStatus.MISMATCHED, Decimal(0), 2)
    assert found.reason == (
        "it lies on other days than the platform's, on 2 days from 2026-11-01 to 2026-11-02"
    )


@pytest.mark.parametrize(
    ("ours", "status"),
    [("99.5", CheckStatus.MATCHED), ("99.49", CheckStatus.MISMATCHED)],
)
def test_the_tolerance_is_a_share_of_the_platforms_total(ours: str, status: CheckStatus) -> None:
    assert check("spend", day(0, totals(spend=ours), totals(spend=100))).status is status


@pytest.mark.parametrize(("entries", "status"), [(3, "MATCHED"), (1, "MISMATCHED")])
def test_rounding_of_each_entry_to_cents_is_no_gap(entries: int, status: str) -> None:
    found = check("spend", day(0, totals(spend="0.32"), totals(spend="0.30"), entries))
    assert found.status == status


def test_what_one_side_does_not_know_is_not_assessed() -> None:
    theirs_unknown = check("clicks", day(0, totals(clicks=3), totals(spend=1)))
    ours_unknown = check("clicks", day(0, totals(spend=1), totals(clicks=3)))
    assert (theirs_unknown.status, theirs_unknown.reason) == (
        CheckStatus.NOT_ASSESSED,
        "the platform's totals do not tell it",
    )
    assert (ours_unknown.status, ours_unknown.reason) == (
        CheckStatus.NOT_ASSESSED,
        "the entries do not tell it",
    )


def test_nothing_on_either_side_is_a_match() -> None:
    assert {found.status for found in compared((), WEEK, "EUR", TOLERANCE)} == {CheckStatus.MATCHED}


AMOUNTS = st.decimals(0, 10_000, places=2, allow_nan=False)


@given(st.lists(AMOUNTS, min_size=1, max_size=7), st.data())
def test_equal_days_match_and_one_lost_entry_does_not(
    amounts: list[Decimal], data: st.DataObject
) -> None:
    known = [totals(spend=f"{amount}") for amount in amounts]
    equal = [day(number, each, each) for number, each in enumerate(known)]
    assert check("spend", *equal).status is CheckStatus.MATCHED
    at = data.draw(st.integers(0, len(amounts) - 1))
    lost = data.draw(st.decimals(1, 100, places=2, allow_nan=False))
    theirs = totals(spend=f"{amounts[at] + lost}")
    found = check("spend", *equal[:at], day(at, known[at], theirs), *equal[at + 1 :])
    is_apart = lost > max(TOLERANCE * (amounts[at] + lost), Decimal("0.02"))
    assert (found.status is CheckStatus.MISMATCHED) is is_apart
    assert found.gap == lost
    assert sum(gap.date == FIRST + timedelta(days=at) for gap in found.gaps) == is_apart
