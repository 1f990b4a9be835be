from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import numpy as np
import pytest

from sandbox.world.accounts import DEMO_ACCOUNTS
from sandbox.world.cache import TableCache
from sandbox.world.holidays import black_friday, easter
from sandbox.world.maturity import Restatement, arrived_share
from sandbox.world.metrics import (
    WIDTH,
    Column,
    Family,
    Table,
    Window,
    count_column,
    value_column,
)
from sandbox.world.records import Level
from sandbox.world.world import Question, World

DAY = date(2026, 3, 18)
RESTLESS = Restatement()
GROWING = [
    Column.IMPRESSIONS,
    Column.CLICKS,
    *(count_column(family, window) for family in Family for window in Window),
    *(value_column(window) for window in Window),
]


def at_age(days: float, day: date = DAY) -> datetime:
    midnight = datetime.combine(day, datetime.min.time(), tzinfo=UTC) - timedelta(hours=1)
    return midnight + timedelta(days=days)


def seen(
    world: World,
    age: float,
    *,
    level: Level = Level.AD,
    account: int = 1001,
    restatement: Restatement = RESTLESS,
) -> dict[int, list[int]]:
    """One day of an account by entity, as seen so long after its midnight in Berlin."""
    question = Question(account, level, DAY, DAY, at_age(age))
    table = world.answer(question, restatement)
    return dict(zip(table.entity.tolist(), table.values.tolist(), strict=True))


def may_of(world: World, moment: datetime, *, vanishing: bool = True) -> Table:
    question = Question(1900, Level.AD, date(2026, 5, 1), date(2026, 5, 31), moment)
    return world.answer(question, Restatement(vanishing=vanishing))


def keys(table: Table) -> set[tuple[int, int]]:
    return set(zip(table.day.tolist(), table.entity.tolist(), strict=True))


def test_conversions_never_fall_with_age() -> None:
    world = World(1)
    calm = Restatement(vanishing=False)
    ages = [0.1, 0.4, 0.8, 1, 1.5, 2, 3, 5, 8, 13, 20, 27, 28, 29, 60]
    views = [seen(world, age, restatement=calm) for age in ages]
    for earlier, later in pairwise(views):
        assert set(earlier) <= set(later)
        for ad, values in earlier.items():
            assert all(later[ad][column] >= values[column] for column in GROWING)
    assert views[-1] == views[-2] == views[-3]


def test_conversions_arrive_over_28_days() -> None:
    world = World(1)
    bought = count_column(Family.PURCHASE, Window.CLICK_7D)

    def purchases(age: float, pace: float = 1.0) -> int:
        restatement = Restatement(pace)
        return sum(row[bought] for row in seen(world, age, restatement=restatement).values())

    assert [purchases(age) for age in (0.5, 1, 2, 7, 14, 28, 400)] == PURCHASES_BY_AGE
    assert purchases(15, pace=2.0) == purchases(400)
    assert purchases(1, pace=0.0) == purchases(400)


PURCHASES_BY_AGE = [5, 11, 11, 14, 14, 15, 15]


def test_the_share_that_has_arrived() -> None:
    ages = np.array([-1.0, 0.0, 1.0, 14.5, 28.0, 90.0])
    assert arrived_share(ages, 1.0).tolist() == [0.0, 0.0, 0.58, 0.9475, 1.0, 1.0]


def test_the_read_day_is_partial_and_older_spend_moves_by_cents() -> None:
    world = World(1)

    def spend(age: float) -> int:
        [account] = seen(world, age, level=Level.ACCOUNT).values()
        return account[Column.SPEND]

    morning, noon, closed, second, third = (spend(age) for age in (0.3, 0.5, 1.0, 2.0, 3.0))
    final = spend(30)
    assert 0 < morning < noon < 0.6 * final
    assert final * 0.998 < closed <= second <= third == final
    assert closed < final
    assert sum(row[Column.SPEND] for row in seen(world, 30).values()) == final


