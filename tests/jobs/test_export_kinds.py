"""Exports of every kind of KPI, grain and column, from files whose numbers are known."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import asyncpg
import pytest

from core.causal import CalendarColumn, CausalDefinition, CausalKpi, GeoBy, KpiKind, KpiMeasure
from core.commands import FileOptions, FileReading
from core.exchange import cross_rate
from core.periods import Grain
from core.records.calendar import CalendarEvent, CalendarEventKind
from core.records.connections import Level
from core.records.entries import DateBasis, EntryFilter, EntryOrder
from core.records.exchange import RateMoment
from core.records.exports import ExportRecord, ExportState
from core.records.pages import PageRequest
from core.records.runs import RunStatus
from core.units import DateRange
from jobs.exchange import RateKeeper
from stores.wiring import Stores
from tests.jobs.export_desk import NOWHERE, Desk, connected
from tests.jobs.test_klaviyo import connected as klaviyo_connected
from tests.jobs.test_klaviyo import control
from tests.support import (
    NewTenant,
    RunningWorker,
    SandboxAt,
    Services,
    Tenant,
    ended,
    ingest,
    start_sandbox,
)

COMPLETE = FileOptions(reading=FileReading.COMPLETE)
DAYS = DateRange(date(2026, 10, 29), date(2026, 10, 31))
ORDERS = b"""Order ID,Created at,Country,Total
1,2026-10-29 09:00:00 +0100,DE,20.00
1,2026-10-29 09:00:00 +0100,,
2,2026-10-29 10:00:00 +0100,DE,30.00
3,2026-10-29 11:00:00 +0100,AT,10.00
4,2026-10-30 12:00:00 +0100,DE,40.00
5,2026-10-31 13:00:00 +0100,AT,7.50
1,2026-10-31 14:00:00 +0100,DE,-5.00
"""
ADS = b"""day,campaign id,campaign,country,source,medium,cost,impr.,clicks,conversions,conv. value
2026-10-29,c1,Autumn,DE,facebook,cpc,115.50,1000,10,2,50.00
2026-10-29,c1,Autumn,AT,facebook,cpc,0,0,0,0,0
2026-10-30,c1,Autumn,DE,facebook,cpc,111.72,900,9,1,22.344
2026-10-30,c1,Autumn,AT,facebook,cpc,55.86,500,5,3,33.516
2026-10-31,c1,Autumn,DE,facebook,cpc,11.172,100,1,0,5.586
"""


@pytest.fixture
async def desk(stores: Stores, new_tenant: NewTenant, running_worker: RunningWorker) -> Desk:
    tenant = await new_tenant(calendar=True)
    await RateKeeper(stores, "").keep()
    orders = await connected(stores, tenant.scope, Level.ORDER)
    desk = Desk(stores, tenant.scope, running_worker, orders)
    await desk.read(orders, "orders.csv", ORDERS, COMPLETE)
    ads = await connected(stores, tenant.scope, Level.CAMPAIGN, "USD")
    await desk.read(ads, "ads.csv", ADS, COMPLETE)
    return desk


def asked(**changes: Any) -> CausalDefinition:
    given: dict[str, Any] = {
        "dates": DAYS,
        "kpi": CausalKpi(KpiKind.ORDERS, KpiMeasure.COUNT),
        "currency": "EUR",
        "grain": Grain.DAY,
        "cuts_immature": False,
    }
    return CausalDefinition(**{**given, **changes})


def sale(desk: Desk) -> Any:
    """An event of Germany alone, that goes on after the dates."""
    days = date(2026, 10, 30), date(2026, 11, 1)
    event = CalendarEvent("Sale", CalendarEventKind.PROMOTION, *days, countries=("DE",))
    return desk.stores.calendar_events.add(desk.scope, event)


async def euros(desk: Desk, day: date) -> Decimal:
    """What a dollar was worth."""
    moment = RateMoment(day, None)
    found = await desk.stores.exchange.known(desk.scope, [moment])
    rate = cross_rate(found[moment], "USD", "EUR")
    assert rate is not None
    return rate.value


async def rows(desk: Desk, export: ExportRecord) -> list[list[Any]]:
    return [list(row) for row in (await desk.wide(export)).itertuples(index=False)]


async def test_orders_of_a_file_by_country_beside_dollars(desk: Desk) -> None:
    await sale(desk)
    export = await desk.export(asked(geo=GeoBy.COUNTRY, calendar=tuple(CalendarColumn)))
    assert list((await desk.wide(export)).columns) == [
        *("time", "geo", "kpi", "revenue_per_kpi"),
        *("paid_social_spend", "paid_social_clicks", "paid_social_impressions", "evt_sale"),
        *("cal_holidays", "cal_retail_events", "cal_weekend_days"),
    ]
    # 1.1130 dollars a euro on the 29th, 1.1172 on the 30th and, a Saturday, on the 31st.
    first, second, third = DAYS
    assert await rows(desk, export) == [
        [first, "AT", 1, 10, 0, 0, 0, 0, 0, 0, 0],
        [second, "AT", 0, 0, 50, 5, 500, 0, 0, 0, 0],
        [third, "AT", 1, 7.5, 0, 0, 0, 0, 0, 1, 1],
        [first, "DE", 2, 25, 103.773585, 10, 1000, 0, 0, 0, 0],
        [second, "DE", 1, 40, 100, 9, 900, 1, 0, 0, 0],
        [third, "DE", 0, 0, 10, 1, 100, 1, 0, 1, 1],
    ]
    long = await desk.table(export, "long")
    assert list(long["campaign_name"]) == ["Autumn"] * DAYS.days
    assert list(long["spend"]) == [103.773585, 150, 10]
    assert long["account_name"].isna().all()
    manifest: Any = export.manifest
    assert manifest["excluded"] == []
    assert manifest["roles"]["events"] == ["evt_sale"]
    lines = [f"{day},USD,EUR,{await euros(desk, day)}\n" for day in DAYS]
    assert manifest["exchange_rates"] == {
        "source": "European Central Bank",
        "dates": {"since": "2026-10-29", "until": "2026-10-30"},
        "currencies": ["USD"],
        "sha256": hashlib.sha256("".join(lines).encode()).hexdigest(),
    }


async def test_refunds_are_money_and_no_orders(desk: Desk) -> None:
    revenue = CausalKpi(KpiKind.ORDERS, KpiMeasure.REVENUE)
    export = await desk.export(asked(kpi=revenue))
    wide = await desk.wide(export)
    assert list(wide["kpi"]) == [60, 40, 2.5]
    assert "revenue_per_kpi" not in wide
    manifest: Any = export.manifest
    assert manifest["roles"]["revenue_per_kpi"] is None


async def test_conversions_as_platforms_claim_them(desk: Desk) -> None:
    claimed = CausalKpi(KpiKind.CONVERSIONS, KpiMeasure.REVENUE)
    export = await desk.export(asked(kpi=claimed))
    assert list((await desk.wide(export))["kpi"]) == [44.923630, 50, 5]
    assert [each.severity for each in export.checks if each.id == "KPI_IS_ATTRIBUTED"]
    manifest: Any = export.manifest
    assert manifest["kpi"]["kpi_type"] == "revenue"
    assert "platforms claim for themselves" in manifest["kpi"]["about"]


async def test_entries_below_a_quality_are_left_out_and_counted(desk: Desk) -> None:
    export = await desk.export(asked(min_quality=0.999))
    wide = await desk.wide(export)
    assert list(wide["paid_social_spend"]) == [103.773585, 150, 0]
    manifest: Any = export.manifest
    assert manifest["excluded"] == [
        {
            "reason": "BELOW_QUALITY",
            "rows": 1,
            "detail": "below 0.999, or never assessed",
        }
    ]


@pytest.fixture
def klaviyo() -> Iterator[SandboxAt]:
    process, url = start_sandbox("--seed", "1", "--now", "2026-11-03T12:00:00+00:00")
    at = SandboxAt(url, process.pid)
    control(at, "limits", klaviyo_quota=1_000)
    yield at
    process.kill()
    process.wait()


async def test_orders_that_klaviyo_counts(
    stores: Stores, tenant: Tenant, running_worker: RunningWorker, klaviyo: SandboxAt
) -> None:
    async with klaviyo_connected(stores, tenant, klaviyo, running_worker) as place:
        run = await ingest(stores, tenant.scope, place, f"{DAYS.since}", f"{DAYS.until}")
        assert run.status is RunStatus.SUCCEEDED
    desk = Desk(stores, tenant.scope, running_worker, place)
    kpi = CausalKpi(KpiKind.ORDERS, KpiMeasure.COUNT, connections=(place.id,))
    export = await desk.export(asked(kpi=kpi))
    wide = await desk.wide(export)
    page = await stores.entries.page(
        desk.scope,
        EntryFilter(levels=(Level.ACCOUNT,), connections=(place.id,)),
        EntryOrder.DATE_ASC,
        PageRequest(100),
    )
    told: list[Any] = [each.metrics.actions for each in page.items]
    assert [each.date_basis for each in page.items] == [DateBasis.EVENT] * DAYS.days
    assert list(wide["kpi"]) == [each["orders"] for each in told] == [32, 52, 44]
    assert list(wide["revenue_per_kpi"]) == [
        float(Decimal(each["revenue"]) / each["orders"]) for each in told
    ]


async def test_one_that_is_being_made_can_be_cancelled(desk: Desk, services: Services) -> None:
    owner = await asyncpg.connect(services.logins.owner)
    try:
        async with desk.worker(NOWHERE), owner.transaction():
            await owner.execute("LOCK TABLE marketing_entry IN ACCESS EXCLUSIVE MODE")
            export = await desk.stores.causal.start(desk.scope, asked(), None)
            async with asyncio.timeout(30):
                while (await status(desk, export)) is not RunStatus.RUNNING:  # noqa: ASYNC110 - no event tells of it
                    await asyncio.sleep(0.02)
            await desk.stores.runs.request_cancel(desk.scope, export.run_id)
            run = await ended(desk.stores, desk.scope, export.run_id)
    finally:
        await owner.close()
    assert run.status is RunStatus.CANCELLED
    record = (await desk.stores.exports.by_ids(desk.scope, [export.id]))[export.id]
    assert (record.state, record.files) == (ExportState.PENDING, ())
    names = [each.name async for each in desk.stores.objects.list(desk.scope)]
    assert not any(str(export.id) in name for name in names)


async def status(desk: Desk, export: ExportRecord) -> RunStatus:
    return (await desk.stores.runs.by_ids(desk.scope, [export.run_id]))[export.run_id].status


async def test_months(desk: Desk) -> None:
    earlier = b"order id,date,total\n6,2026-10-01,60.00\n7,2026-10-28,1.25\n"
    await desk.read(desk.place, "earlier.csv", earlier, COMPLETE)
    await sale(desk)
    dates = DateRange(date(2026, 9, 25), date(2026, 10, 31))
    export = await desk.export(
        asked(dates=dates, grain=Grain.MONTH, calendar=(CalendarColumn.WEEKEND_DAYS,))
    )
    wide = await desk.wide(export)
    assert wide.to_dict("records") == [
        {
            "time": date(2026, 10, 1),
            "kpi": 7.0,
            "revenue_per_kpi": 163.75 / 7,
            "paid_social_spend": 263.773585,
            "paid_social_clicks": 25.0,
            "paid_social_impressions": 2500.0,
            "evt_sale": 2 / 31,
            "cal_weekend_days": 9.0,
        }
    ]
