"""What becomes of runs: cancelled, tried again, taken over, parked, refused by the source."""

from __future__ import annotations

import asyncio
from datetime import date, timedelta
from uuid import UUID

import pytest

from core.commands import ConnectSource, FileOptions, StartIngestion
from core.errors import Conflict, NotFound
from core.records.connections import ConnectionRecord, Level, Source
from core.records.entries import EntryFilter
from core.records.pages import RunSlice
from core.records.runs import RunEventKind, RunRecord, RunStatus
from core.scope import SystemScope
from core.units import DateRange
from resolvers import ingestion
from resolvers.session import Session
from stores.postgres.run_work import ClaimLost, RunWorkStore
from stores.wiring import Stores
from tests.support import (
    NewTenant,
    RunningWorker,
    SandboxAt,
    Tenant,
    ended,
    ingest,
    meta_account,
    opened,
    upload,
)

LONG = DateRange(date(2025, 10, 1), date(2026, 10, 31))


@pytest.fixture
async def connection(stores: Stores, tenant: Tenant) -> ConnectionRecord:
    return await stores.connections.create(tenant.scope, meta_account())


async def start(stores: Stores, tenant: Tenant, connection: ConnectionRecord) -> RunRecord:
    command = StartIngestion(connection.id, dates=LONG)
    return await stores.runs.start_ingestion(tenant.scope, command)


async def kinds(stores: Stores, tenant: Tenant, run_id: UUID) -> list[RunEventKind]:
    events = await stores.runs.events_after(tenant.scope, run_id, 0, 1000)
    assert [event.sequence for event in events] == list(range(1, len(events) + 1))
    return [event.kind for event in events]


async def test_a_queued_run_is_cancelled_at_once_and_no_worker_takes_it(
    stores: Stores, tenant: Tenant, connection: ConnectionRecord, running_worker: RunningWorker
) -> None:
    run = await start(stores, tenant, connection)
    assert (await stores.runs.request_cancel(tenant.scope, run.id)).status is RunStatus.CANCELLED
    async with running_worker("http://unused.invalid"):
        await asyncio.sleep(1)
    assert await kinds(stores, tenant, run.id) == [RunEventKind.QUEUED, RunEventKind.CANCELLED]
    with pytest.raises(Conflict):
        await stores.runs.request_cancel(tenant.scope, run.id)


async def test_a_running_run_is_cancelled_and_a_second_try_completes_it(
    stores: Stores,
    tenant: Tenant,
    connection: ConnectionRecord,
    sandbox: SandboxAt,
    running_worker: RunningWorker,
) -> None:
    async with running_worker(sandbox.url):
        run = await start(stores, tenant, connection)
        await _first_page(stores, tenant, run.id)
        await stores.runs.request_cancel(tenant.scope, run.id)
        cancelled = await ended(stores, tenant.scope, run.id)
        assert cancelled.status is RunStatus.CANCELLED
        kept = await stores.entries.count(tenant.scope, EntryFilter())
        assert kept == cancelled.counters.created > 0
        await stores.runs.retry(tenant.scope, run.id)
        done = await ended(stores, tenant.scope, run.id)
    assert done.status is RunStatus.SUCCEEDED
    assert done.counters.balances
    assert done.counters.created == await stores.entries.count(tenant.scope, EntryFilter()) > kept
    seen = await kinds(stores, tenant, run.id)
    assert RunEventKind.CANCELLING in seen
    assert RunEventKind.RESUMED in seen
    with pytest.raises(Conflict):
        await stores.runs.retry(tenant.scope, run.id)


async def _first_page(stores: Stores, tenant: Tenant, run_id: UUID) -> None:
    async with asyncio.timeout(30), stores.topics.subscribe(tenant.scope, run_id) as wake_ups:
        async for _ in wake_ups:
            if (await stores.runs.by_ids(tenant.scope, [run_id]))[run_id].counters.pages:
                return


