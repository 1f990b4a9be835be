"""kill -9 of the worker, of Postgres and of Valkey in mid-run: nothing lost, nothing doubled."""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import signal
import time
from collections.abc import AsyncIterator, Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from app.embedded import status
from core.commands import CreateTenant, StartIngestion
from core.records.entries import EntryFilter
from core.records.runs import RunRecord, RunStatus
from core.scope import SystemScope, TenantScope
from core.units import DateRange
from tests.chaos.ground import Platform, Revived, truth, worker_environment
from tests.support import ended, meta_account, scope_of

RANGE = DateRange(date(2025, 12, 1), date(2026, 10, 31))
SEED = 20261122


@pytest.fixture
async def worker(platform: Platform, sandbox_url: str) -> AsyncIterator[Revived]:
    async with Revived(platform.home, worker_environment(sandbox_url)).running() as made:
        yield made


def victims(platform: Platform, worker: Revived) -> dict[str, Callable[[], None]]:
    found = status(platform.home)
    return {
        "worker": worker.kill,
        "postgres": lambda: kill(found.postgres.pid),
        "valkey": lambda: kill(found.valkey.pid),
    }


def kill(pid: int | None) -> None:
    """A part that is down already, or still coming up, needs no killing."""
    if pid is not None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


async def patiently(what: Callable[[], Any], seconds: float = 30) -> Any:
    deadline = time.monotonic() + seconds
    while True:
        try:
            return await what()
        except Exception:
            if time.monotonic() > deadline:
                raise
            await asyncio.sleep(0.1)


async def check(platform: Platform, scope: TenantScope, run: RunRecord, url: str) -> None:
    expected = truth(url, RANGE)
    rows = len(expected["rows"])
    assert run.error is None
    assert run.status is RunStatus.SUCCEEDED
    assert run.counters.balances
    assert run.counters.created == rows
    assert run.receipt is not None
    total = run.receipt.totals[0]
    assert total.entries == rows
    assert total.spend == Decimal(expected["totals"]["spend"])
    assert total.impressions == expected["totals"]["impressions"]
    assert total.conversions == Decimal(expected["totals"]["purchases"])
    assert await patiently(lambda: platform.stores.entries.count(scope, EntryFilter())) == rows
    async with platform.stores.database.read(scope) as connection:
        vintages = await connection.fetchrow(
            "SELECT count(*), count(DISTINCT (date, digest)) FROM marketing_entry_vintage"
        )
        pages = await connection.fetchval("SELECT count(*) FROM raw_page WHERE merged_at IS NULL")
        events = await connection.fetchrow(
            "SELECT count(*), max(sequence) FROM run_event WHERE run_id = $1", run.id
        )
    assert tuple(vintages or ()) == (rows, rows)
    assert pages == 0
    assert events is not None
    assert events[0] == events[1]


async def survive(platform: Platform, worker: Revived, url: str, seed: int, kills: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - chaos that can be repeated
    command = CreateTenant(slug=f"chaos-{seed}", name="Chaos")
    tenant = await patiently(
        lambda: platform.stores.tenants.create(SystemScope(reason="chaos"), command)
    )
    scope = scope_of(tenant)
    connection = await patiently(lambda: platform.stores.connections.create(scope, meta_account()))
    run = await patiently(
        lambda: platform.stores.runs.start_ingestion(
            scope, StartIngestion(connection.id, dates=RANGE)
        )
    )
    for _ in range(kills):
        await asyncio.sleep(chance.uniform(0.05, 1.2))
        victims(platform, worker)[chance.choice(["worker", "postgres", "valkey"])]()
    done = await patiently(lambda: ended(platform.stores, scope, run.id, 90), 120)
    await check(platform, scope, done, url)


async def test_a_run_survives_a_kill_of_each_part(
    platform: Platform, worker: Revived, sandbox_url: str
) -> None:
    await survive(platform, worker, sandbox_url, SEED, kills=3)


@pytest.mark.long
@pytest.mark.timeout(900)
@pytest.mark.parametrize("seed", range(20))
async def test_twenty_runs_survive_kills_at_random_points(
    platform: Platform, worker: Revived, sandbox_url: str, seed: int
) -> None:
    await survive(platform, worker, sandbox_url, seed, kills=2)
