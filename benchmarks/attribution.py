"""Attribution rows over a year of campaigns: `python -m benchmarks.attribution`.

A year of fifty campaigns in five channels, each day read thirty times, a tenth of the entries
restated. What is compared was measured in the same run: ten thousand rows as records and as JSON,
of sums and of entries, a year by month, pages from the first to the nine hundredth, a moment past
against the present, the rows as Arrow batches against the same statement as COPY alone.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import aclosing
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import asyncpg

from app.embedded import attach
from benchmarks.machine import described, own_peak_mb
from core.commands import ConnectSource, CreateTenant, Credentials
from core.periods import Grain
from core.records.attribution import AttributionDefinition, AttributionDimension
from core.records.connections import Level, Source
from core.records.pages import PageRequest
from core.records.shapes import Value
from core.scope import Permission, Role, SystemScope, TenantScope
from core.units import DateRange
from resolvers.attribution import key_names, key_texts
from stores.postgres.attribution_query import Selection, rows_query
from stores.postgres.entries import IS_MATURE, entries_as_of
from stores.postgres.logins import derive_logins
from stores.postgres.migrate import migrate
from stores.wiring import Stores, open_stores

MASTER_KEY = bytes(range(32))
YEAR = DateRange(date(2025, 10, 1), date(2026, 9, 30))
READ_AT = datetime(2026, 11, 1, tzinfo=UTC)
RESTATED_AT = datetime(2026, 11, 10, tzinfo=UTC)
PAGES = 900


def main() -> None:
    """Fill a database of its own and measure."""
    asked = arguments()
    with tempfile.TemporaryDirectory(prefix="liftos-bench-") as folder:
        home = Path(folder)
        home.chmod(0o755)
        with attach(home) as services:
            print(described())
            logins = derive_logins(services.postgres_url, MASTER_KEY)
            asyncio.run(migrate(logins))
            asyncio.run(measure(services.postgres_url, logins, services.redis_url, asked))


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--campaigns", type=int, default=50)
    parser.add_argument("--repeats", type=int, default=7)
    return parser.parse_args()


async def measure(url: str, logins: object, redis_url: str, asked: argparse.Namespace) -> None:
    """Everything, one thing after the other."""
    async with open_stores(logins, redis_url, MASTER_KEY) as stores:  # type: ignore[arg-type]
        scope = await filled(url, stores, asked.campaigns)
        by_channel = AttributionDefinition(YEAR, by=())
        rows = 5 * YEAR.days
        print(f"{asked.campaigns * YEAR.days:,} entries; {rows:,} rows by day and channel")
        days = await stores.attribution_days.fold(scope)
        print(f"sums of {days} days of a connection made")
        await many_rows(stores, scope, asked.repeats)
        await by_month(stores, scope, asked.repeats)
        await moments(stores, scope, by_channel, asked.repeats)
        weekly = replace(by_channel, grain=Grain.WEEK)
        print(
            f"by week: {await middle(asked.repeats, lambda: whole(stores, scope, weekly)):.0f} ms"
        )
        await pages(stores, scope, asked.campaigns)
        await streamed(stores, scope, asked.repeats)


async def filled(url: str, stores: Stores, campaigns: int) -> TenantScope:
    """A tenant whose year has been read, written by the statements that merges end in."""
    system = SystemScope(reason="benchmark")
    tenant = await stores.tenants.create(system, CreateTenant(slug="bench", name="Bench"))
    scope = TenantScope(
        tenant.id, "benchmark", frozenset({Role.ADMIN}), permissions=frozenset(Permission)
    )
    credentials = Credentials(Source("META_ADS"), {"access_token": "a"})
    connection = await stores.connections.create(
        scope,
        ConnectSource(
            Source("META_ADS"), "act_1", "Bench", "EUR", "Europe/Berlin", Level.CAMPAIGN, 28,
            credentials=credentials,
        ),
    )  # fmt: skip
    owner = await asyncpg.connect(url)
    months = sorted({day.replace(day=1) for day in YEAR})
    await owner.execute("SELECT ensure_months($1)", months)
    given = (tenant.id, connection.id, YEAR.since, YEAR.until)
    await owner.execute(_ENTRIES, *given, campaigns, READ_AT)
    await owner.execute(_RESTATED, tenant.id, RESTATED_AT)
    await owner.execute(_VINTAGES, tenant.id, READ_AT, RESTATED_AT)
    await owner.execute(_READINGS, *given)
    await owner.execute(
        "UPDATE data_clock SET learned_at = $2 WHERE tenant_id = $1", tenant.id, RESTATED_AT
    )
    await owner.execute("ANALYZE")
    await owner.close()
    return scope


_ENTRIES = """
INSERT INTO marketing_entry (
    tenant_id, date, digest, source, connection_id, account_id, level, entity_id, entity_name,
    campaign, date_basis, attribution_setting, channel, currency, spend, impressions, clicks,
    conversions, conversion_value, is_present, learned_at, first_learned_at, vintage_count,
    run_id, raw_page_id, raw_position, checks_applied, checks_failed)