async def test_a_run_that_kills_its_worker_three_times_is_parked(
    stores: Stores, tenant: Tenant, connection: ConnectionRecord
) -> None:
    run = await start(stores, tenant, connection)
    work = RunWorkStore(stores.database)
    for _ in range(3):
        assert await work.claim(tenant.scope, run.id) is not None
    assert await work.claim(tenant.scope, run.id) is None
    parked = (await stores.runs.by_ids(tenant.scope, [run.id]))[run.id]
    assert parked.status is RunStatus.PARKED
    assert await kinds(stores, tenant, run.id) == [
        RunEventKind.QUEUED,
        RunEventKind.STARTED,
        RunEventKind.RESUMED,
        RunEventKind.RESUMED,
        RunEventKind.PARKED,
    ]
    assert await work.claim(tenant.scope, run.id) is None
    assert (await stores.runs.retry(tenant.scope, run.id)).status is RunStatus.QUEUED
    await stores.runs.request_cancel(tenant.scope, run.id)


async def test_an_older_claim_can_do_nothing(
    stores: Stores, tenant: Tenant, connection: ConnectionRecord
) -> None:
    run = await start(stores, tenant, connection)
    work = RunWorkStore(stores.database)
    stale = await work.claim(tenant.scope, run.id)
    fresh = await work.claim(tenant.scope, run.id)
    assert stale is not None
    assert fresh is not None
    with pytest.raises(ClaimLost):
        await work.save_checkpoint(tenant.scope, stale, {"windows_done": 9})
    with pytest.raises(ClaimLost):
        await work.cancel(tenant.scope, stale)
    now = (await stores.runs.by_ids(tenant.scope, [run.id]))[run.id]
    assert (now.status, now.checkpoint, now.claim) == (RunStatus.RUNNING, None, 2)
    await work.cancel(tenant.scope, fresh)


@pytest.mark.parametrize(
    ("token", "code", "mend"),
    [
        ("sandbox-expired", "CONFIGURATION", "credentials"),
        ("sandbox-token-1002", "CONFIGURATION", ""),
    ],
)
async def test_credentials_that_do_not_open_the_account_end_the_run_with_the_mend(  # noqa: PLR0917
    stores: Stores,
    tenant: Tenant,
    sandbox: SandboxAt,
    running_worker: RunningWorker,
    token: str,
    code: str,
    mend: str,
) -> None:
    account = meta_account(credentials=opened(token))
    connection = await stores.connections.create(tenant.scope, account)
    async with running_worker(sandbox.url):
        run = await ingest(stores, tenant.scope, connection, "2026-11-01", "2026-11-05")
    assert run.status is RunStatus.FAILED
    assert run.error is not None
    assert run.error.code == code
    assert mend in (run.error.mend or "")
    assert token not in str(run)
    assert await stores.entries.count(tenant.scope, EntryFilter()) == 0


async def test_an_empty_account_is_read_and_says_so(
    stores: Stores, tenant: Tenant, sandbox: SandboxAt, running_worker: RunningWorker
) -> None:
    account = meta_account(1003, time_zone="Europe/Paris")
    connection = await stores.connections.create(tenant.scope, account)
    async with running_worker(sandbox.url):
        run = await ingest(stores, tenant.scope, connection, "2026-10-01", "2026-11-15")
    assert run.status is RunStatus.SUCCEEDED
    assert run.counters.fetched == 0
    assert run.receipt is not None
    assert run.receipt.totals == ()


