"""Causal exports of real runs: from the command to the bytes, which stay the same."""

from __future__ import annotations

import asyncio
import hashlib
import io
import json
import zipfile
from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import uuid4

import pandas as pd
import pytest

from core.causal import CausalDefinition, CausalKpi, KpiKind, KpiMeasure
from core.periods import Grain
from core.records.attribution import AttributionDefinition, AttributionDimension
from core.records.connections import Level
from core.records.exchange import OwnRate
from core.records.exports import ExportFormat, ExportRecord, ExportState, object_path
from core.records.pages import PageRequest
from core.records.runs import RunEventKind, RunStatus
from core.units import DateRange
from jobs.exchange import RateKeeper
from jobs.exporting.workplace import workplace
from stores.postgres.export_work import MadeExport
from stores.postgres.run_work import ClaimLost, RunStep
from stores.wiring import Stores
from stores.work import work_stores
from tests.jobs.by_hand import by_hand, page_of
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

DATES = DateRange(date(2026, 8, 1), date(2026, 10, 31))
ORDERS = CausalKpi(KpiKind.ORDERS, KpiMeasure.COUNT)
EVERY = tuple(each for each in ExportFormat if each is not ExportFormat.LEGACY)


@pytest.fixture(scope="module")
async def door(services: Services, tmp_path_factory: Any) -> AsyncIterator[Door]:
    home: Path = tmp_path_factory.mktemp("home")
    async with opened(settings_for(services, home, "http://127.0.0.1:1")) as found:
        yield found


def order(number: int, day: date, total: str) -> dict[str, Any]:
    at = f"{day}T12:00:00Z"
    return {"type": "order.created", "data": {"id": number, "total": total, "created_at": at}}


@dataclass(frozen=True)
class Shop:
    """A tenant with a shop's orders and the account that advertises it."""

    stores: Stores
    tenant: Tenant
    worker: RunningWorker
    sandbox: SandboxAt

    async def made(
        self, definition: CausalDefinition, as_of: datetime | None = None
    ) -> ExportRecord:
        """An export, once its run has ended well, by a worker that was started for it."""
        scope = self.tenant.scope
        async with self.worker(self.sandbox.url):
            export = await self.stores.causal.start(scope, definition, as_of)
            run = await ended(self.stores, scope, export.run_id)
        assert run.status is RunStatus.SUCCEEDED, run.error
        return (await self.stores.exports.by_ids(scope, [export.id]))[export.id]

    async def content(self, export: ExportRecord, name: str) -> bytes:
        place = object_path(export.id, name)
        async with self.stores.objects.open(self.tenant.scope, place) as found:
            return b"".join([block async for block in found.read()])

    async def wide(self, export: ExportRecord) -> pd.DataFrame:
        return pd.read_parquet(io.BytesIO(await self.content(export, "wide.parquet")))


@pytest.fixture(scope="module")
async def shop(
    door: Door,
    stores: Stores,
    new_tenant: NewTenant,
    sandbox: SandboxAt,
    running_worker: RunningWorker,
) -> Shop:
    tenant = await new_tenant(calendar=True)
    made, secret = await webhook_connection(stores, tenant.scope)
    sender = Sender(door.http, made.id, [secret])
    for number, day in enumerate(DATES):
        if day.day != 20:
            await sender.send(order(number, day, f"{10 + number % 7}.{number % 100:02}"))
    async with running_worker(sandbox.url):
        account = await stores.connections.create(tenant.scope, meta_account())
        run = await ingest(stores, tenant.scope, account, "2026-08-01", "2026-10-31")
        assert run.status is RunStatus.SUCCEEDED
        async with asyncio.timeout(30):
            while await _count(stores, tenant, made.id) < DATES.days - 3:  # noqa: ASYNC110 - no event tells of it
                await asyncio.sleep(0.05)
    return Shop(stores, tenant, running_worker, sandbox)


async def _count(stores: Stores, tenant: Tenant, connection: Any) -> int:
    async with stores.database.read(tenant.scope) as opened_at:
        return int(
            await opened_at.fetchval(
                "SELECT count(*) FROM marketing_entry WHERE connection_id = $1", connection
            )
        )


