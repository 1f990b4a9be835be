"""How answers' cost grows: `python -m benchmarks.growth`.

First one tenant of ten thousand entries, alone, among twenty and among five hundred; then tenants
of ten thousand, a hundred thousand and a million entries side by side. What a question answers is
the same everywhere: pages, months, campaigns and days stay as many, only what lies below grows.
"""

from __future__ import annotations

import argparse
import asyncio
from pathlib import Path

from app.embedded import attach, status
from benchmarks.machine import described
from benchmarks.peers.__main__ import home_at
from benchmarks.peers.page import put
from benchmarks.peers.prepared import crowd, prepared
from benchmarks.peers.queries import QUERIES, Asked, Query
from benchmarks.peers.rounds import Cell, Plan, loaded, median, requests_of
from benchmarks.peers.seed import Shape
from benchmarks.peers.servers import Server, ours
from benchmarks.peers.tables import number, table

SMALL, AMONG = Shape(ads=1), Shape(days=100, ads=1)
LARGER = (Shape(ads=10), Shape(ads=100))
LARGEST = Shape(ads=1_000)
TENANTS = (1, 20, 500)
Column = dict[str, Cell]


def main() -> None:
    """Fill and measure, step by step."""
    asked = arguments()
    with home_at(None) as home, attach(home) as services:
        about = described()
        print(about, flush=True)
        columns = asyncio.run(grown(home, services.postgres_url, asked))
    text = printed(columns)
    print(text)
    if asked.page:
        put("growth", f"{about}.\n\n{text}")


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=1.0, help="of each load")
    parser.add_argument("--rows", type=int, default=10_000, help="attribution rows of Q3")
    parser.add_argument("--largest", action="store_true", help="ten million entries too")
    parser.add_argument("--page", action="store_true", help="put the table into docs/benchmarks.md")
    return parser.parse_args()


async def grown(home: Path, url: str, asked: argparse.Namespace) -> dict[str, Column]:
    """Columns of the table: by tenants beside, then by entries."""
    columns: dict[str, Column] = {}
    plan = Plan(asked.rounds, asked.seconds, status(home).postgres.pid or 0)
    for tenants in TENANTS:
        await crowd(home, url, tenants - 1, AMONG)
        small = await prepared(home, url, [("small", SMALL)], asked.rows)
        told = f"{SMALL.entries:,} of {tenants}"
        columns |= await measured(plan, home, {told: small[0]})
    shapes = (SMALL, *LARGER, *([LARGEST] if asked.largest else []))
    named = [("small", SMALL), *((f"of-{each.entries}", each) for each in shapes[1:])]
    found = await prepared(home, url, named, asked.rows)
    by_size = {f"{each.tenant.shape.entries:,}": each for each in found}
    return columns | await measured(plan, home, by_size)


async def measured(plan: Plan, home: Path, asked: dict[str, Asked]) -> dict[str, Column]:
    """A column for each tenant, in rounds that go from one to the next."""
    found: dict[tuple[str, Query], list[Cell]] = {}
    with ours("LiftOS", home, {}) as server:
        for turn in range(plan.rounds + 1):
            for query in QUERIES:
                for name, tenant in asked.items():
                    cell = await one(plan, server, query, tenant)
                    if turn:
                        found.setdefault((name, query), []).append(cell)
    return {name: {query.number: median(found[name, query]) for query in QUERIES} for name in asked}


async def one(plan: Plan, server: Server, query: Query, asked: Asked) -> Cell:
    """One connection."""
    return await loaded(plan, server, requests_of(server, query, [asked]), 1, plan.seconds)


def printed(columns: dict[str, Column]) -> str:
    """p50 in ms, and in brackets processor ms of the API + of Postgres."""
    rows = [
        [
            f"{query.number} {query.name}",
            *(cell(column[query.number]) for column in columns.values()),
        ]
        for query in QUERIES
    ]
    return table(["entries", *columns], rows)


def cell(found: Cell) -> str:
    """One figure of the table."""
    return f"{number(found.p50)} ({number(found.own_cpu)} + {number(found.postgres_cpu)})"


if __name__ == "__main__":
    main()
