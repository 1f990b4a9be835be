"""A causal export by country or region: its KPI are the orders that went there."""

from __future__ import annotations

import asyncio
import io
from collections import Counter
from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from core.causal import CausalDefinition, CausalKpi, GeoBy, KpiKind, KpiMeasure
from core.periods import Grain
from core.records.connections import Breakdown
from core.records.exports import object_path
from core.records.pages import PageRequest
from core.records.runs import RunStatus
from core.units import DateRange
from stores.wiring import Stores
from tests.support import (
    NewTenant,
    RunningWorker,
    SandboxAt,
    Services,
    Tenant,
    ended,
    ingest,
    meta_account,
)
from tests.tenancy.door import Door, opened, settings_for
from tests.webhook_sender import Sender, webhook_connection

DATES = DateRange(date(2026, 10, 1), date(2026, 10, 14))
PLACES = (("DE", "Bayern"), ("AT", "Wien"), ("DE", "Berlin"), ("DE", "Bayern"), ("AT", "Tirol"))


@pytest.fixture(scope="module")
async def door(services: Services, tmp_path_factory: Any) -> AsyncIterator[Door]:
    home: Path = tmp_path_factory.mktemp("home")
    async with opened(settings_for(services, home, "http://127.0.0.1:1")) as found:
        yield found


def orders() -> list[tuple[date, str, str, dict[str, Any]]]:
    """Ten orders a day; every other one is refunded in part, by an event that names no place."""
    found = []
    for number, (day, place) in enumerate((day, place) for day in DATES for place in PLACES * 2):
        country, region = place
        data = {"id": number, "total": "10.00", "created_at": f"{day}T12:00:00Z",
                "shipping_address": {"country_code": country, "province": region}}  # fmt: skip
        found.append((day, country, region, {"type": "order.created", "data": data}))
    return found


async def all_landed(stores: Stores, tenant: Tenant, count: int) -> None:
    async with asyncio.timeout(60):
        while True:
            async with stores.database.read(tenant.scope) as connection:
                refunded = await connection.fetchval(
                    "SELECT count(*) FROM marketing_entry WHERE conversion_value = 7"
                )
            runs = (await stores.runs.page(tenant.scope, PageRequest(100))).items
            if refunded == count and all(run.status.is_final for run in runs):
                return
            await asyncio.sleep(0.05)


@pytest.mark.parametrize(
    ("breakdown", "by", "place", "kept"),
    [
        (Breakdown.COUNTRY, GeoBy.COUNTRY, 1, {"DE", "AT"}),
        (Breakdown.GEO, GeoBy.GEO, 2, {"Bayern", "Berlin", "Wien", "Tirol"}),
    ],
)
async def test_a_causal_export_by_place_has_its_orders_as_kpi(
    *,
    breakdown: Breakdown,
    by: GeoBy,
    place: int,
    kept: set[str],
    door: Door,
    stores: Stores,
    new_tenant: NewTenant,
    sandbox: SandboxAt,
    running_worker: RunningWorker,
) -> None:
    tenant = await new_tenant(calendar=True)
    scope = tenant.scope
    shop, secret = await webhook_connection(stores, scope)
    sender, sold = Sender(door.http, shop.id, [secret]), orders()
    await sender.send([each[3] for each in sold])
    refunds = [
        {"type": "order.refunded", "data": {"order_id": number, "refund_id": f"r{number}",
         "amount": "3.00", "created_at": "2026-10-20T12:00:00Z"}}
        for number in range(0, len(sold), 2)
    ]  # fmt: skip
    account = await stores.connections.create(scope, meta_account(breakdown=breakdown))
    kpi = CausalKpi(KpiKind.ORDERS, KpiMeasure.REVENUE)
    async with running_worker(sandbox.url):
        await sender.send(refunds)
        run = await ingest(stores, scope, account, f"{DATES.since}", f"{DATES.until}")
        assert run.status is RunStatus.SUCCEEDED, run.error
        await all_landed(stores, tenant, len(refunds))
        export = await stores.causal.start(
            scope, CausalDefinition(DATES, kpi, "EUR", Grain.DAY, geo=by), None
        )
        run = await ended(stores, scope, export.run_id)
    assert run.status is RunStatus.SUCCEEDED, run.error
    async with stores.objects.open(scope, object_path(export.id, "wide.parquet")) as found:
        wide = pd.read_parquet(io.BytesIO(b"".join([block async for block in found.read()])))
    expected: Counter[tuple[date, str]] = Counter()
    for number, order in enumerate(sold):
        expected[order[0], str(order[place])] += 10 if number % 2 else 7
    told = {
        (time, geo): kpi
        for time, geo, kpi in zip(wide["time"], wide["geo"], wide["kpi"], strict=True)
        if kpi
    }
    assert set(wide["geo"]) == kept
    assert told == expected
    spent = wide.groupby("geo")["paid_social_spend"].sum()
    assert {geo for geo in kept if spent[geo] > 0} == kept & {"DE", "AT", "Bayern", "Berlin"}
