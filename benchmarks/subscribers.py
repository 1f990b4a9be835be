"""Subscribers of one process, idle and told: `python -m benchmarks.subscribers`.

A real server over TCP; the subscribers are sockets of a process of their own, all of one tenant
and all of one credential, which is the worst case of a fan-out. An event is timed from the
moment that its transaction is committed until each subscriber has it.
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
from uuid import UUID

import asyncpg

from app.embedded import attach
from app.wiring import open_platform
from benchmarks.machine import described
from benchmarks.webhooks import cpu_seconds, serving
from core.commands import CreateTenant
from core.records.events import DataEvent, DataEventKind
from core.records.runs import Counters, RunStatus
from core.scope import Permission, Role, SystemScope, TenantScope
from core.settings import Settings
from stores.postgres.migrate import migrate
from stores.postgres.outbox import record_outbox
from stores.wiring import Stores

PAUSE_SECONDS = 5.0
STATISTICS_SECONDS = 12.0
"""After so long an idle backend of Postgres has told what it counted."""
QUERIES = {
    "the event": "subscription { events { sequence kind at } }",
    "its run too": "subscription { events { sequence kind at run { status } } }",
}
READS = "SELECT sum(seq_scan + idx_scan) FROM pg_stat_all_tables WHERE relname = ANY($1)"
READ = ["data_event", "event_clock", "run"]


def main() -> None:
    """Open the sockets, look at the memory, then tell them of events."""
    asked = arguments()
    resource.setrlimit(resource.RLIMIT_NOFILE, (20_000, 20_000))
    with tempfile.TemporaryDirectory(prefix="liftos-bench-") as folder:
        home = Path(folder)
        home.chmod(0o755)
        with attach(home) as services:
            print(described())
            asyncio.run(prepare(home))
            for told, query in QUERIES.items():
                with serving(home) as (port, api):
                    bench = Bench(home, services.postgres_url, port, api, asked)
                    asyncio.run(bench.run(told, query))


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--subscribers", type=int, default=5_000)
    parser.add_argument("--events", type=int, default=10)
    parser.add_argument("--deflate", action="store_true", help="as browsers ask for it")
    return parser.parse_args()


async def prepare(home: Path) -> None:
    """The tables, before anything is served."""
    async with open_platform(Settings(home=home)) as platform:
        await migrate(platform.endpoints.logins)


@dataclass(frozen=True, slots=True)
class Bench:
    """One server and its subscribers."""

    home: Path
    postgres_url: str
    port: int
    api: int
    asked: argparse.Namespace

    async def run(self, told: str, query: str) -> None:
        """One kind of subscription."""
        async with open_platform(Settings(home=self.home)) as platform:
            slug = told.replace(" ", "-")
            command = CreateTenant(slug=slug, name="Bench")
            tenant = await platform.stores.tenants.create(SystemScope(reason="benchmark"), command)
            scope = TenantScope(tenant.id, actor="cli", permissions=frozenset(Permission))
            _, key = await platform.stores.keys.create(scope, "bench", frozenset({Role.VIEWER}))
            empty = memory(self.api)
            sockets = self.sockets(query, key)
            try:
                await self.tell(platform.stores, scope, sockets, told, empty)
            finally:
                sockets.kill()
                sockets.wait()

    def sockets(self, query: str, key: str) -> subprocess.Popen[str]:
        """The process of subscribers."""
        plan = {
            "port": self.port,
            "key": key,
            "query": query,
            "count": self.asked.subscribers,
            "events": self.asked.events,
            "deflate": self.asked.deflate,
        }
        return subprocess.Popen(  # noqa: S603 - this program itself
            [sys.executable, "-m", "benchmarks.subscriber_sockets", json.dumps(plan)],
            stdout=subprocess.PIPE,
            text=True,
        )

    async def tell(
        self,
        stores: Stores,
        scope: TenantScope,
        sockets: subprocess.Popen[str],
        told: str,
        empty: float,
    ) -> None:
        """Events, one after the other, and what that took."""
        assert sockets.stdout is not None
        opened = json.loads(await asyncio.to_thread(sockets.stdout.readline))
        await asyncio.sleep(STATISTICS_SECONDS)
        idle, before, reads = memory(self.api), cpu_seconds(self.api), await self.reads()
        committed = [await happen(stores, scope) for _ in range(self.asked.events)]
        arrived = json.loads(await asyncio.to_thread(sockets.stdout.readline))["arrived"]
        used = cpu_seconds(self.api) - before
        await asyncio.sleep(STATISTICS_SECONDS)
        reads = await self.reads() - reads
        waits = sorted(
            (at - start) * 1000
            for start, times in zip(committed, arrived, strict=True)
            for at in times
        )
        assert len(waits) == self.asked.events * self.asked.subscribers
        cuts = statistics.quantiles(waits, n=100)
        print(
            f"{told:<12} {self.asked.subscribers:,} sockets opened in {opened['seconds']:.1f} s; "
            f"memory {empty:.0f} MB empty, {idle:.0f} idle, {memory(self.api):.0f} told "
            f"({(idle - empty) * 1024 / self.asked.subscribers:.0f} KB each); "
            f"{self.asked.events} events: p50 {cuts[49]:.0f}  p99 {cuts[98]:.0f}  "
            f"max {waits[-1]:.0f} ms  {used / len(waits) * 1e6:.0f} us of CPU a delivery; "
            f"{reads:,} reads of the database for {len(waits):,} deliveries",
            flush=True,
        )

    async def reads(self) -> int:
        """How often the tables that are read for events have been read."""
        connection = await asyncpg.connect(self.postgres_url)
        try:
            return int(await connection.fetchval(READS, READ))
        finally:
            await connection.close()


async def happen(stores: Stores, scope: TenantScope) -> float:
    """One event, as a run's step leaves it: committed, then announced. When it was committed."""
    nobody = UUID(int=7)
    event = DataEvent(DataEventKind.RUN_QUEUED, None, nobody, RunStatus.QUEUED, Counters())
    async with stores.database.write(scope) as connection:
        await record_outbox(connection, scope, event)
    committed = time.time()
    await stores.topics.publish(scope.tenant_id, nobody)
    await asyncio.sleep(PAUSE_SECONDS)
    return committed


def memory(pid: int) -> float:
    """Resident memory in MB."""
    lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) / 1024


if __name__ == "__main__":
    main()