async def test_a_bundle_says_what_it_is(shop: Shop) -> None:
    export = await shop.made(CausalDefinition(DATES, ORDERS, "EUR", formats=EVERY))
    assert export.state is ExportState.READY
    names = [file.name for file in export.files]
    assert names == [
        *(f"wide.{ending}" for ending in ("parquet", "csv", "jsonl", "arrow")),
        *(f"cells.{ending}" for ending in ("parquet", "csv", "jsonl", "arrow")),
        "holidays.csv",
        *(f"long.{ending}" for ending in ("parquet", "csv", "jsonl", "arrow")),
        "manifest.json",
        "bundle.zip",
    ]
    for file in export.files:
        content = await shop.content(export, file.name)
        assert (len(content), hashlib.sha256(content).hexdigest()) == (file.bytes, file.sha256)
    manifest = json.loads(await shop.content(export, "manifest.json"))
    assert manifest == export.manifest
    assert manifest["row_hash"] == next(f.sha256 for f in export.files if f.name == "wide.csv")
    assert manifest["excluded"][0]["reason"] == "PARTIAL_PERIODS"
    assert manifest["kpi"]["kpi_type"] == "non_revenue"
    with zipfile.ZipFile(io.BytesIO(await shop.content(export, "bundle.zip"))) as bundle:
        assert sorted(bundle.namelist()) == sorted(names[:-1])
        assert bundle.testzip() is None


async def test_its_run_tells_of_every_step(shop: Shop) -> None:
    export = await shop.made(CausalDefinition(DATES, ORDERS, "EUR"))
    events = await shop.stores.runs.events_after(shop.tenant.scope, export.run_id, 0, 20)
    assert [event.kind for event in events] == [
        RunEventKind.QUEUED,
        RunEventKind.STARTED,
        *[RunEventKind.STEP_COMPLETED] * 5,
        RunEventKind.SUCCEEDED,
    ]


async def test_the_grid_is_regular_and_days_without_orders_are_zero(shop: Shop) -> None:
    definition = CausalDefinition(DATES, ORDERS, "EUR", grain=Grain.DAY, cuts_immature=False)
    wide = await shop.wide(await shop.made(definition))
    assert list(wide["time"]) == list(DATES)
    assert not wide.isna().any().any()
    zero = [day for day, count in zip(wide["time"], wide["kpi"], strict=True) if not count]
    assert zero == [date(2026, 8, 20), date(2026, 9, 20), date(2026, 10, 20)]
    assert list(wide["revenue_per_kpi"])[:3] == [10.0, 11.01, 12.02]


async def test_one_moment_gives_the_same_bytes_whoever_makes_them(shop: Shop) -> None:
    definition = CausalDefinition(DATES, ORDERS, "EUR", formats=EVERY)
    first = await shop.made(definition)
    again = await shop.made(definition, first.as_of)
    assert again.id != first.id
    assert again.files == first.files
    assert again.manifest == first.manifest


async def test_a_rate_that_is_set_later_changes_no_byte_of_before(shop: Shop) -> None:
    await RateKeeper(shop.stores, "").keep()
    definition = CausalDefinition(DATES, ORDERS, "USD")
    first = await shop.made(definition)
    scope, rates = shop.tenant.scope, shop.stores.own_rates
    budget = OwnRate("budget", "EUR", "USD", Decimal(2), DATES.since)
    set_at = await rates.put(scope, budget.name, budget)
    again = await shop.made(definition, first.as_of)
    assert (again.files, again.manifest) == (first.files, first.manifest)
    after = await shop.made(definition)
    await rates.delete(scope, set_at.id)
    told: list[Any] = [(each.manifest or {})["exchange_rates"] for each in (first, after)]
    assert [each["source"] for each in told] == ["European Central Bank", "own: budget"]
    assert told[1]["dates"] == {"since": str(DATES.since), "until": str(DATES.since)}
    in_euro = await shop.wide(await shop.made(CausalDefinition(DATES, ORDERS, "EUR")))
    wide = await shop.wide(after)
    spend = [str(column) for column in wide if str(column).endswith("_spend")]
    assert spend
    for column in spend:
        assert list(wide[column]) == [2 * value for value in in_euro[column]]


async def test_a_stream_that_is_left_early_leaves_nothing_behind(shop: Shop) -> None:
    rows = AttributionDefinition(DATES, by=(AttributionDimension.CAMPAIGN,))
    now = datetime.now(UTC)
    for _ in range(20):
        stream = shop.stores.attribution.stream(shop.tenant.scope, rows, now)
        async with aclosing(stream) as batches:
            assert (await anext(batches)).num_rows
    await shop.stores.database.ping()


