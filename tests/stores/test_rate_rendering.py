"""Rates that Postgres writes are those that resolvers derive, to the last of ten places."""

from __future__ import annotations

import random
from dataclasses import replace
from decimal import Decimal

from core.metrics.catalogue import CATALOGUE, Metric, MetricKind
from core.metrics.rates import rate
from graph.scalars import write_decimal
from stores.postgres.rate_rendering import figure_of
from stores.postgres.rendering import decimal
from stores.wiring import Stores
from tests.graph import samples

RATES = [each for each in Metric if CATALOGUE[each].kind is MetricKind.RATIO]
COLUMNS = ("spend", "impressions", "clicks", "conversions", "conversion_value")


def _amount(dice: random.Random) -> Decimal | None:
    digits = dice.choice((0, 1, 5, 10**6, 5 * 10**9, dice.randrange(10**20), 10**20 - 1))
    return dice.choice((None, *3 * (Decimal(digits * dice.choice((1, 1, -1))).scaleb(-6),)))


def _count(dice: random.Random) -> int | None:
    return dice.choice((None, 0, 1, 2, 3, 7, 2**53, 2**63 - 1, dice.randrange(1, 10**9)))


async def test_rates_are_rounded_as_resolvers_round_them(stores: Stores) -> None:
    dice = random.Random(6)  # noqa: S311 - the same every time
    given = [
        (_amount(dice), _count(dice), _count(dice), _amount(dice), _amount(dice))
        for _ in range(2_000)
    ]
    items = ", ".join(f"{decimal(figure_of(each, 'e'))} AS {each.column}" for each in RATES)
    kinds = ("numeric(20, 6)", "bigint", "bigint", "numeric(20, 6)", "numeric(20, 6)")
    arrays = ", ".join(f"${place}::{kind}[]" for place, kind in enumerate(kinds, 1))
    relation = f"unnest({arrays}) WITH ORDINALITY e ({', '.join(COLUMNS)}, n)"
    sql = f"SELECT {items} FROM {relation} ORDER BY n"
    async with stores.database.unbound() as connection:
        rows = await connection.fetch(sql, *map(list, zip(*given, strict=True)))
    for values, row in zip(given, rows, strict=True):
        spend, impressions, clicks, conversions, value = values
        counted = replace(
            samples.UNKNOWN,
            spend=spend,
            impressions=impressions,
            clicks=clicks,
            conversions=conversions,
            conversion_value=value,
        )
        told = {each.column: rate(each, counted) for each in RATES}
        assert dict(row) == {
            name: "null" if value is None else f'"{write_decimal(value)}"'
            for name, value in told.items()
        }