SELECT $1, d::date, md5(d::date || '/' || n)::uuid, 'META_ADS', $2, '1', 'CAMPAIGN', n::text,
       'campaign ' || n, md5(n::text)::uuid, 'DELIVERY', '7d_click',
       (ARRAY['Paid Social', 'Paid Search', 'Display', 'Paid Video', 'Email'])[1 + n % 5], 'EUR',
       (n * 7 % 97) + 0.25, n * 1000, n * 13, n % 7, n * 3.5, true, $6, $6, 1, $2, $2, n,
       4295900000, CASE WHEN n % 9 = 0 THEN 65536 ELSE 0 END
FROM generate_series($3::date, $4::date, interval '1 day') d, generate_series(1, $5::int) n
"""
_RESTATED = """
UPDATE marketing_entry SET conversions = conversions + 1, learned_at = $2, vintage_count = 2
WHERE tenant_id = $1 AND raw_position % 10 = 0
"""
_VINTAGES = """
INSERT INTO marketing_entry_vintage (
    tenant_id, date, digest, learned_at, is_present, entity_name, campaign, channel, spend,
    impressions, clicks, conversions, conversion_value, run_id, raw_page_id, raw_position,
    checks_applied, checks_failed)
SELECT e.tenant_id, e.date, e.digest, v.at, true, e.entity_name, e.campaign, e.channel, e.spend,
       e.impressions, e.clicks, e.conversions - (e.vintage_count = 2 AND v.at = $2)::int,
       e.conversion_value, e.run_id, e.raw_page_id, e.raw_position, e.checks_applied,
       e.checks_failed
