"""Whose turn it is: shares of tenants, limits, one reader for each connection."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date, timedelta
from itertools import count
from uuid import UUID, uuid4

import asyncpg
import pytest
from pgqueuer import AsyncpgDriver, Job
from pgqueuer.types import QueueEntrypoint, QueueManagerId

from app.embedded import attach
from core.commands import CreateTenant, NewRun, StartIngestion
from core.records.connections import ConnectionRecord
from core.records.runs import RunKind
from core.scope import SystemScope
from core.units import DateRange
from stores.postgres.fair_queue import FairQueries
from stores.postgres.logins import derive_logins
from stores.postgres.migrate import migrate
from stores.postgres.queue import RunJob
from stores.postgres.runs import start_run
from stores.wiring import Stores, open_stores
from stores.work import WorkStores, work_stores
from tests.support import MASTER_KEY, Tenant, meta_account, open_home, scope_of

DAYS = DateRange(date(2026, 9, 1), date(2026, 9, 3))
TIERS = {"FREE": 2, "PRO": 3}
SILENCE = timedelta(seconds=30)
NUMBERS = count(1)


class Yard:
    """A database whose queue is this suite's alone, and workers that take jobs from it."""

    def __init__(self, stores: Stores, url: str) -> None:
        self.stores = stores
        self.work: WorkStores = work_stores(stores)
        self.url = url

    async def tenant(self, **fields: object) -> Tenant:
        command = CreateTenant(slug=f"turn-{next(NUMBERS)}", name="Turn", **fields)  # type: ignore[arg-type]  # of many types
        record = await self.stores.tenants.create(SystemScope(reason="tests"), command)
        return Tenant(record, scope_of(record))

    async def connection(self, tenant: Tenant) -> ConnectionRecord:
        account = meta_account(next(NUMBERS))
        return await self.stores.connections.create(tenant.scope, account)

    async def queue(self, tenant: Tenant, connection: ConnectionRecord | None = None) -> UUID:
        """A queued run; of a connection of its own, where none is given."""
        at = connection or await self.connection(tenant)
        command = StartIngestion(at.id, dates=DAYS)
        return (await self.stores.runs.start_ingestion(tenant.scope, command)).id

    async def queue_export(self, tenant: Tenant) -> UUID:
        """A queued run of no connection."""
        async with self.stores.database.write(tenant.scope) as connection:
            return (await start_run(connection, tenant.scope, NewRun(RunKind.EXPORT))).id

    @asynccontextmanager
    async def worker(self, places: int = 10) -> AsyncIterator[Worker]:
        connection = await asyncpg.connect(self.url)
        queries = FairQueries(AsyncpgDriver(connection), places=places, tier_runs=TIERS)
        yield Worker(queries)
        await connection.close()


class Worker:
    """Takes jobs as a QueueManager does."""

    def __init__(self, queries: FairQueries) -> None:
        self.queries = queries
        self.id = QueueManagerId(uuid4())
        self.last: Job | None = None

    async def take(self, silence: timedelta = SILENCE) -> UUID | None:
        """The run whose turn it is."""
        jobs = await self.queries.dequeue(1, {}, self.id, None, silence)
        self.last = jobs[0] if jobs else self.last
        return RunJob.from_payload(jobs[0].payload).run_id if jobs else None

    async def all(self) -> list[UUID]:
        """Every run that it may take now, in order."""
        found = []
        while (run := await self.take()) is not None:
            found.append(run)
        return found

    async def put_away(self, run_id: UUID) -> None:
        """The job of a run that has ended."""
        sql = "DELETE FROM pgqueuer WHERE dedupe_key = $1"
        await self.queries.driver.execute(sql, str(run_id))

    async def looks_again(self) -> bool:
        """Whether it would look for a job at once, though it has just found none."""
        return bool(await self.queries.eligible_queued_work([]))


@pytest.fixture(scope="module")
async def empty_yard() -> AsyncIterator[Yard]:
    with open_home() as home, attach(home) as attachment:
        logins = derive_logins(attachment.postgres_url, MASTER_KEY)
        await migrate(logins)
        async with open_stores(logins, attachment.redis_url, MASTER_KEY) as stores:
            yield Yard(stores, logins.app)


