"""What an entry is called and where it belongs: corrected by a later file, kept as of before."""

from __future__ import annotations

from datetime import date, datetime

from core.commands import ConnectSource, FileOptions, StartIngestion
from core.records.attribution import AttributionDefinition
from core.records.connections import ConnectionRecord, Level, Source
from core.records.entries import EntryFilter, EntryOrder
from core.records.pages import PageRequest
from core.records.runs import RunRecord
from core.units import DateRange
from stores.wiring import Stores
from tests.support import RunningWorker, Tenant, ended, upload

DAY = date(2026, 10, 1)


async def load(
    stores: Stores, tenant: Tenant, connection: ConnectionRecord, *row: str
) -> RunRecord:
    text = "Date,Campaign ID,Campaign name,Channel,Amount spent\n" + ",".join((str(DAY), *row))
    uploaded = await upload(stores, tenant.scope, "a.csv", text.encode())
    command = StartIngestion(connection.id, upload_id=uploaded.id, file=FileOptions())
    run = await stores.runs.start_ingestion(tenant.scope, command)
    return await ended(stores, tenant.scope, run.id)


async def told(
    stores: Stores, tenant: Tenant, as_of: datetime | None = None
) -> tuple[str | None, str, str]:
    scope, one = tenant.scope, PageRequest(5)
    order = EntryOrder.DATE_ASC
    (entry,) = (await stores.entries.page(scope, EntryFilter(), order, one, as_of)).items
    where = AttributionDefinition(DateRange(DAY, DAY))
    (row,) = (await stores.attribution.page(scope, where, one, as_of)).page.items
    assert row.key.channel == entry.channel
    named = EntryFilter(channels=(entry.channel,))
    assert await stores.entries.count(scope, named, as_of) == 1
    return entry.entity_name, entry.channel, str(entry.metrics.spend)


async def test_a_corrected_channel_goes_in_and_the_old_one_is_still_told_as_of_then(
    stores: Stores, tenant: Tenant, running_worker: RunningWorker
) -> None:
    command = ConnectSource(Source.FILE, "shop", "Files", "EUR", "Europe/Berlin", Level.CAMPAIGN, 0)
    connection = await stores.connections.create(tenant.scope, command)
    async with running_worker("http://unused.invalid"):
        first = await load(stores, tenant, connection, "1", "Spring", "Display", "10")
        second = await load(stores, tenant, connection, "1", "Spring", "Paid Search", "10")
        third = await load(stores, tenant, connection, "1", "Summer", "Paid Video", "12")
    assert (first.receipt, second.receipt, third.receipt) != (None, None, None)
    moments = [run.receipt.as_of for run in (first, second, third) if run.receipt]
    answers = [await told(stores, tenant, moment) for moment in (*moments, None)]
    assert answers == [
        ("Spring", "Display", "10.000000"),
        ("Spring", "Paid Search", "10.000000"),
        ("Summer", "Paid Video", "12.000000"),
        ("Summer", "Paid Video", "12.000000"),
    ]
    assert (second.counters.stored, second.counters.restated) == (1, 1)