def test_rows_without_spend_appear_and_some_vanish() -> None:
    world = World(1)
    early, late = at_age(0, date(2026, 6, 3)), at_age(0, date(2026, 11, 1))
    before, after = may_of(world, early), may_of(world, late)
    gone = keys(before) - keys(after)
    assert len(gone) == ROWS_GONE
    lost = [
        values
        for day, ad, values in zip(
            before.day.tolist(), before.entity.tolist(), before.values.tolist(), strict=True
        )
        if (day, ad) in gone
    ]
    leads, carts = (
        [
            count_column(family, Window.VIEW_1D),
            count_column(family, Window.CLICK_7D),
        ]
        for family in (Family.LEAD, Family.ADD_TO_CART)
    )
    for values in lost:
        assert values[Column.SPEND] == values[Column.IMPRESSIONS] == 0
        assert sum(values[column] for column in leads + carts) == 1
    kept = may_of(world, late, vanishing=False)
    assert keys(before) <= keys(kept)
    assert keys(after) < keys(kept)


ROWS_GONE = 32


@pytest.mark.parametrize("level", list(Level))
def test_every_level_adds_up_to_the_same(level: Level) -> None:
    world = World(1)
    totals = {}
    for each in (level, Level.AD):
        question = Question(1001, each, date(2026, 1, 15), date(2026, 3, 3), at_age(40))
        values = world.answer(question, RESTLESS).values
        totals[each] = np.delete(values, Column.REACH, axis=1).sum(axis=0).tolist()
    assert totals[level] == totals[Level.AD]
    assert len(totals[level]) == WIDTH - 1


def test_the_same_day_is_the_same_in_any_range_order_and_process() -> None:
    whole = World(1).answer(
        Question(1001, Level.AD, date(2026, 1, 1), date(2026, 4, 30), at_age(5)), RESTLESS
    )
    alone = World(1).answer(Question(1001, Level.AD, DAY, DAY, at_age(5)), RESTLESS)
    part = whole.day == DAY.toordinal()
    assert whole.entity[part].tolist() == alone.entity.tolist()
    assert whole.values[part].tolist() == alone.values.tolist()


def test_another_seed_is_another_world() -> None:
    assert seen(World(1), 30) != seen(World(2), 30)


def test_moving_the_clock_does_not_rewrite_the_settled_past() -> None:
    world = World(1)
    assert seen(world, 100) == seen(world, 1_000)


def test_black_friday_and_easter() -> None:
    assert [black_friday(year) for year in (2023, 2024, 2025, 2026)] == [
        date(2023, 11, 24),
        date(2024, 11, 29),
        date(2025, 11, 28),
        date(2026, 11, 27),
    ]
    assert [easter(year) for year in (1954, 1981, 2024, 2025, 2026)] == [
        date(1954, 4, 18),
        date(1981, 4, 19),
        date(2024, 3, 31),
        date(2025, 4, 20),
        date(2026, 4, 5),
    ]


def test_black_friday_sells_more_than_an_ordinary_friday() -> None:
    world = World(1)
    question = Question(1001, Level.ACCOUNT, date(2025, 11, 1), date(2025, 11, 30), at_age(400))
    spend = world.answer(question, RESTLESS).values[:, Column.SPEND]
    assert spend[27] == spend.max()
    assert spend[27] > 1.7 * spend[6]


def test_an_account_of_50_campaigns_and_400_days_is_answered_whole() -> None:
    account = replace(DEMO_ACCOUNTS[-1], number=2000, campaigns=50)
    world = World(1, (account,))
    question = Question(2000, Level.CAMPAIGN, DAY - timedelta(days=399), DAY, at_age(1))
    rows = len(world.answer(question, RESTLESS))
    assert 10_000 < rows <= 50 * 400


def test_the_cache_is_bounded_and_forgets_the_oldest() -> None:
    cache, built = TableCache(max_rows=10), []

    def table(name: str) -> Table:
        built.append(name)
        return Table(np.zeros(4, np.int64), np.zeros(4, np.int64), np.zeros((4, 1), np.int64))

    for name in ("a", "b", "a", "c", "a", "b"):
        cache.get(name, lambda name=name: table(name))  # type: ignore[misc] # the name is bound now
    assert built == ["a", "b", "c", "b"]
    assert len(cache) == 8