FROM marketing_entry e, unnest(ARRAY[$2, $3]::timestamptz[]) v (at)
WHERE e.tenant_id = $1 AND (v.at = $2 OR e.vintage_count = 2)
"""
_READINGS = """
INSERT INTO day_reading (tenant_id, connection_id, date, read_at, run_id)
SELECT $1, $2, d::date, d + n * interval '1 day', $2
FROM generate_series($3::date, $4::date, interval '1 day') d, generate_series(1, 30) n
"""


MANY = 10_000
COLUMNS = (
    *("time", "channel", "source", "account", "currency", "entries", "days", "spend"),
    *("impressions", "clicks", "link_clicks", "conversions", "conversion_value", "learned_at"),
)
SHAPE = tuple(Value(column, column) for column in COLUMNS)


async def many_rows(stores: Stores, scope: TenantScope, repeats: int) -> None:
    """A page of ten thousand rows by campaign: as records and as JSON, of entries and of sums."""
    definition = AttributionDefinition(
        YEAR,
        by=(
            AttributionDimension.SOURCE,
            AttributionDimension.ACCOUNT,
            AttributionDimension.CAMPAIGN,
        ),
    )
    request = PageRequest(MANY)

    async def records() -> None:
        await stores.attribution.page(scope, definition, request)

    async def written(least: float | None = None) -> None:
        asked = replace(definition, min_quality=least)
        page = await stores.attribution.written(
            scope, asked, request, None, SHAPE, tells_ends=False
        )
        assert ",".join(page.written.texts(()))

    # Quality is asked of entries, so that sums are of no use.
    both = {
        "records, of sums": records,
        "JSON, of sums": written,
        "JSON, of entries": lambda: written(0.0),
    }
    await side_by_side(f"{MANY:,} rows by campaign x {len(COLUMNS)}", both, repeats)


async def by_month(stores: Stores, scope: TenantScope, repeats: int) -> None:
    """A year by month and channel, of entries and of sums."""
    by_month = AttributionDefinition(YEAR, grain=Grain.MONTH, by=())
    both = {
        "of sums": lambda: whole(stores, scope, by_month, at_least=60),
        "of entries": lambda: whole(stores, scope, replace(by_month, min_quality=0.0), at_least=60),
    }
    await side_by_side("the year by month and channel", both, repeats)


async def side_by_side(
    what: str, ways: Mapping[str, Callable[[], Awaitable[None]]], repeats: int
) -> None:
    """Medians of each, asked in turn; and the processor time of this process for each."""
    took: dict[str, list[tuple[float, float]]] = {name: [] for name in ways}
    for _ in range(repeats + 1):
        for name, way in ways.items():
            began, used = time.perf_counter(), time.process_time()
            await way()
            spent = time.perf_counter() - began, time.process_time() - used
            took[name].append((spent[0] * 1000, spent[1] * 1000))
    told = []
    for name, each in took.items():
        elapsed, processor = (statistics.median(column) for column in zip(*each[1:], strict=True))
        told.append(f"{name} {elapsed:.0f} ms ({processor:.0f} ms of this process)")
    print(f"{what}: {', '.join(told)}")


async def moments(
    stores: Stores, scope: TenantScope, definition: AttributionDefinition, repeats: int
) -> None:
    """The whole year now, as of the newest vintage, and as of before the restatement."""
    past = READ_AT + timedelta(days=1)
    now = await middle(repeats, lambda: whole(stores, scope, definition))
    newest = await middle(repeats, lambda: whole(stores, scope, definition, RESTATED_AT))
    before = await middle(repeats, lambda: whole(stores, scope, definition, past))
    print(
        f"by day and channel: now {now:.0f} ms; as of the newest vintage {newest / now:.2f} times "
        f"that; as of before a tenth was restated {before / now:.2f} times"
    )
    plain = await middle(repeats, lambda: summed(stores, scope))
    pinned = await middle(repeats, lambda: summed(stores, scope, RESTATED_AT))
    print(f"spend by day as of a moment: {pinned / plain:.2f} times the present, {plain:.0f} ms")


async def summed(stores: Stores, scope: TenantScope, as_of: datetime | None = None) -> None:
    """One sum over the entries alone, present or as of a moment."""
    conditions, relation = entries_as_of(scope, as_of)
    sql = f"SELECT e.date, sum(e.spend), bool_and({IS_MATURE}) FROM {relation} GROUP BY e.date"
    async with stores.database.read(scope) as connection:
        assert len(await connection.fetch(sql, *conditions.values)) == YEAR.days


async def whole(
    stores: Stores,
    scope: TenantScope,
    definition: AttributionDefinition,
    as_of: datetime | None = None,
    at_least: int = 250,
) -> None:
    """Every row of a definition as one page."""
    found = await stores.attribution.page(scope, definition, PageRequest(100_000), as_of)
    assert len(found.page.items) >= at_least


async def pages(stores: Stores, scope: TenantScope, campaigns: int) -> None:
    """Nine hundred pages by campaign, walked as a client walks them."""
    definition = AttributionDefinition(YEAR, by=(AttributionDimension.CAMPAIGN,))
    size = campaigns * YEAR.days // PAGES
    names = key_names(definition)
    took: list[float] = []
    cursor: tuple[str, ...] | None = None
    as_of: datetime | None = None
    for _ in range(PAGES):
        began = time.perf_counter()
        found = await stores.attribution.page(scope, definition, PageRequest(size, cursor), as_of)
        took.append((time.perf_counter() - began) * 1000)
        last = found.page.items[-1]
        cursor, as_of = key_texts(last, names), found.as_of
    tenths = [statistics.median(took[at : at + 90]) for at in range(0, PAGES, 90)]
    print(
        f"pages of {size} rows: the first {took[0]:.1f} ms, the {PAGES}th {took[-1]:.1f} ms; "
        f"median of each tenth {', '.join(f'{each:.1f}' for each in tenths)} ms"
    )


async def streamed(stores: Stores, scope: TenantScope, repeats: int) -> None:
    """The rows by campaign as Arrow batches, and the same statement as COPY alone."""
    definition = AttributionDefinition(YEAR, by=(AttributionDimension.CAMPAIGN,))
    count = 0

    async def arrow() -> None:
        nonlocal count
        count = 0
        async with aclosing(stores.attribution.stream(scope, definition, RESTATED_AT)) as batches:
            async for batch in batches:
                count += batch.num_rows

    async def plain() -> None:
        query = rows_query(definition, scope, RESTATED_AT, YEAR, Selection())
        async with stores.database.read(scope) as connection:
            await connection.copy_from_query(
                f"SELECT a.* FROM {query.relation}",
                *query.conditions.values,
                output=_nowhere,
            )

    copy = await middle(repeats, plain)
    batches = await middle(repeats, arrow)
    print(
        f"{count:,} rows streamed as Arrow batches in {batches:.0f} ms, {batches / copy:.2f} times "
        f"what COPY alone takes; this process held {own_peak_mb():.0f} MB at most"
    )


async def _nowhere(data: bytes) -> None:
    del data


async def middle(repeats: int, work: Callable[[], Awaitable[None]]) -> float:
    """Median milliseconds, after one that is not counted."""
    await work()
    took = []
    for _ in range(repeats):
        began = time.perf_counter()
        await work()
        took.append((time.perf_counter() - began) * 1000)
    return statistics.median(took)


if __name__ == "__main__":
    main()
