"""Ways from rows to JSON, beside each other: `python -m benchmarks.rendering`.

A page of entries with fifteen values a row, by the ways that ADR 30 weighs. Rounds are
interleaved; told are medians of wall clock and of this process's own processor time.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final

import orjson

from app.embedded import attach
from benchmarks.attribution import MASTER_KEY, filled
from benchmarks.machine import described
from core.records.entries import EntryFilter, EntryOrder, EntryPageRequest
from core.records.pages import PageRequest
from core.records.shapes import Value
from core.scope import TenantScope
from stores.postgres.entries import page_as_of
from stores.postgres.logins import Logins, derive_logins
from stores.postgres.migrate import migrate
from stores.wiring import Stores, open_stores

COLUMNS: Final = (
    *("date", "source", "account_id", "level", "entity_id", "entity_name", "channel", "currency"),
    *("spend", "impressions", "clicks", "conversions", "conversion_value", "conversion_type"),
    "learned_at",
)
WAYS: Final = ("records", "rows and orjson", "text and orjson", "row_to_json", "written")


def main() -> None:
    """Fill a database of its own and measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000)
    parser.add_argument("--rounds", type=int, default=15)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="liftos-bench-") as folder:
        home = Path(folder)
        home.chmod(0o755)
        with attach(home) as services:
            print(described())
            logins = derive_logins(services.postgres_url, MASTER_KEY)
            asyncio.run(measured(services.postgres_url, logins, services.redis_url, asked))


async def measured(url: str, logins: Logins, redis_url: str, asked: argparse.Namespace) -> None:
    """Every way, in turn."""
    await migrate(logins)
    async with open_stores(logins, redis_url, MASTER_KEY) as stores:
        scope = await filled(url, stores, 100)
        ways = {name: way_of(name, stores, scope, asked.rows) for name in WAYS}
        took: dict[str, list[tuple[float, float]]] = {name: [] for name in WAYS}
        for _ in range(asked.rounds + 1):
            for name, way in ways.items():
                began, used = time.perf_counter(), time.process_time()
                await way()
                now = time.perf_counter() - began, time.process_time() - used
                took[name].append(now)
        print(f"{asked.rows:,} rows of {len(COLUMNS)} values, ms: all, of this process")
        for name, rounds in took.items():
            wall, own = (statistics.median(each) * 1e3 for each in zip(*rounds[1:], strict=True))
            print(f"{name:16} {wall:7.2f} {own:7.2f}")


def way_of(
    name: str, stores: Stores, scope: TenantScope, rows: int
) -> Callable[[], Awaitable[bytes]]:
    """One way, ready to go."""
    asked = EntryPageRequest(EntryFilter(), EntryOrder.DATE_DESC, PageRequest(rows))
    conditions, entries = page_as_of(scope, asked)
    as_text = ", ".join(f"e.{column}::text AS {column}" for column in COLUMNS)
    items = {
        "rows and orjson": ", ".join(f"e.{column}" for column in COLUMNS),
        "text and orjson": as_text,
        "row_to_json": f"row_to_json((SELECT r FROM (SELECT {as_text}) r))::text",
    }

    async def records() -> bytes:
        page = await stores.entries.page(scope, asked.where, asked.order, asked.page)
        return orjson.dumps([each.entity_name for each in page.items])

    async def written() -> bytes:
        shape = tuple(Value(column, column) for column in COLUMNS)
        page = await stores.written_entries.page(scope, asked, (shape,))
        return b",".join(page.written[0].texts(()))

    async def fetched() -> bytes:
        async with stores.database.read(scope) as connection:
            sql = f"SELECT {items[name]} FROM {entries}"
            found = await connection.fetch(sql, *conditions.values)
        if name == "row_to_json":
            return ",".join([row[0] for row in found]).encode()
        return orjson.dumps([dict(row) for row in found], default=str)

    return {"records": records, "written": written}.get(name, fetched)


if __name__ == "__main__":
    main()