async def test_it_can_be_cancelled_and_tried_again(shop: Shop) -> None:
    scope = shop.tenant.scope
    started = await shop.stores.causal.start(scope, CausalDefinition(DATES, ORDERS, "EUR"), None)
    await shop.stores.runs.request_cancel(scope, started.run_id)
    record = (await shop.stores.exports.by_ids(scope, [started.id]))[started.id]
    assert (record.state, record.files) == (ExportState.PENDING, ())
    await shop.stores.runs.retry(scope, started.run_id)
    async with shop.worker(shop.sandbox.url):
        run = await ended(shop.stores, scope, started.run_id)
    assert run.status is RunStatus.SUCCEEDED
    record = (await shop.stores.exports.by_ids(scope, [started.id]))[started.id]
    assert record.state is ExportState.READY


async def test_a_channel_that_is_spelt_otherwise_is_refused_not_left_out(shop: Shop) -> None:
    scope = shop.tenant.scope
    definition = CausalDefinition(DATES, ORDERS, "EUR", channels=("Paid Social", "paid social"))
    async with shop.worker(shop.sandbox.url):
        started = await shop.stores.causal.start(scope, definition, None)
        run = await ended(shop.stores, scope, started.run_id)
    assert run.error is not None
    assert run.error.message == "there is no media of the channel 'paid social' in what is exported"
    assert (run.error.code, run.error.mend) == ("BAD_USER_INPUT", "there are: Paid Social")


async def test_its_numbers_are_those_of_attribution_rows(shop: Shop) -> None:
    definition = CausalDefinition(DATES, ORDERS, "EUR", cuts_immature=False)
    export = await shop.made(definition)
    wide = await shop.wide(export)
    rows = AttributionDefinition(DATES, grain=Grain.WEEK, by=(), currency="EUR")
    found = await shop.stores.attribution.page(
        shop.tenant.scope, rows, PageRequest(1000), export.as_of
    )
    told = {
        row.key.time: (float(row.spend or 0), row.impressions, row.clicks)
        for row in found.page.items
        if row.key.time in set(wide["time"])
    }
    columns = ("paid_social_spend", "paid_social_impressions", "paid_social_clicks")
    assert told == {
        row["time"]: tuple(row[name] for name in columns) for row in wide.to_dict("records")
    }


async def test_campaigns_of_ads_have_the_name_of_the_moment(stores: Stores, tenant: Tenant) -> None:
    at = await by_hand(stores, tenant.scope, level=Level.AD)
    moments = []
    for name in ("Spring", "Summer"):
        day = DATES.since.isoformat()
        page = page_of({("7", day): "1.5"}, campaign_name=name, adset_id="8", ad_id="9")
        run = await at.begun(day, day)
        await at.merge(run, await at.land(run, page), page)
        await at.complete(run)
        moments.append((await at.finish(run)).as_of)
    names = [
        list((await stores.causal.campaigns(tenant.scope, DATES, moment)).values())
        for moment in moments
    ]
    assert names == [[("7", "Spring")], [("7", "Summer")]]


def test_one_taken_for_dead_that_still_writes_spoils_no_other_s_files() -> None:
    run = uuid4()
    with workplace(run) as slow:
        (slow / "wide.csv").write_text("slow")
        with workplace(run) as other:
            assert not list(other.iterdir())
        assert (slow / "wide.csv").read_text() == "slow"
        assert not other.exists()
    killed = slow.with_name(f"liftos-export-{run}-killed")
    killed.mkdir()
    with workplace(run):
        assert not killed.exists()


async def test_what_a_dead_worker_left_is_gone_on_with(shop: Shop) -> None:
    scope, work = shop.tenant.scope, work_stores(shop.stores)
    definition = CausalDefinition(DATES, ORDERS, "EUR")
    whole = await shop.made(definition)
    started = await shop.stores.causal.start(scope, definition, whole.as_of)
    dead = await work.runs.claim(scope, started.run_id)
    assert dead is not None
    await work.runs.advance(scope, dead, RunStep({"steps": 3}, 0.5, "tables written"))
    async with shop.worker(shop.sandbox.url):
        run = await ended(shop.stores, scope, started.run_id)
    assert run.status is RunStatus.SUCCEEDED, run.error
    record = (await shop.stores.exports.by_ids(scope, [started.id]))[started.id]
    assert (record.files, record.manifest) == (whole.files, whole.manifest)
    late = MadeExport((), (), {}, "", 0, timedelta(days=1))
    with pytest.raises(ClaimLost):
        await work.exports.finish(scope, dead, started, late)
