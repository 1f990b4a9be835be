"""Ours beside its peers: `make bench-peers`, or `python -m benchmarks.peers`.

One Postgres, a million entries of twenty tenants, every server a process of its own. First every
server must answer every question alike; then each question is put to each server in turn, one
connection and sixteen, in several rounds whose order changes. Figures are medians of rounds.
Beside requests a second stands the processor time of a request, of the server and of Postgres,
which does not depend on what else the machine does.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import orjson
import uvloop

from app.embedded import attach, status
from benchmarks.machine import described
from benchmarks.peers.answers import compare, values
from benchmarks.peers.load import answer, measure, request
from benchmarks.peers.prepared import for_peers, prepared
from benchmarks.peers.queries import ENTITIES, FEW_ENTRIES, QUERIES, ROWS, Asked, handwritten
from benchmarks.peers.rounds import Plan, Results, run
from benchmarks.peers.seed import Shape
from benchmarks.peers.servers import NAMES, SCRIPTS, Server, started, trivial
from benchmarks.peers.tables import MANY, printed


def main() -> None:
    """Fill, compare, measure, tell."""
    asked = arguments()
    with home_at(asked.home) as home, attach(home) as services:
        machine = described()
        print(machine, flush=True)
        results = uvloop.run(measured(home, services.postgres_url, asked, machine))
    print(printed(results.told()))
    if asked.out:
        asked.out.write_bytes(orjson.dumps(results.told(), option=orjson.OPT_INDENT_2))


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tenants", type=int, default=20)
    parser.add_argument("--days", type=int, default=500, help="of entries of each tenant")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=1.5, help="of each load")
    parser.add_argument("--rows", type=int, default=10_000, help="attribution rows of Q3")
    parser.add_argument("--only", action="append", choices=NAMES, help="these servers; repeatable")
    parser.add_argument("--earlier", type=Path, help="a checkout to be measured too")
    parser.add_argument("--home", type=Path, help="a folder that keeps the database for next time")
    parser.add_argument("--out", type=Path, help="a file for the figures, as JSON")
    return parser.parse_args()


@contextmanager
def home_at(given: Path | None) -> Iterator[Path]:
    """The folder of the database: one that stays, or one for this run."""
    if given is not None:
        given.mkdir(mode=0o755, parents=True, exist_ok=True)
        yield given
        return
    with tempfile.TemporaryDirectory(prefix="liftos-bench-") as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


async def measured(home: Path, url: str, asked: argparse.Namespace, machine: str) -> Results:
    """Everything, from the seed to the figures."""
    shape = Shape(days=asked.days)
    tenants = [(f"bench-{number}", shape) for number in range(asked.tenants)]
    filled = await prepared(home, url, tenants, asked.rows)
    await for_peers(home, url, filled)
    print(f"{len(filled) * shape.entries:,} entries of {len(filled)} tenants", flush=True)
    documents = home / "documents.json"
    documents.write_bytes(orjson.dumps([handwritten(ENTITIES, filled[0])[0]]))
    plan = Plan(asked.rounds, asked.seconds, status(home).postgres.pid or 0)
    with started(home, url, documents, asked.only or (), asked.earlier) as servers:
        for each in filled[:: max(1, len(filled) // 3)]:
            await alike(servers, each)
        print("every answer holds the same values", flush=True)
        reached = await ceiling(home, servers[0], filled[0], asked.seconds)
        about = f"{machine}; {asked.rows:,} rows in Q3; {reached}"
        return await run(plan, servers, filled, about, versions())


async def alike(servers: list[Server], asked: Asked) -> None:
    """Differs unless all servers tell one tenant's question the same."""
    for query in QUERIES:
        told = {
            server.name: values(await answer(server.port, sent))
            for server in servers
            if (sent := server.request(query, asked)) is not None
        }
        first, *others = told
        for other in others:
            compare(told[first], told[other], f"{query.number} of {first} and of {other}: data")


async def ceiling(home: Path, server: Server, asked: Asked, seconds: float) -> str:
    """What the load reaches of a server that only writes answers of these sizes."""
    told = []
    with trivial(home) as port:
        for query in (FEW_ENTRIES, ROWS):
            sent = server.request(query, asked)
            assert sent is not None
            size = len(await answer(server.port, sent))
            requests = [request(port, f"/{size}", sent)]
            fastest = await measure(port, requests, MANY, seconds, begin=b"")
            told.append(f"{fastest.per_second:,.0f} requests a second of {query.number}'s size")
    return f"the load itself reaches {' and '.join(told)}"


def versions() -> dict[str, str]:
    """Of the packages of npm."""
    lock = orjson.loads((SCRIPTS.path / "package.json").read_bytes())
    return dict(lock["dependencies"])


if __name__ == "__main__":
    main()
