"""The long table of an export against COPY: `python -m benchmarks.export`.

A year of campaigns, one attribution row a day and campaign. Each format is written as an export
writes it, after Postgres has sent the same rows as COPY, which are thrown away: first a tenth of
the year, then all of it, with the most that this process held meanwhile beside what it held.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import tempfile
import time
from contextlib import aclosing
from datetime import timedelta
from pathlib import Path

import asyncpg

from app.embedded import attach
from benchmarks.attribution import MASTER_KEY, RESTATED_AT, YEAR, filled
from benchmarks.machine import described, memory_mb, own_cpu_seconds, peak_of_now
from core.causal import CausalDefinition, CausalKpi, KpiKind, KpiMeasure
from core.records.exports import ExportFormat
from core.scope import TenantScope
from core.units import DateRange
from jobs.exporting.gather import Snapshot, long_rows
from stores.postgres.attribution_query import Selection, rows_query
from stores.postgres.attribution_rates import rate_columns
from stores.postgres.attribution_stream import stream_query
from stores.postgres.logins import derive_logins
from stores.postgres.migrate import migrate
from stores.wiring import Stores, open_stores
from transform.export.files import ENDINGS, table_files
from transform.export.tables import LONG_SCHEMA

TENTH = DateRange(YEAR.since, YEAR.since + timedelta(days=YEAR.days // 10))
KPI = CausalKpi(KpiKind.CONVERSIONS, KpiMeasure.COUNT)


def main() -> None:
    """Fill a database of its own and measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--campaigns", type=int, default=2740)
    parser.add_argument("--repeats", type=int, default=1)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="liftos-bench-") as folder:
        home = Path(folder)
        home.chmod(0o755)
        with attach(home) as services:
            print(described())
            logins = derive_logins(services.postgres_url, MASTER_KEY)
            asyncio.run(migrate(logins))
            asyncio.run(measure(services.postgres_url, logins, services.redis_url, home, asked))


async def measure(
    url: str, logins: object, redis_url: str, home: Path, asked: argparse.Namespace
) -> None:
    """Half the year first: memory only grows."""
    async with open_stores(logins, redis_url, MASTER_KEY) as stores:  # type: ignore[arg-type]
        scope = await filled(url, stores, asked.campaigns)
        owner = await asyncpg.connect(url)
        await owner.execute(_CAMPAIGNS, scope.tenant_id, asked.campaigns)
        await owner.close()
        for dates in (TENTH, YEAR):
            for _ in range(asked.repeats):
                for kind in ENDINGS:
                    await beside(stores, scope, dates, kind, home)


async def beside(
    stores: Stores, scope: TenantScope, dates: DateRange, kind: ExportFormat, home: Path
) -> None:
    """One format, after COPY."""
    began = time.perf_counter()
    await copied(stores, scope, dates)
    copy = time.perf_counter() - began
    gc.collect()
    before = memory_mb("VmRSS")
    peak_of_now()
    began, worked = time.perf_counter(), own_cpu_seconds()
    rows, size = await written(stores, scope, dates, kind, home)
    took, worked = time.perf_counter() - began, own_cpu_seconds() - worked
    print(
        f"{rows:9,} rows  {kind:7}  COPY {copy:5.2f} s  file {took:5.2f} s  "
        f"{took / copy:.2f} times  {rows / took:9,.0f} rows/s  {worked:5.2f} s of CPU  "
        f"{size / 1e6:4.0f} MB  {before:.0f} MB held, {memory_mb('VmHWM'):.0f} at most",
        flush=True,
    )


_CAMPAIGNS = """
INSERT INTO campaign (tenant_id, digest, source, account_id, campaign_id, name, changed_at)
SELECT $1, md5(n::text)::uuid, 'META_ADS', '1', n::text, 'campaign ' || n, now()
FROM generate_series(1, $2::int) n
"""


async def written(
    stores: Stores, scope: TenantScope, dates: DateRange, kind: ExportFormat, folder: Path
) -> tuple[int, int]:
    """The long table as a file: its rows and its size."""
    snapshot = Snapshot(stores, scope, CausalDefinition(dates, KPI, "EUR"), RESTATED_AT)
    campaigns = await snapshot.campaigns(dates)
    with table_files(folder, "long", LONG_SCHEMA, [kind]) as rows:
        async with aclosing(snapshot.long(dates, campaigns)) as batches:
            async for batch in batches:
                await asyncio.to_thread(rows.write_batch, batch)
    return rows.rows, (folder / f"long.{ENDINGS[kind]}").stat().st_size


async def copied(stores: Stores, scope: TenantScope, dates: DateRange) -> None:
    """The same rows, sent and thrown away."""
    definition = long_rows(CausalDefinition(dates, KPI, "EUR"), dates)
    async with stores.database.read(scope) as connection:
        rates = await rate_columns(connection, scope, "EUR", dates, RESTATED_AT)
        query = rows_query(definition, scope, RESTATED_AT, dates, Selection(rates))
        sql, values = stream_query(query, definition), query.conditions.values
        await connection.copy_from_query(sql, *values, output=_nowhere, format="csv", timeout=600)


async def _nowhere(data: bytes) -> None:
    del data


if __name__ == "__main__":
    main()
