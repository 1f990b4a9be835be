"""The long table of an export against COPY: `python -m benchmarks.export`.

A year of campaigns, one attribution row a day and campaign. Written to Parquet as an export
writes it, and sent by Postgres as COPY and thrown away, one after the other, in one run; then
half the year, for what memory does.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
import time
from contextlib import aclosing
from pathlib import Path

import asyncpg

from app.embedded import attach
from benchmarks.attribution import MASTER_KEY, RESTATED_AT, YEAR, filled
from benchmarks.machine import described, own_peak_mb
from core.causal import CausalDefinition, CausalKpi, KpiKind, KpiMeasure
from core.records.exports import ExportFormat
from core.scope import TenantScope
from core.units import DateRange
from jobs.exporting.gather import Snapshot, long_rows
from stores.postgres.attribution_query import rows_relation
from stores.postgres.attribution_rates import rate_columns
from stores.postgres.attribution_stream import stream_query
from stores.postgres.logins import derive_logins
from stores.postgres.migrate import migrate
from stores.wiring import Stores, open_stores
from transform.export.files import table_files
from transform.export.tables import LONG_SCHEMA

HALF = DateRange(YEAR.since, YEAR.since.replace(year=YEAR.since.year + 1, month=3, day=31))
KPI = CausalKpi(KpiKind.CONVERSIONS, KpiMeasure.COUNT)


def main() -> None:
    """Fill a database of its own and measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--campaigns", type=int, default=2740)
    parser.add_argument("--repeats", type=int, default=3)
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
        rows, size = await written(stores, scope, HALF, home)
        print(f"{rows:,} rows: this process held {own_peak_mb():.0f} MB at most")
        for _ in range(asked.repeats):
            began = time.perf_counter()
            await copied(stores, scope, YEAR)
            copy = time.perf_counter() - began
            began = time.perf_counter()
            rows, size = await written(stores, scope, YEAR, home)
            parquet = time.perf_counter() - began
            print(
                f"{rows:,} rows: COPY {copy:.2f} s, Parquet {parquet:.2f} s, {parquet / copy:.2f} "
                f"times; {size / 1e6:.0f} MB; {own_peak_mb():.0f} MB held at most"
            )


_CAMPAIGNS = """
INSERT INTO campaign (tenant_id, digest, source, account_id, campaign_id, name, changed_at)
SELECT $1, md5(n::text)::uuid, 'META_ADS', '1', n::text, 'campaign ' || n, now()
FROM generate_series(1, $2::int) n
"""


async def written(
    stores: Stores, scope: TenantScope, dates: DateRange, folder: Path
) -> tuple[int, int]:
    """The long table as a file: its rows and its size."""
    snapshot = Snapshot(stores, scope, CausalDefinition(dates, KPI, "EUR"), RESTATED_AT)
    with table_files(folder, "long", LONG_SCHEMA, [ExportFormat.PARQUET]) as rows:
        async with aclosing(snapshot.long(dates)) as batches:
            async for batch in batches:
                await asyncio.to_thread(rows.write_batch, batch)
    return rows.rows, (folder / "long.parquet").stat().st_size


async def copied(stores: Stores, scope: TenantScope, dates: DateRange) -> None:
    """The same rows, sent and thrown away."""
    definition = long_rows(CausalDefinition(dates, KPI, "EUR"), dates)
    async with stores.database.read(scope) as connection:
        rates = await rate_columns(connection, scope, "EUR", dates, RESTATED_AT)
        conditions, relation = rows_relation(definition, scope, RESTATED_AT, dates, rates)
        query = stream_query(relation, definition)
        await connection.copy_from_query(
            query, *conditions.values, output=_nowhere, format="csv", timeout=600
        )


async def _nowhere(data: bytes) -> None:
    del data


if __name__ == "__main__":
    main()