async def test_a_saved_mapping_reads_the_next_file_and_an_explicit_one_wins(
    stores: Stores, tenant: Tenant, running_worker: RunningWorker
) -> None:
    files = await stores.connections.create(
        tenant.scope,
        ConnectSource(
            Source.FILE, "shop", "Shop", "EUR", "Europe/Berlin", Level.CAMPAIGN, look_back_days=0
        ),
    )
    session = Session.open(tenant.scope, stores)
    first = await upload(stores, tenant.scope, "a.csv", b"Tag;Aktion;Betrag\n03.04.2026;c1;1,50\n")
    second = await upload(stores, tenant.scope, "b.csv", b"Tag;Aktion;Betrag\n04.05.2026;c1;2,50\n")
    mapping = FileOptions(
        columns={"date": "Tag", "campaign_name": "Aktion", "spend": "Betrag"},
        date_format="%d.%m.%Y",
        decimal_separator=",",
    )
    async with running_worker("http://unused.invalid"):
        run = await ingestion.ingest_file(session, files.id, first.id, mapping, saves_mapping=True)
        done = await ended(stores, tenant.scope, run.id)
        assert done.error is None
        assert done.counters.stored == 1
        run = await ingestion.ingest_file(session, files.id, second.id, FileOptions())
        done = await ended(stores, tenant.scope, run.id)
    assert done.error is None
    assert done.receipt is not None
    assert done.receipt.totals[0].spend is not None
    days = EntryFilter(dates=DateRange(date(2026, 5, 4), date(2026, 5, 4)))
    assert await stores.entries.count(tenant.scope, days) == 1
    saved = (await stores.connections.by_ids(tenant.scope, [files.id]))[files.id].file_mapping
    assert FileOptions.from_json(saved) == mapping


async def test_another_tenant_s_upload_cannot_be_read(
    stores: Stores, new_tenant: NewTenant
) -> None:
    mine, theirs = await new_tenant(), await new_tenant()
    account = ConnectSource(
        Source.FILE, "shop", "Shop", "EUR", "Europe/Berlin", Level.CAMPAIGN, look_back_days=0
    )
    connection = await stores.connections.create(mine.scope, account)
    foreign = await upload(stores, theirs.scope, "a.csv", b"date,campaign,spend\n")
    with pytest.raises(NotFound) as refused:
        await stores.runs.start_ingestion(
            mine.scope, StartIngestion(connection.id, upload_id=foreign.id)
        )
    assert refused.value.field == "uploadId"


async def test_an_upload_that_broke_off_is_forgotten_after_its_time(
    stores: Stores, tenant: Tenant
) -> None:
    broken = await stores.uploads.begin(tenant.scope, "a.csv", "text/csv")
    await stores.uploads.append(tenant.scope, broken, 0, b"half")
    whole = await upload(stores, tenant.scope, "b.csv", b"date\n")
    reason = SystemScope(reason="tests")
    await stores.uploads.sweep(reason, timedelta(days=1))
    assert [chunk async for chunk in stores.uploads.chunks(tenant.scope, broken)] == [b"half"]
    await stores.uploads.sweep(reason, timedelta(0))
    assert [chunk async for chunk in stores.uploads.chunks(tenant.scope, broken)] == []
    assert (await stores.uploads.one(tenant.scope, whole.id)).size_bytes == 5


async def test_followers_of_many_runs_are_told_of_each_from_where_they_stand(
    stores: Stores, tenant: Tenant, new_tenant: NewTenant, connection: ConnectionRecord
) -> None:
    runs = [await start(stores, tenant, connection) for _ in range(2)]
    for run in runs:
        await stores.runs.request_cancel(tenant.scope, run.id)
    one, other = (run.id for run in runs)
    slices = [RunSlice(one, 0, 5), RunSlice(one, 1, 5), RunSlice(one, 0, 1), RunSlice(other, 1, 5)]
    empty = [RunSlice(one, 2, 5), RunSlice(other, 2**63 - 1, 5)]
    found = await stores.runs.events_of(tenant.scope, [*slices, *empty])
    told = {asked: [event.kind for event in events] for asked, events in found.items()}
    queued, cancelled = RunEventKind.QUEUED, RunEventKind.CANCELLED
    expected = [[queued, cancelled], [cancelled], [queued], [cancelled]]
    assert told == dict(zip(slices, expected, strict=True))
    assert {event.run_id for event in found[slices[3]]} == {other}
    stranger = await new_tenant()
    assert await stores.runs.events_of(stranger.scope, slices) == {}
