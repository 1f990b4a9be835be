"""Signed webhooks accepted durably: `python -m benchmarks.webhooks`.

A real server over TCP on an embedded Postgres with fsync; the sender is a process of its own
that sends at a set rate, whether answers come or not, so what waits is counted as waiting. One
event a message unless `--events` says more. At the end every message that was answered 202 is
looked for in the database.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import asyncpg

from app.embedded import attach, status
from app.wiring import open_platform
from benchmarks.machine import described
from core.commands import ConnectSource, CreateTenant
from core.records.connections import Level, Source
from core.scope import Permission, SystemScope, TenantScope
from core.settings import Settings
from resolvers import webhooks
from resolvers.session import Session
from stores.postgres.migrate import migrate
from stores.wiring import Stores

WARM_UP_SECONDS = 2
LOOP_SECONDS = 5


def main() -> None:
    """Warm up, send at the rate, then as fast as answers come."""
    asked = arguments()
    with tempfile.TemporaryDirectory(prefix="liftos-bench-") as folder:
        home = Path(folder)
        home.chmod(0o755)
        with attach(home) as services:
            targets = asyncio.run(set_up(home, asked.tenants))
            print(described())
            with serving(home) as (port, api):
                plan = {"port": port, "targets": targets, "events": asked.events}
                processes = {"api": api, "postgres": status(home).postgres.pid or 0}
                loads = ((WARM_UP_SECONDS, asked.rate), (asked.seconds, asked.rate),
                         (LOOP_SECONDS, 0))  # fmt: skip
                accepted = sum(measured(plan, processes, *load) for load in loads)
            kept = asyncio.run(counted(services.postgres_url))
        assert kept == accepted, (kept, accepted)
        print(f"each of the {kept:,} messages answered 202 stands in the inbox")


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rate", type=int, default=2_000, help="messages a second")
    parser.add_argument("--seconds", type=int, default=15)
    parser.add_argument("--tenants", type=int, default=4)
    parser.add_argument("--events", type=int, default=1, help="events a message")
    return parser.parse_args()


def measured(plan: dict[str, Any], processes: dict[str, int], seconds: int, rate: int) -> int:
    """Carry out one load and print how it went; how many messages were accepted."""
    before = {name: cpu_seconds(pid) for name, pid in processes.items()}
    sender = subprocess.run(
        [sys.executable, "-m", "benchmarks.webhook_sender"],
        input=json.dumps({**plan, "seconds": seconds, "rate": rate, "run": time.time_ns()}),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    told = json.loads(sender.stdout)
    accepted = int(told["statuses"].get("202", 0))
    used = {name: cpu_seconds(pid) - before[name] for name, pid in processes.items()}
    costs = "  ".join(
        f"{name} {spent / accepted * 1e6:.0f}"
        for name, spent in {**used, "sender": told["cpu"]}.items()
    )
    name = f"at {rate:,}/s" if rate else "closed loop"
    print(
        f"{name:<12} {seconds:2} s {accepted * plan['events'] / told['took']:8,.0f} events/s  "
        f"p50 {told['p50']:6.1f}  p95 {told['p95']:6.1f}  p99 {told['p99']:6.1f}  "
        f"max {told['max']:6.1f} ms  us of CPU a message: {costs}  {told['statuses']}  "
        f"load {os.getloadavg()[0]:.1f}",
        flush=True,
    )
    return accepted


async def set_up(home: Path, tenants: int) -> list[tuple[str, str]]:
    """The ids and secrets of webhooks of as many tenants."""
    async with open_platform(Settings(home=home)) as platform:
        await migrate(platform.endpoints.logins)
        return [await endpoint(platform.stores, number) for number in range(tenants)]


async def endpoint(stores: Stores, number: int) -> tuple[str, str]:
    """A tenant with a webhook."""
    command = CreateTenant(slug=f"bench-{number}", name="Bench")
    tenant = await stores.tenants.create(SystemScope(reason="benchmark"), command)
    scope = TenantScope(tenant.id, actor="cli", permissions=frozenset(Permission))
    shop = ConnectSource(Source.WEBHOOK, "shop", "Shop", "EUR", "Europe/Berlin", Level.ORDER, 0)
    made, issued = await webhooks.connect(Session.open(scope, stores), shop)
    assert issued is not None
    return str(made.id), issued.secret


async def counted(owner: str) -> int:
    """How many messages the inbox holds."""
    connection = await asyncpg.connect(owner)
    try:
        return int(await connection.fetchval("SELECT count(*) FROM webhook_inbox"))
    finally:
        await connection.close()


@contextmanager
def serving(home: Path) -> Iterator[tuple[int, int]]:
    """`liftos api` as a process: its port and its id."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    log = home / "api.log"
    with log.open("wb") as output:
        process = subprocess.Popen(  # noqa: S603 - this program itself
            [sys.executable, "-m", "app.cli.main", "api", "--port", str(port)],
            env={**os.environ, "LIFTOS_HOME": str(home)},
            stdout=output,
            stderr=output,
        )
    try:
        wait(port, log)
        yield port, process.pid
    finally:
        process.terminate()
        process.wait(20)


def wait(port: int, log: Path) -> None:
    """Until the server is ready."""
    for _ in range(300):
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise SystemExit(log.read_text())


def cpu_seconds(pid: int) -> float:
    """Processor time that a process and its children have used, those that have ended too."""
    used = 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            fields = stat.read_text().rpartition(")")[2].split()
            if stat.parent.name == str(pid):
                used += sum(map(int, fields[11:15]))
            elif fields[1] == str(pid):
                used += sum(map(int, fields[11:13]))
    return used / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    main()
