"""What attribution rows are made of: orders, media and series are never added to each other."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from core.commands import ConnectSource, FileOptions, StartIngestion
from core.periods import Grain, Weekday
from core.records.attribution import (
    AttributionDefinition,
    AttributionDimension,
    AttributionFacts,
    AttributionRowRecord,
)
from core.records.connections import ConnectionRecord, Level, Source
from core.records.entries import DateBasis, Device, EntryFilter, EntryOrder, SeriesRole
from core.records.pages import PageRequest
from core.units import DateRange
from stores.postgres.webhook_work import WebhookWorkStore
from stores.wiring import Stores
from tests.jobs.test_klaviyo import connected, control
from tests.support import (
    RunningWorker,
    SandboxAt,
    Services,
    Tenant,
    ended,
    ingest,
    start_sandbox,
    upload,
)
from tests.tenancy.door import Door, opened, settings_for
from tests.webhook_sender import Sender, webhook_connection

D = Decimal
SOURCE, GEO = AttributionDimension.SOURCE, AttributionDimension.GEO
ORDERS, SERIES = AttributionFacts.ORDERS, AttributionFacts.SERIES


async def rows_of(
    stores: Stores,
    tenant: Tenant,
    definition: AttributionDefinition,
    as_of: datetime | None = None,
) -> list[AttributionRowRecord]:
    """Of entries, or of what sums there are; and of sums alone, which must be the same."""
    found = await stores.attribution.page(tenant.scope, definition, PageRequest(1000), as_of)
    await stores.attribution_days.fold(tenant.scope)
    again = await stores.attribution.page(tenant.scope, definition, PageRequest(1000), found.as_of)
    assert again == found
    return list(found.page.items)


def days(since: str, until: str) -> DateRange:
    return DateRange(date.fromisoformat(since), date.fromisoformat(until))


async def file_of(
    stores: Stores, tenant: Tenant, worker: RunningWorker, level: Level, text: str
) -> ConnectionRecord:
    command = ConnectSource(Source.FILE, "shop", "Files", "EUR", "Europe/Berlin", level, 0)
    made = await stores.connections.create(tenant.scope, command)
    async with worker("http://unused.invalid"):
        await load(stores, tenant, made, text)
    return made


async def load(stores: Stores, tenant: Tenant, made: ConnectionRecord, text: str) -> None:
    uploaded = await upload(stores, tenant.scope, "a.csv", text.encode())
    command = StartIngestion(made.id, upload_id=uploaded.id, file=FileOptions())
    run = await stores.runs.start_ingestion(tenant.scope, command)
    done = await ended(stores, tenant.scope, run.id)
    assert (done.error, done.counters.rejected) == (None, 0)


@pytest.fixture(scope="module")
async def door(services: Services, tmp_path_factory: Any) -> AsyncIterator[Door]:
    home: Path = tmp_path_factory.mktemp("home")
    async with opened(settings_for(services, home, "http://127.0.0.1:1")) as found:
        yield found


async def landed(stores: Stores, tenant: Tenant, worker: RunningWorker) -> None:
    """Every event that was sent is in its entry."""
    work = WebhookWorkStore(stores.database)
    async with asyncio.timeout(60), worker("http://127.0.0.1:1"):
        while True:
            mine = [each for each in await work.waiting() if each.tenant_id == tenant.record.id]
            runs = (await stores.runs.page(tenant.scope, PageRequest(100))).items
            if runs and not mine and all(run.status.is_final for run in runs):
                return
            await asyncio.sleep(0.05)


async def test_orders_stand_apart_from_what_platforms_claim_for_the_same_channel(
    door: Door, stores: Stores, tenant: Tenant, running_worker: RunningWorker
) -> None:
    claimed = "Date,Campaign ID,Channel,Amount spent,Conversions,Conversion value"
    text = f"{claimed}\n2026-11-20,1,Paid Social,10,5,500"
    await file_of(stores, tenant, running_worker, Level.CAMPAIGN, text)
    shop, secret = await webhook_connection(stores, tenant.scope)
    sender = Sender(door.http, shop.id, [secret])
    for number, total in ((1, "20.10"), (2, "30.00")):
        order = {"id": number, "total": total, "created_at": "2026-11-20T12:00:00Z",
                 "utm_source": "facebook", "utm_medium": "paid_social"}  # fmt: skip
        await sender.send({"type": "order.created", "data": order})
    await landed(stores, tenant, running_worker)
    dates = days("2026-11-01", "2026-11-30")
    (media,) = await rows_of(stores, tenant, AttributionDefinition(dates, by=()))
    assert (media.key.channel, media.conversions, media.conversion_value) == (
        "Paid Social",
        D(5),
        D(500),
    )
    definition = AttributionDefinition(dates, Grain.MONTH, facts=ORDERS)
    found = await stores.attribution.page(tenant.scope, definition, PageRequest(9), None)
    (orders,) = found.page.items
    assert (orders.key.source, orders.key.channel) == (Source.WEBHOOK, "Paid Social")
    assert (orders.conversions, orders.conversion_value, orders.entries) == (D(2), D("50.10"), 2)
    assert orders.spend is None
    refund = {"type": "order.refunded", "data": {"order_id": 2, "amount": "12.50"}}
    await sender.send(refund)
    await landed(stores, tenant, running_worker)
    (after,) = await rows_of(stores, tenant, definition)
    assert (after.conversions, after.conversion_value) == (D(2), D("37.60"))
    assert await rows_of(stores, tenant, definition, found.as_of) == [orders]


async def test_klaviyo_tells_an_order_once_in_each_kind_of_facts(
    stores: Stores, tenant: Tenant, running_worker: RunningWorker
) -> None:
    process, url = start_sandbox("--seed", "1", "--now", "2026-11-03T12:00:00+00:00")
    try:
        sandbox = SandboxAt(url, process.pid)
        control(sandbox, "limits", klaviyo_quota=1_000)
        async with connected(stores, tenant, sandbox, running_worker) as connection:
            await ingest(stores, tenant.scope, connection, "2026-10-20", "2026-11-02")
    finally:
        process.kill()
        process.wait()
    page = await stores.entries.page(
        tenant.scope, EntryFilter(), EntryOrder.DATE_ASC, PageRequest(1_000)
    )
    dates = days("2026-10-20", "2026-11-02")
    sent = [e for e in page.items if e.date_basis is DateBasis.SEND]
    whole = [e for e in page.items if e.level is Level.ACCOUNT]
    by_event = [e for e in page.items if e.date_basis is DateBasis.EVENT and e not in whole]
    assert sent
    assert whole
    assert by_event

    media = await rows_of(stores, tenant, AttributionDefinition(dates, Grain.MONTH))
    assert sum(row.entries for row in media) == len(sent)
    assert sum(row.conversions or 0 for row in media) == sum(
        e.metrics.conversions or 0 for e in sent
    )
    for facts, bases, entries in (
        (ORDERS, (), whole),
        (AttributionFacts.MEDIA, (DateBasis.EVENT,), by_event),
    ):
        definition = AttributionDefinition(dates, Grain.WEEK, facts=facts, date_bases=bases)
        rows = await rows_of(stores, tenant, definition)
        actions: list[Any] = [e.metrics.actions or {} for e in entries]
        assert sum(row.entries for row in rows) == len(entries)
        assert sum(row.conversions or 0 for row in rows) == sum(
            each.get("orders") or 0 for each in actions
        )
        assert sum(row.conversion_value or 0 for row in rows) == sum(
            D(each.get("revenue") or 0) for each in actions
        )


async def test_series_keep_every_digit_and_offline_media_stand_beside_the_rest(
    stores: Stores, tenant: Tenant, running_worker: RunningWorker
) -> None:
    text = """DATE,revenue,tv_S,tv_I,weather_control