@pytest.fixture
async def yard(empty_yard: Yard) -> AsyncIterator[Yard]:
    yield empty_yard
    async with empty_yard.stores.database.system(SystemScope(reason="tests")) as connection:
        await connection.execute("DELETE FROM tenant")
    async with empty_yard.stores.database.unbound() as connection:
        await connection.execute("DELETE FROM pgqueuer")


async def test_the_one_run_of_a_tenant_is_next_before_the_many_of_another(yard: Yard) -> None:
    crowd, single = await yard.tenant(), await yard.tenant()
    many = [await yard.queue(crowd) for _ in range(20)]
    one = await yard.queue(single)
    async with yard.worker(places=3) as worker:
        assert await worker.all() == [many[0], one, many[1]]


async def test_tenants_take_turns_by_who_had_theirs_longest_ago(yard: Yard) -> None:
    tenants = [await yard.tenant() for _ in range(3)]
    runs = [[await yard.queue(tenant) for _ in range(3)] for tenant in tenants]
    taken = []
    async with yard.worker(places=1) as worker:
        while (run := await worker.take()) is not None:
            taken.append(run)
            await worker.put_away(run)
            await yard.stores.runs.request_cancel(owner(run, runs, tenants).scope, run)
    assert taken == [runs[tenant][turn] for turn in range(3) for tenant in range(3)]


def owner(run: UUID, runs: list[list[UUID]], tenants: list[Tenant]) -> Tenant:
    return next(tenant for tenant, own in zip(tenants, runs, strict=True) if run in own)


async def test_a_tenant_has_as_many_places_as_its_tier_over_all_workers(yard: Yard) -> None:
    tenants = [await yard.tenant(tier=tier) for tier in ("FREE", "PRO", "TRIAL")]
    for tenant in tenants:
        for _ in range(6):
            await yard.queue(tenant)
    async with yard.worker(places=6) as first, yard.worker(places=6) as second:
        taken = await first.all() + await second.all()
        assert not await second.looks_again()
    assert [await held(yard, tenant, taken) for tenant in tenants] == [2, 3, 4]


async def held(yard: Yard, tenant: Tenant, taken: list[UUID]) -> int:
    return len(await yard.stores.runs.by_ids(tenant.scope, taken))


async def test_a_limit_of_a_tenants_own_goes_before_its_tiers(yard: Yard) -> None:
    tenant = await yard.tenant()
    for _ in range(6):
        await yard.queue(tenant)
    reason = SystemScope(reason="tests")
    async with yard.worker() as worker:
        assert len(await worker.all()) == 2
        await yard.stores.tenants.limit_runs(reason, tenant.record.id, 5)
        assert len(await worker.all()) == 3
        await yard.stores.tenants.limit_runs(reason, tenant.record.id, None)
        assert await worker.all() == []


async def test_a_connection_is_read_by_one_run_and_waiting_costs_the_other_nothing(
    yard: Yard,
) -> None:
    tenant = await yard.tenant()
    connection = await yard.connection(tenant)
    first, second = [await yard.queue(tenant, connection) for _ in range(2)]
    async with yard.worker() as worker, yard.worker() as other:
        assert await worker.all() == [first]
        assert (await other.all(), await other.looks_again()) == ([], False)
        claimed = await yard.work.runs.claim(tenant.scope, first)
        assert claimed is not None
        assert await other.all() == []
        await yard.work.runs.cancel(tenant.scope, claimed)
        assert await other.all() == [second]
    events = await yard.stores.runs.events_after(tenant.scope, second, 0, 10)
    assert [event.kind for event in events] == ["QUEUED"]


async def test_runs_of_no_connection_wait_for_none_and_hold_places_of_their_tenant(
    yard: Yard,
) -> None:
    tenant, other = await yard.tenant(), await yard.tenant()
    exports = [await yard.queue_export(tenant) for _ in range(3)]
    reading = await yard.queue(other)
    async with yard.worker() as worker:
        assert await worker.all() == [exports[0], reading, exports[1]]


