"""A run of no connection: from its command to its receipt, its events and its retries."""

from __future__ import annotations

import asyncpg
import pytest

from core.commands import NewRun
from core.errors import Bug
from core.records.events import DataEventKind
from core.records.runs import Counters, RunEventKind, RunKind, RunRecord, RunStatus
from stores.cache.streams import cloud_event
from stores.postgres.endings import conclude
from stores.postgres.run_work import Claimed, RunStep, hold
from stores.postgres.runs import start_run
from stores.wiring import Stores
from stores.work import work_stores
from tests.support import Tenant


async def queued(stores: Stores, tenant: Tenant) -> RunRecord:
    async with stores.database.write(tenant.scope) as connection:
        command = NewRun(RunKind.EXPORT, options={"of": "a test"})
        return await start_run(connection, tenant.scope, command)


async def claimed_run(stores: Stores, tenant: Tenant) -> Claimed:
    run = await queued(stores, tenant)
    claimed = await work_stores(stores).runs.claim(tenant.scope, run.id)
    assert claimed is not None
    return claimed


async def test_it_gets_on_in_steps_and_ends_with_a_receipt(stores: Stores, tenant: Tenant) -> None:
    claimed = await claimed_run(stores, tenant)
    step = RunStep({"files": 1}, 0.5, "wide.parquet is written")
    await work_stores(stores).runs.advance(tenant.scope, claimed, step)
    async with stores.database.write(tenant.scope) as connection:
        await hold(connection, tenant.scope, claimed)
        receipt = await conclude(connection, tenant.scope, claimed.run.id, None, "5 files written")
    run = (await stores.runs.by_ids(tenant.scope, [claimed.run.id]))[claimed.run.id]
    assert (run.status, run.connection_id, run.progress) == (RunStatus.SUCCEEDED, None, 1.0)
    assert (run.checkpoint, run.options, run.receipt) == (
        {"files": 1},
        {"of": "a test"},
        receipt,
    )
    assert (receipt.counters, receipt.totals, receipt.checks) == (Counters(), (), ())
    events = await stores.runs.events_after(tenant.scope, run.id, 0, 10)
    assert [(event.kind, event.progress, event.message) for event in events] == [
        (RunEventKind.QUEUED, 0.0, "waiting for a worker"),
        (RunEventKind.STARTED, 0.0, "started"),
        (RunEventKind.STEP_COMPLETED, 0.5, "wide.parquet is written"),
        (RunEventKind.SUCCEEDED, 1.0, "5 files written"),
    ]


async def test_its_events_name_no_connection(stores: Stores, tenant: Tenant) -> None:
    run = await queued(stores, tenant)
    (event,) = (await stores.events.after(tenant.scope, 0, 10)).events
    assert (event.event.kind, event.event.run_id) == (DataEventKind.RUN_QUEUED, run.id)
    assert event.event.connection_id is None
    data = cloud_event(tenant.scope, event)["data"]
    assert isinstance(data, dict)
    assert data["connectionId"] is None


async def test_steps_count_as_getting_on_and_end_a_row_of_waits(
    stores: Stores, tenant: Tenant
) -> None:
    claimed = await claimed_run(stores, tenant)
    runs = work_stores(stores).runs
    await runs.wait(tenant.scope, claimed, "later")
    assert await runs.waits(tenant.scope, claimed) == 1
    again = await runs.claim(tenant.scope, claimed.run.id)
    assert again is not None
    await runs.advance(tenant.scope, again, RunStep({}, 0.1, "on"))
    assert await runs.waits(tenant.scope, again) == 0


async def test_a_failed_one_is_a_dead_letter_and_can_be_retried(
    stores: Stores, tenant: Tenant
) -> None:
    run = await queued(stores, tenant)
    await stores.runs.request_cancel(tenant.scope, run.id)
    again = await stores.runs.retry(tenant.scope, run.id)
    assert (again.status, again.connection_id) == (RunStatus.QUEUED, None)
    with pytest.raises(Bug, match="EXPORT is of no connection"):
        _ = again.of_connection


async def test_other_kinds_are_of_a_connection(stores: Stores, tenant: Tenant) -> None:
    with pytest.raises(asyncpg.CheckViolationError):
        async with stores.database.write(tenant.scope) as connection:
            await start_run(connection, tenant.scope, NewRun(RunKind.TRANSFORMATION))
