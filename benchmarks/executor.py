"""Completion by columns beside graphql-core's own, on the same rows in one interleaved run.

`python -m benchmarks.executor`. Nothing is read from anywhere: what is measured is the time of
processor from an operation's text to the bytes of its answer. Times are medians; on a machine
that has other work only their ratios tell anything.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import enum
import time
from dataclasses import dataclass, field
from decimal import Decimal
from statistics import median
from typing import Any

import strawberry
from aiodataloader import DataLoader
from strawberry.schema.config import StrawberryConfig
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from benchmarks import machine
from graph.executor.executor import PlannedExecution
from graph.executor.rendered import encoded
from graph.scalars import SCALARS

ROUNDS = 9
CAMPAIGNS = 20


@strawberry.enum
class Kind(enum.Enum):
    """What a row is about."""

    CAMPAIGN = "campaign"
    AD = "ad"


@strawberry.type
class Campaign:
    """Something that many rows belong to."""

    id: strawberry.ID
    name: str


@strawberry.type
class Row:
    """As wide as what is asked of an entry."""

    id: strawberry.ID
    date: dt.date
    kind: Kind
    spend: Decimal
    clicks: int
    impressions: int
    channel: str
    currency: str
    name: str | None
    is_mature: bool
    ctr: float
    learned_at: dt.datetime
    own: Campaign

    @strawberry.field
    async def campaign(self, info: strawberry.Info[Context, None]) -> Campaign:
        """By a loader, as relations are."""
        return await info.context.campaigns.load(self.clicks % CAMPAIGNS)


async def campaigns(numbers: list[int]) -> list[Campaign]:
    """By their numbers."""
    return [Campaign(id=strawberry.ID(str(number)), name=f"c{number}") for number in numbers]


@dataclass
class Context:
    """Of one operation."""

    campaigns: DataLoader[int, Campaign] = field(default_factory=lambda: DataLoader(campaigns))
    renders: bool = True


def row(number: int) -> Row:
    """One of many."""
    return Row(
        id=strawberry.ID(str(number)),
        date=dt.date(2026, 1, 1) + dt.timedelta(days=number % 300),
        kind=Kind.CAMPAIGN if number % 3 else Kind.AD,
        spend=Decimal(number) / 7,
        clicks=number,
        impressions=number * 30,
        channel="Paid Social",
        currency="EUR",
        name=None if number % 2 else "Herbst \N{LEAF FLUTTERING IN WIND}",
        is_mature=bool(number % 2),
        ctr=number / 30,
        learned_at=dt.datetime(2026, 1, 1, tzinfo=dt.UTC) + dt.timedelta(seconds=number),
        own=Campaign(id=strawberry.ID("1"), name="c1"),
    )


ROWS = [row(number) for number in range(10_000)]


@strawberry.type
class Query:
    """The rows."""

    @strawberry.field
    async def rows(self, first: int) -> list[Row]:
        """The first of them."""
        return ROWS[:first]


VALUES = "id date kind spend clicks impressions channel currency name isMature ctr learnedAt"
SHAPES = {
    "values": f"{{ {VALUES} }}",
    "an object in each row": f"{{ {VALUES} own {{ id name }} }}",
    "a loader in each row": f"{{ {VALUES} campaign {{ id name }} }}",
}
CASES = [("values", 50), ("values", 1_000), ("values", 10_000)] + [
    (shape, 1_000) for shape in list(SHAPES)[1:]
]
SCHEMAS = [
    strawberry.Schema(
        Query, config=StrawberryConfig(scalar_map=SCALARS), execution_context_class=by
    )
    for by in (StrawberryGraphQLCoreExecutionContext, PlannedExecution)
]


async def asked(schema: strawberry.Schema, shape: str, first: int) -> tuple[bytes, float]:
    """The answer, and the milliseconds of processor that it took."""
    began = time.process_time()
    query = f"query ($first: Int!) {{ rows(first: $first) {SHAPES[shape]} }}"
    result: Any = await schema.execute(query, {"first": first}, Context())
    body = encoded(result.data)
    assert result.errors is None
    return body, (time.process_time() - began) * 1e3


async def main() -> None:
    """Print the figures."""
    print(machine.described())
    print(f"{'rows':>6}  {'of':22} {'graphql-core':>12} {'by columns':>11} {'ratio':>6}")
    for shape, first in CASES:
        rounds = [[await asked(schema, shape, first) for schema in SCHEMAS] for _ in range(ROUNDS)]
        assert len({body for pair in rounds for body, _ in pair}) == 1
        core, columns = (median(pair[of][1] for pair in rounds) for of in (0, 1))
        print(f"{first:6}  {shape:22} {core:9.1f} ms {columns:8.1f} ms {core / columns:5.1f}x")


if __name__ == "__main__":
    asyncio.run(main())
