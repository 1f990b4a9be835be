"""Analyses by the worker: of tenants never analysed, after one new day, and with nothing new.

`python -m benchmarks.insights --tenants 20`. An embedded Postgres of its own, and one worker that
has nothing else to do, in this process, on the same cores. Entries are written as merges leave
them. A stage's clock runs while other tenants work on the same cores: go by processor time.
"""

from __future__ import annotations

import argparse
import asyncio
import shutil
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from unittest.mock import patch

import asyncpg

import app.cli  # noqa: F401 - one thread of BLAS, as the worker has
from analysis.insights import discover
from app.embedded import attach, status
from benchmarks.insight_accounts import Account, opened
from benchmarks.machine import children_cpu_seconds, described, own_cpu_seconds, own_peak_mb
from benchmarks.stages import ANALYSIS, timed, timed_call
from core.records.runs import RunRecord, RunStatus
from core.settings import Settings
from jobs.runner import Runner
from stores.postgres.logins import Logins, derive_logins
from stores.postgres.migrate import migrate
from stores.postgres.queue_worker import Terms, consume
from stores.wiring import Stores, open_stores
from stores.work import work_stores

MASTER_KEY = bytes(32)
SETTINGS = Settings()


async def analysed(
    stores: Stores, logins: Logins, accounts: Sequence[Account]
) -> tuple[list[RunRecord], Counter[str]]:
    """One run of each, by the worker; the seconds of its stages."""
    asked = [await stores.analyses.request(each.scope) for each in accounts]
    stop = asyncio.Event()
    runner = Runner(stores, work_stores(stores), SETTINGS)
    terms = Terms(
        SETTINGS.worker_heartbeat_seconds, SETTINGS.worker_concurrency, SETTINGS.tier_runs
    )
    with timed(ANALYSIS) as stages, _detectors(stages):
        worker = asyncio.create_task(consume(logins, runner.handle, stop, terms))
        runs = [
            await _ended(stores, account, run) for account, run in zip(accounts, asked, strict=True)
        ]
        stop.set()
        await worker
    return runs, stages


@contextmanager
def _detectors(stages: Counter[str]) -> Iterator[None]:
    detectors = tuple(timed_call(each, f"  {each.__name__}", stages) for each in discover.DETECTORS)
    with patch.object(discover, "DETECTORS", detectors):
        yield


async def _ended(stores: Stores, account: Account, run: RunRecord) -> RunRecord:
    while True:
        found = (await stores.runs.by_ids(account.scope, [run.id]))[run.id]
        if found.status.is_final:
            assert found.status is RunStatus.SUCCEEDED, found.error
            return found
        await asyncio.sleep(0.05)


async def measured(
    name: str, stores: Stores, logins: Logins, accounts: Sequence[Account], postgres_pid: int
) -> None:
    """One round of analyses, told."""
    own, postgres = own_cpu_seconds(), children_cpu_seconds(postgres_pid)
    start = time.perf_counter()
    runs, stages = await analysed(stores, logins, accounts)
    seconds = time.perf_counter() - start
    spent = own_cpu_seconds() - own, children_cpu_seconds(postgres_pid) - postgres
    tell(name, runs, seconds, spent, stages)


def tell(
    name: str,
    runs: Sequence[RunRecord],
    seconds: float,
    spent: tuple[float, float],
    stages: Mapping[str, float],
) -> None:
    """Print a round."""
    many, told = len(runs), sum(run.counters.fetched for run in runs)
    stored, ended = (
        sum(getattr(run.counters, of) for run in runs) for of in ("stored", "vanished")
    )
    print(
        f"\n{name}: {seconds:.1f} s, {sum(spent) / many:.2f} s of processor a tenant "
        f"({spent[0] / many:.2f} here, {spent[1] / many:.2f} in Postgres); "
        f"{told:,} told, {stored:,} written, {ended:,} ended"
    )
    print(f"  {'a tenant, ms':28}{'clock':>8}{'processor':>11}")
    for stage in [each for each in stages if not each.endswith(", CPU")]:
        worked = (
            f"{stages[f'{stage}, CPU'] / many * 1e3:11.1f}" if f"{stage}, CPU" in stages else ""
        )
        print(f"  {stage:28}{stages[stage] / many * 1e3:8.1f}{worked}")


async def bench(home: Path, dsn: str, redis_url: str, asked: argparse.Namespace) -> None:
    """Fill, analyse, read one more day, analyse."""
    logins = derive_logins(dsn, MASTER_KEY)
    await migrate(logins)
    owner = await asyncpg.connect(logins.owner)
    newest = datetime.now(UTC).date() - timedelta(days=1)
    since = newest - timedelta(days=asked.days + 1)
    async with open_stores(logins, redis_url, MASTER_KEY) as stores:
        start = time.perf_counter()
        months = sorted(
            {(since + timedelta(days=each)).replace(day=1) for each in range(asked.days + 3)}
        )
        await owner.execute("SELECT ensure_months($1)", months)
        accounts = [
            await opened(stores, each, (asked.campaigns, asked.days + 1), since)
            for each in range(asked.tenants)
        ]
        for each in accounts:
            await each.read(owner, newest - timedelta(days=1), asked.days)
        await owner.execute("ANALYZE")
        print(
            f"{asked.tenants} tenants of {asked.campaigns} campaigns and {asked.days} days, "
            f"filled in {time.perf_counter() - start:.0f} s"
        )
        pid = status(home).postgres.pid
        assert pid is not None
        await measured("everything", stores, logins, accounts, pid)
        for each in accounts:
            await each.read(owner, newest, 3)
        await measured("one day more", stores, logins, accounts, pid)
        await measured("nothing new", stores, logins, accounts, pid)
        print(f"\npeak {own_peak_mb():.0f} MB")
    await owner.close()


def main() -> None:
    """Parse the arguments, measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tenants", type=int, default=3)
    parser.add_argument("--campaigns", type=int, default=200)
    parser.add_argument("--days", type=int, default=400)
    arguments = parser.parse_args()
    print(described())
    home = Path(tempfile.mkdtemp(prefix="liftos-bench-"))
    home.chmod(0o755)
    try:
        with attach(home) as attachment:
            asyncio.run(bench(home, attachment.postgres_url, attachment.redis_url, arguments))
    finally:
        shutil.rmtree(home, ignore_errors=True)


if __name__ == "__main__":
    main()