2026-08-03,1000.123456789012,10.5,1000,0.1
2026-08-10,2000.000000000001,20.25,2000,0.2
2026-08-17,3000.5,0,0,0.3
2026-08-24,4000,40.125,4000,0.4
2026-08-31,5000,50,5000,0.5"""
    await file_of(stores, tenant, running_worker, Level.SERIES, text)
    dates = days("2026-08-03", "2026-09-06")
    weekly = AttributionDefinition(dates, Grain.WEEK, by=(), facts=SERIES)
    rows = await rows_of(stores, tenant, weekly)
    told = {(str(row.key.time), row.key.series): (row.value, row.is_partial, row.days)
            for row in rows}  # fmt: skip
    assert told["2026-08-03", "revenue"] == (D("1000.123456789012"), False, 7)
    assert told["2026-08-10", "revenue"] == (D("2000.000000000001"), False, 7)
    assert len(rows) == 5 * 4
    roles = {row.key.series: row.key.series_role for row in rows}
    assert (roles["revenue"], roles["tv_S"]) == (SeriesRole.KPI, SeriesRole.SPEND)

    monthly = AttributionDefinition(dates, Grain.MONTH, by=(), facts=SERIES, series=("revenue",))
    (august,) = await rows_of(stores, tenant, monthly)
    assert (august.value, august.is_partial, august.days) == (D("15000.623456789013"), True, 29)
    (offline,) = await rows_of(stores, tenant, AttributionDefinition(dates, Grain.MONTH, by=()))
    assert (offline.spend, offline.impressions, offline.entries) == (D("120.875"), 12000, 10)
    from_sunday = AttributionDefinition(
        dates, Grain.WEEK, Weekday.SUNDAY, by=(), facts=SERIES, series=("revenue",)
    )
    crossing = await rows_of(stores, tenant, from_sunday)
    assert [row.is_partial for row in crossing] == [True] * 5
    assert [row.days for row in crossing] == [6] * 5


async def test_breakdowns_add_up_to_the_whole(
    stores: Stores, tenant: Tenant, running_worker: RunningWorker
) -> None:
    text = """Date,Campaign ID,Channel,Country,Region,Device,Amount spent,Impressions,Clicks,Reach