async def test_a_transformation_goes_last_and_makes_room_for_a_reading_of_its_connection(
    yard: Yard,
) -> None:
    tenant = await yard.tenant()
    connection = await yard.connection(tenant)
    async with yard.stores.database.write(tenant.scope) as database:
        command = NewRun(RunKind.TRANSFORMATION, connection.id, DAYS)
        transformation = (await start_run(database, tenant.scope, command)).id
    async with yard.worker() as worker:
        assert await worker.all() == [transformation]
        assert await yard.work.runs.claim(tenant.scope, transformation) is not None
        gives_way = yard.stores.queue.should_give_way
        asked = (tenant.scope, transformation, TIERS)
        assert not await gives_way(*asked, is_turn_over=False)
        await yard.queue(tenant, connection)
        assert await gives_way(*asked, is_turn_over=False)


async def test_a_silent_workers_run_goes_first_and_counts_for_its_tenant_until_then(
    yard: Yard,
) -> None:
    tenant, other = await yard.tenant(), await yard.tenant()
    runs = [await yard.queue(tenant) for _ in range(3)]
    async with yard.worker() as dead, yard.worker(places=1) as heir:
        assert await dead.all() == runs[:2]
        waiting = await yard.queue(other)
        assert await heir.take(timedelta(0)) == runs[0]
        assert await heir.take(timedelta(0)) is None
        await heir.put_away(runs[0])
        assert await heir.take() == waiting


async def test_a_late_worker_neither_ends_nor_gives_back_the_job_that_another_has(
    yard: Yard,
) -> None:
    tenant = await yard.tenant()
    run = await yard.queue(tenant)
    async with yard.worker() as late, yard.worker() as heir:
        assert await late.take() == await heir.take(timedelta(0)) == run
        assert late.last is not None
        await late.queries.update_heartbeat([late.last.id])
        await late.queries.log_jobs([(late.last, "successful", None)])
        await late.queries.retry_job(late.last, timedelta(0), None)
        assert (await late.all(), await yard.stores.queue.orphans()) == ([], ())
        await heir.queries.retry_job(late.last, timedelta(0), None)
        assert await heir.take() == run
        await heir.queries.log_jobs([(late.last, "successful", None)])
        assert [job.run_id for job in await yard.stores.queue.orphans()] == [run]


async def test_workers_at_once_never_step_over_a_limit(yard: Yard) -> None:
    tenant = await yard.tenant()
    connection = await yard.connection(tenant)
    for _ in range(10):
        await yard.queue(tenant)
        await yard.queue(tenant, connection)

    async def take() -> list[UUID]:
        async with yard.worker(places=4) as worker:
            return await worker.all()

    taken = [run for found in await asyncio.gather(*(take() for _ in range(8))) for run in found]
    assert len(taken) == len(set(taken)) == 2


async def test_a_job_whose_run_is_over_is_only_put_away(yard: Yard) -> None:
    tenant = await yard.tenant()
    run, other = await yard.queue(tenant), await yard.queue(tenant)
    async with yard.stores.database.write(tenant.scope) as connection:
        await connection.execute("UPDATE run SET status = 'FAILED' WHERE id = $1", run)
    async with yard.worker(places=2) as worker:
        assert await worker.all() == [run, other]
    assert await yard.work.runs.claim(tenant.scope, run) is None


async def test_a_run_that_is_to_wait_is_not_taken_before_its_time(yard: Yard) -> None:
    tenant = await yard.tenant()
    run = await yard.queue(tenant)
    async with yard.worker() as worker:
        await worker.queries.driver.execute(
            "UPDATE pgqueuer SET execute_after = now() + interval '1 hour' WHERE dedupe_key = $1",
            str(run),
        )
        assert (await worker.all(), await worker.looks_again()) == ([], False)
        eta = await worker.queries.next_deferred_eta([QueueEntrypoint("run")])
        assert eta is not None
        assert eta > timedelta(minutes=59)
        await worker.queries.driver.execute("UPDATE pgqueuer SET execute_after = clock_timestamp()")
        assert await worker.looks_again()
        assert await worker.all() == [run]
