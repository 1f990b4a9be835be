"""What small requests cost beside an earlier version: `python -m benchmarks.requests`.

`--earlier` names a checkout of it; without one, this one is measured alone. Both are `liftos api`,
a process each, over one Postgres; they take turns, and each figure is the median of the rounds.
Processor time of a request, the API's and Postgres's, is what to compare on a busy machine.
"""

from __future__ import annotations

import argparse
from contextlib import ExitStack
from pathlib import Path

import uvloop

from app.embedded import attach, status
from benchmarks.machine import described
from benchmarks.peers.__main__ import home_at
from benchmarks.peers.prepared import prepared
from benchmarks.peers.queries import CAMPAIGNS, FEW_ENTRIES, Asked, Query
from benchmarks.peers.rounds import Cell, Plan, loaded, median, requests_of
from benchmarks.peers.seed import Shape
from benchmarks.peers.servers import Server, ours
from benchmarks.peers.tables import EARLIER, OURS

SMALL = Shape(days=100)
CONNECTIONS = (1, 16)


def main() -> None:
    """Fill, measure, tell."""
    asked = arguments()
    with home_at(asked.home) as home, attach(home) as services:
        print(described(), flush=True)
        uvloop.run(measured(home, services.postgres_url, asked))


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tenants", type=int, default=20)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=1.5, help="of each load")
    parser.add_argument("--earlier", type=Path, help="a checkout to be measured too")
    parser.add_argument("--home", type=Path, help="a folder that keeps the database for next time")
    return parser.parse_args()


async def measured(home: Path, url: str, asked: argparse.Namespace) -> None:
    """Every load of every server in turn, then the medians."""
    tenants = await prepared(home, url, [(f"t{n}", SMALL) for n in range(asked.tenants)], 1)
    plan = Plan(asked.rounds, asked.seconds, status(home).postgres.pid or 0)
    with ExitStack() as stack:
        servers = [stack.enter_context(ours(OURS, home, {}))]
        if asked.earlier is not None:
            servers.insert(0, stack.enter_context(ours(EARLIER, home, {}, asked.earlier)))
        for query in (FEW_ENTRIES, CAMPAIGNS):
            for connections in CONNECTIONS:
                cells = await rounds(plan, servers, query, tenants, connections)
                for server, cell in zip(servers, cells, strict=True):
                    print(told(query, connections, server, cell), flush=True)


async def rounds(
    plan: Plan, servers: list[Server], query: Query, tenants: list[Asked], connections: int
) -> list[Cell]:
    """The medians of each server; the first round warms."""
    found: list[list[Cell]] = [[] for _ in servers]
    for turn in range(plan.rounds + 1):
        for server, cells in zip(servers, found, strict=True):
            sent = requests_of(server, query, tenants)
            cell = await loaded(plan, server, sent, connections, plan.seconds)
            if turn:
                cells.append(cell)
    return [median(cells) for cells in found]


def told(query: Query, connections: int, server: Server, cell: Cell) -> str:
    """A line."""
    return (
        f"{query.number} {connections:3} {server.name:16} {cell.per_second:7.1f}/s  p50"
        f" {cell.p50:6.2f} ms  processor {cell.own_cpu:5.2f} + {cell.postgres_cpu:5.2f} ms"
    )


if __name__ == "__main__":
    main()