2026-08-03,1,Display,DE,Berlin,mobile,1.5,100,9,50
2026-08-03,1,Display,DE,Bavaria,desktop,2.5,200,9,60
2026-08-03,1,Display,FR,Paris,mobile,4,400,500,70"""
    await file_of(stores, tenant, running_worker, Level.CAMPAIGN, text)
    dates = days("2026-08-03", "2026-08-03")
    country, device = AttributionDimension.COUNTRY, AttributionDimension.DEVICE

    async def told(**asked: Any) -> list[tuple[object, ...]]:
        rows = await rows_of(stores, tenant, AttributionDefinition(dates, **asked))
        return [
            (row.key.country, row.key.geo, row.key.device, row.spend, row.reach) for row in rows
        ]

    assert await told(by=()) == [(None, None, None, D(8), None)]
    assert await told(by=(country,)) == [
        ("DE", None, None, D(4), None),
        ("FR", None, None, D(4), 70),
    ]
    assert await told(by=(country, GEO), countries=("DE",)) == [
        ("DE", "Bavaria", None, D("2.5"), 60),
        ("DE", "Berlin", None, D("1.5"), 50),
    ]
    assert await told(by=(device,), devices=(Device.MOBILE,)) == [
        (None, None, Device.MOBILE, D("5.5"), None)
    ]


async def test_rows_leave_out_entries_below_the_quality_that_is_asked_for(
    stores: Stores, tenant: Tenant, running_worker: RunningWorker
) -> None:
    text = """Date,Campaign ID,Campaign name,Channel,Amount spent,Impressions,Clicks,Reach
2026-08-03,1,one,Display,1,100,9,50
2026-08-03,2,two,Display,2,100,9,500"""
    await file_of(stores, tenant, running_worker, Level.CAMPAIGN, text)
    page = await stores.entries.page(
        tenant.scope, EntryFilter(), EntryOrder.DATE_ASC, PageRequest(9)
    )
    assert len(page.items) == 2
    dates = days("2026-08-03", "2026-08-03")
    (both,) = await rows_of(stores, tenant, AttributionDefinition(dates))
    (good,) = await rows_of(stores, tenant, AttributionDefinition(dates, min_quality=1))
    assert (both.spend, good.spend, good.quality) == (D(3), D(1), 1.0)
    assert both.quality is not None
    assert 0 < both.quality < 1
