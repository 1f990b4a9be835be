"""Settling learned from simulated restatements whose truth is known."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.records.restatements import ObservedDay, Settling, proposed_look_back
from transform.settling import settling

FIRST = date(2026, 6, 1)
Curve = Callable[[int], float]


def read(
    curve: Curve, days: int, look_back: int, *, every: int = 1, seed: int = 0, noise: float = 0.1
) -> list[ObservedDay]:
    """Days read at all ages up to `look_back`, by runs every so many days, until today.

    Today is the day after the last: the younger a day, the less far it was followed.
    """
    chance = np.random.default_rng(seed)
    found = []
    for number in range(days):
        volume = 1_000 * np.exp(noise * chance.standard_normal())
        offset = number % every
        ages = [age for age in range(days - number) if age <= look_back and age % every == offset]
        totals = tuple(float(np.floor(volume * curve(age))) for age in ages)
        found.append(ObservedDay(FIRST + timedelta(days=number), tuple(ages), totals))
    return found


def arriving(over: int) -> Curve:
    """All of it has arrived at age `over`: of a cubic, 60 % on the first day."""
    return lambda age: 1.0 - 0.4 * max(1.0 - age / over, 0.0) ** 3


def truth(curve: Curve) -> int:
    """The age from which on 99 % is known and no step moves by more than half a percent."""
    final = curve(1_000)
    known = [curve(age) for age in range(200)]
    return next(
        age
        for age in range(199)
        if known[age] >= 0.99 * final
        and all(known[k + 1] - known[k] <= 0.005 * known[k + 1] for k in range(age, 199))
    )


@pytest.mark.parametrize("over", [3, 7, 14, 21])
def test_the_age_is_found_although_young_days_have_not_finished_moving(over: int) -> None:
    curve = arriving(over)
    found = settling("conversions", read(curve, 90, 35))
    assert found.settles_after_days == truth(curve)
    assert (found.days, found.followed_days) == (89, 35)
    assert found.at_least_days is not None
    assert found.at_most_days is not None
    assert found.at_least_days <= truth(curve) <= found.at_most_days


@settings(max_examples=30, deadline=None)
@given(
    over=st.integers(1, 20),
    every=st.integers(1, 5),
    days=st.integers(70, 130),
    seed=st.integers(0, 1_000),
)
def test_irregular_readings_find_it_late_by_less_than_their_distance_and_never_early(
    over: int, every: int, days: int, seed: int
) -> None:
    curve = arriving(over)
    found = settling("conversions", read(curve, days, 40, every=every, seed=seed))
    assert found.settles_after_days is not None
    assert truth(curve) <= found.settles_after_days + 1
    assert found.settles_after_days <= truth(curve) + every + 1


@settings(max_examples=20, deadline=None)
@given(share=st.floats(0.0, 0.5), seed=st.integers(0, 1_000))
def test_the_share_of_late_movers_decides(share: float, seed: int) -> None:
    chance = np.random.default_rng(seed)
    late = chance.random(120) < share
    days = [
        ObservedDay(day.date, day.ages, tuple(
            total * (1.008 if is_late and age >= 15 else 1.0)
            for age, total in zip(day.ages, day.totals, strict=True)
        ))
        for day, is_late in zip(read(arriving(3), 120, 35), late, strict=True)
    ]  # fmt: skip
    found = settling("spend", days).settles_after_days
    seen = late[:105].mean()
    if seen > 0.06:
        assert found == 15
    elif seen < 0.04:
        assert found is not None
        assert found < 15


def test_falling_totals_settle_too() -> None:
    found = settling("spend", read(lambda age: 1.2 if age < 5 else 1.0, 90, 35))
    assert found.settles_after_days == 5


def test_a_metric_that_never_moves_settles_at_once() -> None:
    found = settling("spend", read(lambda _: 1.0, 60, 20))
    assert (found.settles_after_days, found.at_least_days, found.at_most_days) == (0, 0, 0)


@pytest.mark.parametrize(
    ("days", "look_back"),
    [(20, 35), (90, 0), (90, 5)],
    ids=["few days", "read once", "not followed long enough to confirm"],
)
def test_not_enough_is_said(days: int, look_back: int) -> None:
    found = settling("spend", read(arriving(3), days, look_back))
    assert (found.settles_after_days, found.at_least_days, found.at_most_days) == (None,) * 3


def test_what_still_moves_at_the_end_has_not_settled() -> None:
    found = settling("conversions", read(arriving(40), 90, 28))
    assert (found.settles_after_days, found.followed_days) == (None, 28)


def test_nothing_teaches_nothing() -> None:
    assert settling("spend", []) == Settling("spend", None, None, None, 0, 0)
    empty = [ObservedDay(FIRST + timedelta(days=n), (0, 1), (0.0, 0.0)) for n in range(60)]
    assert settling("spend", empty).days == 0


def test_the_same_days_teach_the_same_again() -> None:
    days = read(arriving(9), 90, 30)
    assert settling("spend", days) == settling("spend", days[::-1])


def known(age: int | None, followed: int = 28) -> Settling:
    return Settling("conversions", age, age, age, 60, followed)


@pytest.mark.parametrize(
    ("metrics", "current", "proposed"),
    [
        ([known(10), known(3)], 28, 17),
        ([known(21)], 28, None),
        ([known(10), known(None)], 28, 35),
        ([known(88, 95)], 28, 90),
        ([], 28, None),
    ],
)
def test_a_window_is_proposed(
    metrics: Sequence[Settling], current: int, proposed: int | None
) -> None:
    assert proposed_look_back(metrics, current) == proposed
