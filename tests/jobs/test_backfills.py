"""Backfills with a worker: newest first, settled days skipped, room made for other runs."""

from __future__ import annotations

import asyncio
from datetime import date
from uuid import UUID

import pytest

from core.commands import StartBackfill, StartIngestion
from core.errors import Conflict
from core.records.connections import ConnectionRecord
from core.records.runs import RunEventKind, RunKind, RunRecord, RunStatus
from core.units import DateRange
from jobs.runner import Runner
from resolvers import backfills
from resolvers.session import Session
from stores.postgres.queue import RunJob
from stores.postgres.queue_worker import TryAgain
from stores.wiring import Stores
from stores.work import work_stores
from tests.support import (
    NewTenant,
    RunningWorker,
    SandboxAt,
    Tenant,
    ended,
    ingest,
    meta_account,
    worker_settings,
)

PAST = DateRange(date(2026, 4, 1), date(2026, 7, 29))
"""120 days: four readings of Meta's."""
DAY = DateRange(date(2026, 10, 1), date(2026, 10, 1))


@pytest.fixture
async def connection(stores: Stores, tenant: Tenant) -> ConnectionRecord:
    return await stores.connections.create(tenant.scope, meta_account())


async def backfill(
    stores: Stores, tenant: Tenant, connection: ConnectionRecord, dates: DateRange = PAST
) -> RunRecord:
    command = StartIngestion(connection.id, dates=dates, kind=RunKind.BACKFILL)
    return await stores.runs.start_ingestion(tenant.scope, command)


async def read_windows(stores: Stores, tenant: Tenant, run_id: UUID) -> list[str]:
    events = await stores.runs.events_after(tenant.scope, run_id, 0, 1000)
    return [
        event.message.split(" read;")[0]
        for event in events
        if event.kind is RunEventKind.WINDOW_COMPLETED
    ]


async def test_days_that_were_settled_are_skipped_and_the_rest_read_newest_first(
    stores: Stores,
    tenant: Tenant,
    connection: ConnectionRecord,
    sandbox: SandboxAt,
    running_worker: RunningWorker,
) -> None:
    session = Session.open(tenant.scope, stores)
    async with running_worker(sandbox.url):
        first = await ingest(stores, tenant.scope, connection, "2026-06-01", "2026-06-10")
        quote = await backfills.quote(session, connection.id, PAST, includes_settled=False)
        assert (quote.days_settled, quote.days_to_read, quote.windows) == (10, 110, 5)
        assert (quote.measured_days, quote.calls) == (10, 11)
        assert quote.records == round(first.counters.fetched / 10 * 110)
        refused = StartBackfill(connection.id, PAST, max_calls=quote.calls - 1)
        with pytest.raises(Conflict):
            await backfills.start(session, refused)
        accepted = StartBackfill(connection.id, PAST, max_calls=quote.calls)
        run = await backfills.start(session, accepted)
        done = await ended(stores, tenant.scope, run.id)
        again = await backfills.quote(session, connection.id, PAST, includes_settled=False)
        assert (again.days_settled, again.spans, again.calls) == (120, (), 0)
        with pytest.raises(Conflict):
            await backfills.start(session, accepted)
    assert (done.kind, done.status, done.dates) == (RunKind.BACKFILL, RunStatus.SUCCEEDED, PAST)
    assert await read_windows(stores, tenant, run.id) == [
        "2026-06-30 to 2026-07-29",
        "2026-06-11 to 2026-06-29",
        "2026-05-02 to 2026-05-31",
        "2026-04-02 to 2026-05-01",
        "2026-04-01 to 2026-04-01",
    ]
    assert done.receipt is not None
    assert done.counters.balances
    assert done.receipt.totals[0].entries == first.counters.created + done.counters.created


async def turn(stores: Stores, tenant: Tenant, run: RunRecord, url: str, seconds: float) -> bool:
    """Work on the run until it ends or gives way; whether it gave way."""
    settings = worker_settings(url).model_copy(update={"worker_turn_seconds": seconds})
    runner = Runner(stores, work_stores(stores), settings)
    try:
        await runner.handle(RunJob(tenant.scope.tenant_id, run.id))
    except TryAgain as again:
        return again.seconds == 0
    return False


