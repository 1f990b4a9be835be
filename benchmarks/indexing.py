"""Entries of a tenant to documents, words, places, a graph and vectors: how many a second.

`python -m benchmarks.indexing --days 365 --campaigns 100 --ads 10`. An embedded Postgres of its
own on the same cores. Four runs: everything new, everything looked at again, one month with every
spend restated, and one after which no figure is another, as when an insight was told.
"""

from __future__ import annotations

import argparse
import asyncio
import shutil
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

import asyncpg

from app.embedded import attach, status
from benchmarks.machine import children_cpu_seconds, described, own_cpu_seconds, own_peak_mb
from benchmarks.peers.seed import Seeded, Shape, seed
from benchmarks.stages import INDEXING, timed
from core.records.runs import Receipt
from core.settings import Settings
from jobs.assignments import Assignment
from jobs.indexing.index import index
from stores.postgres.logins import derive_logins
from stores.postgres.migrate import migrate
from stores.wiring import Stores, open_stores
from stores.work import work_stores

MASTER_KEY = bytes(32)
RESTATED = """
UPDATE marketing_entry SET spend = CASE WHEN spend > 50 THEN 0.01 ELSE spend * 3 END,
    conversions = conversions + 1, learned_at = clock_timestamp()
WHERE tenant_id = $1 AND date BETWEEN '2026-10-01' AND '2026-10-31'
"""
MOVED = "UPDATE data_clock SET learned_at = clock_timestamp() WHERE tenant_id = $1"


async def run(stores: Stores, at: Seeded, name: str, postgres_pid: int) -> Receipt:
    """One run of kind INDEX, told with its stages."""
    work = work_stores(stores)
    asked = await stores.documents.request(at.scope)
    claimed = await work.runs.claim(at.scope, asked.id)
    assert claimed is not None
    own, postgres = own_cpu_seconds(), children_cpu_seconds(postgres_pid)
    start = time.perf_counter()
    with timed(INDEXING) as stages:
        receipt = await index(Assignment(stores, work, Settings(), at.scope, claimed, _never))
    seconds = time.perf_counter() - start
    spent = own_cpu_seconds() - own, children_cpu_seconds(postgres_pid) - postgres
    tell(name, receipt, seconds, spent, stages)
    return receipt


async def _never() -> bool:
    return False


def tell(
    name: str,
    receipt: Receipt,
    seconds: float,
    spent: tuple[float, float],
    stages: Mapping[str, float],
) -> None:
    """Print a run."""
    count = receipt.counters
    print(
        f"\n{name}: {count.fetched:,} documents looked at, {count.stored:,} written in "
        f"{seconds:.1f} s: {count.fetched / seconds:,.0f} a second looked at; processor "
        f"{spent[0]:.1f} s here, {spent[1]:.1f} s in Postgres"
    )
    for stage, each in sorted(stages.items(), key=lambda item: -item[1]):
        print(f"  {stage:28}{each:8.2f} s {each / seconds:6.0%}")


async def bench(home: Path, dsn: str, redis_url: str, shape: Shape) -> None:
    """Seed, then index four times."""
    logins = derive_logins(dsn, MASTER_KEY)
    await migrate(logins)
    owner = await asyncpg.connect(logins.owner)
    async with open_stores(logins, redis_url, MASTER_KEY) as stores:
        at = await seed(stores, owner, "bench", shape)
        await owner.execute("ANALYZE marketing_entry")
        postgres_pid = status(home).postgres.pid
        assert postgres_pid is not None
        print(f"{shape.entries:,} entries of {shape.days} days")
        await run(stores, at, "everything new", postgres_pid)
        await stores.documents.rebuild(at.scope, everything=True)
        await run(stores, at, "everything again", postgres_pid)
        await owner.execute(RESTATED, at.id)
        await owner.execute(MOVED, at.id)
        await run(stores, at, "a month restated", postgres_pid)
        await owner.execute(MOVED, at.id)
        await run(stores, at, "no figure moved", postgres_pid)
        found = await stores.search_status.status(at.scope)
        print(f"\n{found.measures}\n{found.indexes}\npeak {own_peak_mb():.0f} MB")
    await owner.close()


def main() -> None:
    """Parse the arguments, measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--days", type=int, default=365)
    parser.add_argument("--campaigns", type=int, default=100)
    parser.add_argument("--ads", type=int, default=10)
    arguments = parser.parse_args()
    print(described())
    home = Path(tempfile.mkdtemp(prefix="liftos-bench-"))
    home.chmod(0o755)
    try:
        with attach(home) as attachment:
            shape = Shape(arguments.days, arguments.campaigns, arguments.ads)
            asyncio.run(bench(home, attachment.postgres_url, attachment.redis_url, shape))
    finally:
        shutil.rmtree(home, ignore_errors=True)


if __name__ == "__main__":
    main()
