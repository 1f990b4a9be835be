"""A database of a benchmark's own: tenants, what the peers read beside, registered operations."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import fields
from pathlib import Path

import asyncpg

from app.wiring import open_platform
from benchmarks.peers.queries import ENTITIES, Asked, asked_of, ours
from benchmarks.peers.seed import Seeded, Shape, seed
from core.records.entries import EntryKey
from core.settings import Settings
from graph.inputs.operations import new_operations
from graph.schema import build_schema
from stores.postgres.migrate import migrate
from stores.wiring import Stores

PEERS = Path(__file__).with_name("peers.sql")
CLIENT = "benchmark"
DAY = (
    "date", "iso_week", "month", "quarter", "fiscal_year", "day_of_week", "is_weekend",
    "is_holiday",
)  # fmt: skip


@asynccontextmanager
async def opened(home: Path, url: str) -> AsyncIterator[tuple[Stores, asyncpg.Connection]]:
    """The stores, and a connection of who owns the tables."""
    owner = await asyncpg.connect(url)
    try:
        async with open_platform(Settings(home=home)) as platform:
            await migrate(platform.endpoints.logins)
            yield platform.stores, owner
    finally:
        await owner.close()


async def prepared(
    home: Path, url: str, tenants: Iterable[tuple[str, Shape]], rows: int
) -> list[Asked]:
    """The tenants, filled where they are not, and what is asked of each."""
    async with opened(home, url) as (stores, owner):
        found = [await seed(stores, owner, *each) for each in tenants]
        for each in found:
            # What a worker does within seconds of a merge.
            await stores.attribution_days.fold(each.scope)
        asked = [asked_of(each, await _keys(owner, each), rows) for each in found]
        await _register(stores, asked)
        await owner.execute("VACUUM ANALYZE")
        return asked


async def crowd(home: Path, url: str, tenants: int, shape: Shape) -> None:
    """So many tenants that are asked nothing."""
    async with opened(home, url) as (stores, owner):
        for number in range(tenants):
            await seed(stores, owner, f"crowd-{number}", shape, calendar=False)


async def for_peers(home: Path, url: str, asked: Sequence[Asked]) -> None:
    """The views and tables that the peers read, beside the same rows."""
    async with opened(home, url) as (stores, owner):
        await owner.execute(PEERS.read_text(encoding="utf-8"))
        for each in asked:
            await _calendar(stores, owner, each.tenant)
        await owner.execute("VACUUM ANALYZE peers.calendar_day, peers.attribution_row")


async def _keys(owner: asyncpg.Connection, tenant: Seeded) -> list[EntryKey]:
    rows = await owner.fetch(
        "SELECT date, digest FROM marketing_entry WHERE tenant_id = $1 "
        "ORDER BY digest, date LIMIT 10_000",
        tenant.id,
    )
    return [EntryKey(row["date"], row["digest"]) for row in rows]


async def _register(stores: Stores, asked: Sequence[Asked]) -> None:
    document, _ = ours(ENTITIES, asked[0])
    schema = build_schema().graphql
    operations = new_operations(schema, CLIENT, None, [(document, "")], ["a benchmark"])
    for each in asked:
        await stores.operations.register(each.tenant.scope, operations)


async def _calendar(stores: Stores, owner: asyncpg.Connection, tenant: Seeded) -> None:
    days = await stores.calendar.range(tenant.scope, tenant.shape.dates)
    names = {field.name for field in fields(days[0])}
    assert names.issuperset(DAY), names
    await owner.copy_records_to_table(
        "calendar_day",
        schema_name="peers",
        columns=("tenant_id", *DAY),
        records=[(tenant.id, *(getattr(day, name) for name in DAY)) for day in days],
    )
