"""Followers of runs at rising rates: `python -m benchmarks.followers`.

The model: runs of a few tenants get on, their steps spread evenly over all of them, and every
run is followed by as many sockets as every other. A step is committed as a worker commits it and
announced; each delivery is timed from that commit until the socket has it. All of it, the
sockets, the steps and Postgres too, shares this machine with the one process that serves.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from app.embedded import attach
from app.wiring import open_platform
from benchmarks.machine import described
from benchmarks.subscribers import memory, prepare
from benchmarks.webhooks import cpu_seconds, serving
from core.commands import CreateTenant, NewRun
from core.records.runs import RunEventKind, RunKind
from core.scope import Permission, Role, SystemScope, TenantScope
from core.settings import Settings
from graph.ids import RUN
from stores.postgres.run_events import record_event
from stores.wiring import Stores

QUERY = "subscription($run: ID!) { ingestionProgress(runId: $run) { sequence at kind progress } }"
TICK_SECONDS = 0.02
SETTLING_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Followed:
    """A tenant, its key, and its runs."""

    scope: TenantScope
    key: str
    runs: tuple[UUID, ...]


def main() -> None:
    """Open the sockets, then let the runs get on, faster and faster."""
    asked = arguments()
    resource.setrlimit(resource.RLIMIT_NOFILE, (20_000, 20_000))
    with tempfile.TemporaryDirectory(prefix="liftos-bench-") as folder:
        home = Path(folder)
        home.chmod(0o755)
        with attach(home):
            print(described())
            asyncio.run(prepare(home))
            with serving(home) as (port, api):
                asyncio.run(measure(home, port, api, asked))


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--subscribers", type=int, default=5_000)
    parser.add_argument("--runs", type=int, default=500)
    parser.add_argument("--tenants", type=int, default=4)
    parser.add_argument("--rates", type=int, nargs="+", default=[50, 100, 200, 400, 1_000])
    parser.add_argument("--seconds", type=float, default=5.0)
    return parser.parse_args()


async def measure(home: Path, port: int, api: int, asked: argparse.Namespace) -> None:
    """Every rate with the same sockets."""
    async with open_platform(Settings(home=home)) as platform:
        stores = platform.stores
        tenants = [await followed(stores, number, asked) for number in range(asked.tenants)]
        empty = memory(api)
        bench = Bench(stores, tenants, opened(tenants, port, asked.subscribers), api, asked)
        try:
            seconds = (await bench.hear())["seconds"]
            held = (memory(api) - empty) * 1024 / asked.subscribers
            print(f"{asked.subscribers:,} sockets in {seconds:.1f} s, {held:.0f} KB each")
            for rate in asked.rates:
                await bench.at_rate(rate)
        finally:
            bench.sockets.kill()
            bench.sockets.wait()


async def followed(stores: Stores, number: int, asked: argparse.Namespace) -> Followed:
    """A tenant with its share of the runs."""
    made = CreateTenant(slug=f"bench-{number}", name="Bench")
    tenant = await stores.tenants.create(SystemScope(reason="benchmark"), made)
    scope = TenantScope(tenant.id, actor="cli", permissions=frozenset(Permission))
    _, key = await stores.keys.create(scope, "bench", frozenset({Role.VIEWER}))
    command = NewRun(kind=RunKind.EXPORT)
    runs = await stores.runs.start_all(scope, [command] * (asked.runs // asked.tenants))
    return Followed(scope, key, tuple(run.id for run in runs))


def opened(tenants: list[Followed], port: int, count: int) -> subprocess.Popen[str]:
    """The process of sockets, which takes turns among the runs."""
    runs = [(each.key, RUN.encode(run)) for each in tenants for run in each.runs]
    plan = {"port": port, "query": QUERY, "runs": runs, "count": count}
    process = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.follower_sockets"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdin is not None
    process.stdin.write(json.dumps(plan) + "\n")
    process.stdin.flush()
    return process


@dataclass(frozen=True, slots=True)
class Bench:
    """The runs, their followers, and the process that serves them."""

    stores: Stores
    tenants: list[Followed]
    sockets: subprocess.Popen[str]
    api: int
    asked: argparse.Namespace

    async def hear(self) -> Any:
        """The next that the sockets say."""
        assert self.sockets.stdout is not None
        return json.loads(await asyncio.to_thread(self.sockets.stdout.readline))

    async def at_rate(self, rate: int) -> None:
        """Steps at a rate; what the sockets say of their arrival."""
        before, began = cpu_seconds(self.api), time.perf_counter()
        committed: dict[str, float] = {}
        share, seconds = rate / len(self.tenants), self.asked.seconds
        getting = (getting_on(self.stores, each, share, seconds) for each in self.tenants)
        for steps in await asyncio.gather(*getting):
            committed |= steps
        took = time.perf_counter() - began
        await asyncio.sleep(SETTLING_SECONDS)
        used = cpu_seconds(self.api) - before
        assert self.sockets.stdin is not None
        self.sockets.stdin.write("tell\n")
        self.sockets.stdin.flush()
        arrived = await self.hear()
        waits = sorted((at - committed[f"{run} {step}"]) * 1000 for run, step, at in arrived)
        runs = sum(len(each.runs) for each in self.tenants)
        due = len(committed) * self.asked.subscribers // runs
        cuts = statistics.quantiles(waits, n=100)
        print(
            f"{len(committed) / took:6,.0f} steps/s  {len(waits) / took:7,.0f} deliveries/s  "
            f"p50 {cuts[49]:6.0f}  p99 {cuts[98]:6.0f}  max {waits[-1]:6.0f} ms  "
            f"{used / len(waits) * 1e6:4.0f} us of CPU a delivery  "
            f"{due - len(waits):,} of {due:,} not there yet  {memory(self.api):.0f} MB",
            flush=True,
        )


async def getting_on(
    stores: Stores, tenant: Followed, rate: float, seconds: float
) -> dict[str, float]:
    """A tenant's runs get on by turns, all steps of a moment in one transaction.

    When each step was committed.
    """
    committed: dict[str, float] = {}
    began, done, steps = time.perf_counter(), 0, int(rate * seconds)
    sequences = dict.fromkeys(tenant.runs, 0)
    async with stores.database.read(tenant.scope) as connection:
        rows = await connection.fetch(_SEQUENCES, tenant.scope.tenant_id)
        sequences |= {row["id"]: row["event_sequence"] for row in rows}
    while done < steps:
        due = min(steps, int((time.perf_counter() - began) * rate) + 1)
        moved = [tenant.runs[at % len(tenant.runs)] for at in range(done, due)]
        async with stores.database.write(tenant.scope) as connection:
            for run in moved:
                kind = RunEventKind.STEP_COMPLETED
                await record_event(connection, tenant.scope, run, kind, "a step")
        now, done = time.time(), due
        for run in moved:
            sequences[run] += 1
            committed[f"{RUN.encode(run)} {sequences[run]}"] = now
            await stores.topics.publish(tenant.scope.tenant_id, run)
        await asyncio.sleep(TICK_SECONDS)
    return committed


_SEQUENCES = "SELECT id, event_sequence FROM run WHERE tenant_id = $1"


if __name__ == "__main__":
    main()
