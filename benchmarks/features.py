"""What features of entities cost: found where they are kept, and worked out.

`python -m benchmarks.features`. A tenant of 1,000 campaigns with 60 days each; ten features of
windows up to 28 days. Both ways are asked in turn, so that the machine's load is the same for
them; times are of the loaders, without HTTP.
"""

from __future__ import annotations

import asyncio
import statistics
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

from app.embedded import attach
from app.wiring import open_platform
from benchmarks.machine import described
from benchmarks.subscribers import prepare
from core.commands import CreateTenant
from core.records.features import (
    EntityKind,
    Feature,
    FeatureAggregate,
    FeatureMetric,
    FeaturePoint,
    FeatureView,
    ViewKey,
)
from core.scope import Permission, SystemScope, TenantScope
from core.settings import Settings
from loaders.features import vectors
from stores.wiring import Stores

CAMPAIGNS, DAYS, ROUNDS = 1_000, 60, 30
ADDED = (FeatureMetric.SPEND, FeatureMetric.IMPRESSIONS, FeatureMetric.CLICKS)
RATES = (FeatureMetric.CTR, FeatureMetric.CPC)
VIEW = FeatureView(
    name="bench",
    entity=EntityKind.CAMPAIGN,
    features=tuple(
        Feature(f"{metric.lower()}_{days}d", metric, aggregate, days)
        for days in (7, 28)
        for metrics, aggregate in ((ADDED, FeatureAggregate.SUM), (RATES, FeatureAggregate.RATIO))
        for metric in metrics
    ),
    owner="bench",
    description="",
    currency="EUR",
)


def main() -> None:
    """Print the figures."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        home.chmod(0o755)
        with attach(home):
            print(described())
            asyncio.run(prepare(home))
            asyncio.run(measure(home))


async def measure(home: Path) -> None:
    """Both ways in turn, for as many entities as a page and as a bulk have."""
    async with open_platform(Settings(home=home)) as platform:
        scope = await filled(platform.stores)
        made = await platform.stores.features.create(scope, VIEW)
        for entities in (1, 100, CAMPAIGNS):
            ids = [str(UUID(int=number)) for number in range(entities)]
            await asked(platform.stores, scope, made.key, ids)
            rounds = [await both(platform.stores, scope, made.key, ids) for _ in range(ROUNDS)]
            found, worked_out = zip(*rounds, strict=True)
            print(f"{entities:,} entities, {len(VIEW.features)} features, {ROUNDS} rounds")
            told("  found     ", found)
            told("  worked out", worked_out)
            ratio = statistics.median(worked_out) / statistics.median(found)
            print(f"  worked out / found, of the medians: {ratio:.1f}")


async def both(
    stores: Stores, scope: TenantScope, key: ViewKey, ids: Sequence[str]
) -> tuple[float, float]:
    """Milliseconds of what is found, and of what is worked out for a moment of its own."""
    found = await asked(stores, scope, key, ids)
    return found, await asked(stores, scope, key, ids, datetime.now(UTC) - timedelta(seconds=1))


async def asked(
    stores: Stores,
    scope: TenantScope,
    key: ViewKey,
    ids: Sequence[str],
    at: datetime | None = None,
) -> float:
    """Milliseconds of one request."""
    began = time.perf_counter()
    told_of = await vectors(stores, scope, [FeaturePoint(key, each, at) for each in ids])
    assert len(told_of) == len(ids)
    return (time.perf_counter() - began) * 1e3


def told(what: str, times: Sequence[float]) -> None:
    """A line of the report."""
    p95 = statistics.quantiles(times, n=20)[-1]
    print(f"{what} p50 {statistics.median(times):8.2f} ms, p95 {p95:8.2f} ms")


async def filled(stores: Stores) -> TenantScope:
    """A tenant with a connection that was read up to today, and entries of its campaigns."""
    made = CreateTenant(slug="features", name="Bench", reporting_currency="EUR")
    tenant = await stores.tenants.create(SystemScope(reason="benchmark"), made)
    scope = TenantScope(tenant.id, actor="cli", permissions=frozenset(Permission))
    today = datetime.now(UTC).date()
    days = [today - timedelta(days=each) for each in range(DAYS)]
    async with stores.database.write(scope) as connection:
        await connection.execute("SELECT ensure_months($1)", days)
        for statement in (_CONNECTION, _READINGS):
            await connection.execute(statement)
        await connection.execute(_ENTRIES, today, CAMPAIGNS, DAYS)
    return scope


_ID = "lpad(to_hex({}), 32, '0')::uuid"
_CONNECTION = f"""
INSERT INTO connection (tenant_id, id, source, account_id, name, currency, time_zone, level,
    look_back_days, file_mapping, created_at)
VALUES (current_tenant(), {_ID.format("0")}, 'META_ADS', 'account', 'Account', 'EUR',
        'Europe/Berlin', 'CAMPAIGN', 7, '{{}}', now() - interval '1 hour')"""
_READINGS = f"""
INSERT INTO day_reading (tenant_id, connection_id, date, read_at, run_id)
SELECT current_tenant(), {_ID.format("0")}, current_date - day, now() - interval '1 hour',
       {_ID.format("0")} FROM generate_series(0, {DAYS - 1}) day"""
_ENTRIES = f"""
INSERT INTO marketing_entry (tenant_id, date, digest, source, connection_id, account_id, level,
    entity_id, campaign, date_basis, attribution_setting, channel, currency, spend, impressions,
    clicks, conversions, is_present, learned_at, first_learned_at, vintage_count, run_id,
    raw_page_id, raw_position, checks_applied, checks_failed)
SELECT current_tenant(), $1::date - day, md5(n || ' ' || day)::uuid, 'META_ADS',
       {_ID.format("0")}, 'account', 'CAMPAIGN', 'c' || n, {_ID.format("n")},
       'DELIVERY', '7d_click', 'Paid Social', 'EUR', n + 0.25, 1000, 100, 1, true,
       now() - interval '1 hour', now() - interval '1 hour', 1,
       {_ID.format("0")}, {_ID.format("0")}, 0, 0, 0
FROM generate_series(0, $2::int - 1) n CROSS JOIN generate_series(0, $3::int - 1) day
"""

if __name__ == "__main__":
    main()
