"""A worker that waits for its source lets go at once, when stopped and when a run is cancelled."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date
from uuid import UUID

import pytest

from core.commands import StartIngestion
from core.errors import Transient
from core.records.runs import RunRecord, RunStatus
from core.units import DateRange
from jobs.runner import MAX_WAITS, Runner
from jobs.worker import work
from stores.postgres.queue import RunJob
from stores.postgres.queue_worker import TryAgain
from stores.wiring import Stores, open_stores
from stores.work import work_stores
from tests.jobs.by_hand import by_hand, page_of
from tests.support import (
    MASTER_KEY,
    RunningWorker,
    SandboxAt,
    Services,
    Tenant,
    ended,
    meta_account,
    worker_settings,
)

DAYS = DateRange(date(2026, 9, 1), date(2026, 9, 3))
BODY = b'{"error": {"message": "limit", "code": 17}}'
RATE_LIMITED = (
    b"HTTP/1.1 400 Bad Request\r\nContent-Type: application/json\r\n"
    b'X-Business-Use-Case-Usage: {"1":[{"estimated_time_to_regain_access":2}]}\r\n'
    b"Content-Length: %d\r\n\r\n%s" % (len(BODY), BODY)
)


@asynccontextmanager
async def source(*, answers: bool) -> AsyncIterator[str]:
    """Something that takes requests and says nothing, or that it wants to be left alone."""
    held: list[asyncio.StreamWriter] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        held.append(writer)
        await reader.readuntil(b"\r\n\r\n")
        if answers:
            writer.write(RATE_LIMITED)
            await writer.drain()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()
        for writer in held:
            writer.close()


async def begun(stores: Stores, tenant: Tenant) -> RunRecord:
    connection = await stores.connections.create(tenant.scope, meta_account())
    command = StartIngestion(connection.id, dates=DAYS)
    return await stores.runs.start_ingestion(tenant.scope, command)


async def becomes(stores: Stores, tenant: Tenant, run_id: UUID, status: RunStatus) -> RunRecord:
    async with asyncio.timeout(30):
        while True:
            run = (await stores.runs.by_ids(tenant.scope, [run_id]))[run_id]
            if run.status is status:
                return run
            await asyncio.sleep(0.05)


@pytest.mark.parametrize("answers", [False, True], ids=["silence", "rate limit"])
@pytest.mark.parametrize("redis", ["there", "away"])
async def test_a_cancel_takes_effect_while_the_source_is_waited_for(
    services: Services, stores: Stores, tenant: Tenant, answers: object, redis: str
) -> None:
    run = await begun(stores, tenant)
    url = services.redis_url if redis == "there" else "redis://127.0.0.1:1"
    stop = asyncio.Event()
    async with (
        source(answers=bool(answers)) as meta,
        open_stores(services.logins, url, MASTER_KEY) as own,
    ):
        task = asyncio.create_task(work(worker_settings(meta), services.logins, own, stop))
        await becomes(stores, tenant, run.id, RunStatus.RUNNING)
        await asyncio.sleep(0.3)
        await stores.runs.request_cancel(tenant.scope, run.id)
        await becomes(stores, tenant, run.id, RunStatus.CANCELLED)
        stop.set()
        await asyncio.wait_for(task, 30)


async def crashes(stores: Stores, tenant: Tenant, run_id: UUID) -> int:
    sql = "SELECT crashes FROM run WHERE id = $1"
    async with stores.database.read(tenant.scope) as connection:
        return int(await connection.fetchval(sql, run_id))


async def test_a_stopped_worker_gives_its_run_back_and_another_goes_on(
    services: Services,
    stores: Stores,
    tenant: Tenant,
    running_worker: RunningWorker,
    sandbox: SandboxAt,
) -> None:
    run = await begun(stores, tenant)
    stop = asyncio.Event()
    async with source(answers=False) as meta:
        task = asyncio.create_task(work(worker_settings(meta), services.logins, stores, stop))
        await becomes(stores, tenant, run.id, RunStatus.RUNNING)
        stop.set()
        await asyncio.wait_for(task, 30)
    given_back = await becomes(stores, tenant, run.id, RunStatus.QUEUED)
    assert (given_back.error, await crashes(stores, tenant, run.id)) == (None, 0)
    async with running_worker(sandbox.url):
        done = await ended(stores, tenant.scope, run.id)
    assert done.status is RunStatus.SUCCEEDED


async def test_a_run_that_is_claimed_while_the_worker_stops_is_given_back_too(
    stores: Stores, tenant: Tenant
) -> None:
    run = await begun(stores, tenant)
    async with source(answers=False) as meta:
        runner = Runner(stores, work_stores(stores), worker_settings(meta))
        task = asyncio.create_task(runner.handle(RunJob(tenant.scope.tenant_id, run.id)))
        await asyncio.sleep(0)
        runner.let_go()
        done, _ = await asyncio.wait([task], timeout=30)
        task.cancel()
        assert done
        assert isinstance(task.exception(), TryAgain)
    await becomes(stores, tenant, run.id, RunStatus.QUEUED)
    await stores.runs.request_cancel(tenant.scope, run.id)


async def test_a_run_fails_after_eight_waits_in_a_row_without_a_page(
    stores: Stores, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object) -> None:
        raise Transient("the source is away")

    monkeypatch.setattr("jobs.kinds.open_source", away)
    at = await by_hand(stores, tenant.scope)
    runner = Runner(stores, at.work, worker_settings("http://unused.invalid"))
    claimed = await at.begun("2026-05-01", "2026-05-01")
    for _ in range(MAX_WAITS - 1):
        await at.work.runs.wait(at.scope, claimed, "the source is away")
        claimed = await at.claimed(claimed.run.id)
    page = page_of({("1", "2026-05-01"): "1"})
    await at.merge(claimed, await at.land(claimed, page), page)
    await at.work.runs.wait(at.scope, claimed, "the page was progress")
    job = RunJob(tenant.scope.tenant_id, claimed.run.id)
    seconds = []
    for _ in range(MAX_WAITS - 1):
        with pytest.raises(TryAgain) as again:
            await runner.handle(job)
        seconds.append(again.value.seconds)
    assert seconds == [2, 4, 8, 16, 32, 64, 128]
    await runner.handle(job)
    run = await becomes(stores, tenant, claimed.run.id, RunStatus.FAILED)
    assert run.error is not None
    assert run.error.message == "the source is away"


async def test_waiting_for_a_sibling_run_does_not_use_up_a_runs_patience(
    stores: Stores, tenant: Tenant
) -> None:
    at = await by_hand(stores, tenant.scope)
    first = await at.begun("2026-05-01", "2026-05-01")
    runner = Runner(stores, at.work, worker_settings("http://unused.invalid"))
    second = await stores.runs.start_ingestion(
        tenant.scope, StartIngestion(at.connection.id, dates=DAYS)
    )
    for _ in range(MAX_WAITS + 2):
        with pytest.raises(TryAgain):
            await runner.handle(RunJob(tenant.scope.tenant_id, second.id))
    await at.work.runs.cancel(at.scope, first)
    claimed = await at.claimed(second.id)
    assert await at.work.runs.waits(at.scope, claimed) == 0
    await at.work.runs.cancel(at.scope, claimed)