async def test_a_backfill_makes_room_for_a_daily_run_between_readings_and_goes_on(
    stores: Stores, tenant: Tenant, connection: ConnectionRecord, sandbox: SandboxAt
) -> None:
    past = await backfill(stores, tenant, connection)
    daily = StartIngestion(connection.id, dates=DAY)
    run = await stores.runs.start_ingestion(tenant.scope, daily)
    assert await turn(stores, tenant, past, sandbox.url, seconds=3600)
    assert await read_windows(stores, tenant, past.id) == ["2026-06-30 to 2026-07-29"]
    waiting = (await stores.runs.by_ids(tenant.scope, [past.id]))[past.id]
    assert (waiting.status, waiting.pace.windows_done) == (RunStatus.QUEUED, 1)
    assert not await turn(stores, tenant, run, sandbox.url, seconds=3600)
    assert not await turn(stores, tenant, past, sandbox.url, seconds=3600)
    assert await read_windows(stores, tenant, past.id) == [
        "2026-06-30 to 2026-07-29",
        "2026-05-31 to 2026-06-29",
        "2026-05-01 to 2026-05-30",
        "2026-04-01 to 2026-04-30",
    ]
    done = await stores.runs.by_ids(tenant.scope, [past.id, run.id])
    assert {each.status for each in done.values()} == {RunStatus.SUCCEEDED}
    events = await stores.runs.events_after(tenant.scope, past.id, 0, 1000)
    kinds = [event.kind for event in events]
    assert kinds.count(RunEventKind.GAVE_WAY) == kinds.count(RunEventKind.RESUMED) == 1
    assert RunEventKind.WAITING not in kinds


async def test_a_run_makes_room_for_a_tenant_that_has_fewer_when_its_turn_is_over(
    stores: Stores,
    tenant: Tenant,
    connection: ConnectionRecord,
    new_tenant: NewTenant,
    sandbox: SandboxAt,
) -> None:
    long = StartIngestion(connection.id, dates=PAST)
    run = await stores.runs.start_ingestion(tenant.scope, long)
    other = await new_tenant()
    theirs = await stores.connections.create(other.scope, meta_account(1002))
    waiting = await stores.runs.start_ingestion(other.scope, StartIngestion(theirs.id, dates=DAY))
    assert await turn(stores, tenant, run, sandbox.url, seconds=0)
    assert await read_windows(stores, tenant, run.id) == ["2026-06-30 to 2026-07-29"]
    await stores.runs.request_cancel(other.scope, waiting.id)
    assert not await turn(stores, tenant, run, sandbox.url, seconds=3600)


async def test_every_open_run_of_a_connection_is_cancelled_queued_and_running_ones(
    stores: Stores, tenant: Tenant, connection: ConnectionRecord, running_worker: RunningWorker
) -> None:
    other = await stores.connections.create(tenant.scope, meta_account(1002))
    runs = [await backfill(stores, tenant, connection) for _ in range(3)]
    untouched = await backfill(stores, tenant, other)
    claimed = await work_stores(stores).runs.claim(tenant.scope, runs[0].id)
    assert claimed is not None
    cancelled = await stores.runs.cancel_all(tenant.scope, connection.id)
    assert cancelled == tuple(run.id for run in runs)
    assert await stores.runs.cancel_all(tenant.scope, connection.id) == ()
    await work_stores(stores).runs.cancel(tenant.scope, claimed)
    found = await stores.runs.by_ids(tenant.scope, [run.id for run in (*runs, untouched)])
    assert [found[run.id].status for run in runs] == [RunStatus.CANCELLED] * 3
    assert found[untouched.id].status is RunStatus.QUEUED
    await stores.runs.request_cancel(tenant.scope, untouched.id)
    async with running_worker("http://unused.invalid"):
        await asyncio.sleep(0.5)
    assert (await stores.runs.by_ids(tenant.scope, [runs[1].id]))[runs[1].id].claim == 0


async def test_a_run_that_was_to_wait_for_hours_is_tried_at_once_when_asked_again(
    stores: Stores,
    tenant: Tenant,
    connection: ConnectionRecord,
    sandbox: SandboxAt,
    running_worker: RunningWorker,
) -> None:
    run = await stores.runs.start_ingestion(tenant.scope, StartIngestion(connection.id, dates=DAY))
    async with stores.database.unbound() as raw:
        await raw.execute(
            "UPDATE pgqueuer SET execute_after = now() + interval '9 hours' WHERE dedupe_key = $1",
            str(run.id),
        )
    await stores.runs.request_cancel(tenant.scope, run.id)
    await stores.runs.retry(tenant.scope, run.id)
    async with running_worker(sandbox.url):
        assert (await ended(stores, tenant.scope, run.id)).status is RunStatus.SUCCEEDED
