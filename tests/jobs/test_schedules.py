"""A schedule is fired once, at its time, whoever looks and whatever was missed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from core.commands import NewRun
from core.errors import Transient
from core.records.connections import ConnectionStatus
from core.records.pages import PageRequest
from core.records.runs import RunKind, RunRecord
from core.records.schedules import ScheduleOutcome, ScheduleRecord, Timing
from core.settings import Settings
from core.tiers import Tiers
from jobs.schedules import fire_due
from jobs.scopes import schedule_scope
from jobs.worker import work
from resolvers import schedules
from resolvers.session import Session
from stores.postgres.runs import start_run
from stores.wiring import Stores, open_stores
from tests.jobs.by_hand import ByHand, by_hand
from tests.support import MASTER_KEY, NewTenant, Services, Tenant, worker_settings

DAILY = Timing(cron="30 6 * * *", jitter_seconds=0)
MADE = datetime(2026, 5, 1, 12, tzinfo=UTC)
DUE = datetime(2026, 5, 2, 4, 30, tzinfo=UTC)
DAY = timedelta(days=1)


@dataclass
class Clock:
    """The present, as a test says."""

    now: datetime = MADE

    def __call__(self) -> datetime:
        return self.now


@dataclass(frozen=True)
class Scheduled:
    """A connection with a schedule."""

    at: ByHand
    id: UUID
    clock: Clock

    @property
    def session(self) -> Session:
        return Session.open(self.at.scope, self.at.stores, self.clock)

    async def record(self) -> ScheduleRecord:
        return (await self.at.stores.schedules.by_ids(self.at.scope, [self.id]))[self.id]

    async def fire(self, now: datetime) -> None:
        self.clock.now = now
        await fire_due(self.at.stores, now)

    async def runs(self) -> list[RunRecord]:
        """Its runs, oldest first."""
        page = await self.at.stores.runs.page(self.at.scope, PageRequest(100))
        mine = f"schedule:{self.id}"
        return [run for run in reversed(page.items) if run.requested_by == mine]

    async def end_runs(self) -> None:
        for run in await self.runs():
            if not run.status.is_final:
                await self.at.stores.runs.request_cancel(self.at.scope, run.id)


async def scheduled(at: ByHand, timing: Timing = DAILY) -> Scheduled:
    clock = Clock()
    session = Session.open(at.scope, at.stores, clock)
    made = await schedules.create(session, at.connection.id, timing)
    return Scheduled(at, made.id, clock)


@pytest.fixture
async def daily(stores: Stores, tenant: Tenant) -> AsyncIterator[Scheduled]:
    made = await scheduled(await by_hand(stores, tenant.scope))
    yield made
    await made.end_runs()
    await schedules.delete(made.session, made.id)


async def test_nothing_comes_before_its_time_and_one_run_at_it(daily: Scheduled) -> None:
    assert (await daily.record()).fires_at == DUE
    await daily.fire(DUE - timedelta(seconds=1))
    assert await daily.runs() == []
    await daily.fire(DUE)
    await daily.fire(DUE)
    await daily.fire(DUE + timedelta(hours=1))
    [run] = await daily.runs()
    assert run.dates is not None
    assert (run.dates.since.isoformat(), run.dates.until.isoformat()) == (
        "2026-04-04",
        "2026-05-02",
    )
    found = await daily.record()
    assert found.fires_at == DUE + DAY
    assert (found.last_due_at, found.last_outcome) == (DUE, ScheduleOutcome.STARTED)
    assert found.last_run_id == run.id


async def test_a_schedule_without_room_starts_nothing(daily: Scheduled) -> None:
    full = Tiers(Settings(tier_runs_a_day={"FREE": 1}))
    await daily.at.stores.runs.start_all(daily.at.scope, [NewRun(RunKind.EXPORT)])
    # The run above is of the present, so the schedule is looked at in the present.
    now = datetime.now(UTC)
    await fire_due(daily.at.stores, now, full)
    assert await daily.runs() == []
    found = await daily.record()
    assert found.last_outcome is ScheduleOutcome.QUOTA_EXCEEDED
    assert found.fires_at > now


async def test_the_run_has_its_job_and_its_event(daily: Scheduled) -> None:
    await daily.fire(DUE)
    [run] = await daily.runs()
    assert run.id not in {job.run_id for job in await daily.at.stores.queue.orphans()}
    told = (await daily.at.stores.events.after(daily.at.scope, 0, 9)).events
    assert [(each.event.kind, each.event.run_id) for each in told] == [("RUN_QUEUED", run.id)]


async def test_times_that_were_missed_are_made_up_for_by_one_run(daily: Scheduled) -> None:
    late = DUE + 40 * DAY + timedelta(hours=3)
    await daily.fire(late)
    assert len(await daily.runs()) == 1
    assert (await daily.record()).fires_at == DUE + 41 * DAY


async def test_a_gap_is_read_from_the_newest_day_that_was_read(daily: Scheduled) -> None:
    await daily.at.read("2026-04-20", "2026-05-01", [{("1", "2026-05-01"): "1"}])
    await daily.fire(DUE + 60 * DAY)
    [run] = await daily.runs()
    assert run.dates is not None
    assert (run.dates.since.isoformat(), run.dates.until.isoformat()) == (
        "2026-05-01",
        "2026-07-01",
    )


async def test_a_look_back_of_its_own_wins_over_the_connection_s(
    stores: Stores, tenant: Tenant
) -> None:
    hourly = Timing(interval_minutes=60, jitter_seconds=0, look_back_days=2)
    made = await scheduled(await by_hand(stores, tenant.scope), hourly)
    await made.fire(MADE + timedelta(minutes=60))
    [run] = await made.runs()
    assert run.dates is not None
    assert (run.dates.since.isoformat(), run.dates.days) == ("2026-04-29", 3)
    await made.end_runs()
    await schedules.delete(made.session, made.id)


async def test_while_its_run_is_open_a_time_passes_without_another(daily: Scheduled) -> None:
    await daily.fire(DUE)
    await daily.fire(DUE + DAY)
    assert len(await daily.runs()) == 1
    found = await daily.record()
    assert (found.last_outcome, found.last_due_at) == (ScheduleOutcome.RUN_STILL_OPEN, DUE + DAY)
    assert found.last_run_id == (await daily.runs())[0].id
    await daily.end_runs()
    await daily.fire(DUE + 2 * DAY)
    assert len(await daily.runs()) == 2


async def test_while_its_connection_is_paused_nothing_is_started(daily: Scheduled) -> None:
    store, scope = daily.at.stores.connections, daily.at.scope
    await store.set_status(scope, daily.at.connection.id, ConnectionStatus.PAUSED)
    await daily.fire(DUE)
    assert await daily.runs() == []
    assert (await daily.record()).last_outcome is ScheduleOutcome.CONNECTION_INACTIVE
    await store.set_status(scope, daily.at.connection.id, ConnectionStatus.ACTIVE)
    await daily.fire(DUE + timedelta(hours=1))
    assert await daily.runs() == []
    await daily.fire(DUE + DAY)
    assert len(await daily.runs()) == 1


async def test_a_pause_passes_times_by_and_makes_up_for_none(daily: Scheduled) -> None:
    await schedules.pause(daily.session, daily.id)
    await daily.fire(DUE + 3 * DAY)
    assert await daily.runs() == []
    assert schedules.upcoming(daily.session, await daily.record(), 3) == ()
    resumed = await schedules.resume(daily.session, daily.id)
    assert resumed.fires_at == DUE + 4 * DAY
    assert await schedules.resume(daily.session, daily.id) == resumed
    await daily.fire(DUE + 4 * DAY)
    assert len(await daily.runs()) == 1


async def test_a_change_counts_from_the_present(daily: Scheduled) -> None:
    changed = await schedules.change(daily.session, daily.id, Timing(cron="0 18 * * *"))
    assert changed.timing == Timing(cron="0 18 * * *", jitter_seconds=60)
    offset = changed.fires_at - datetime(2026, 5, 1, 16, tzinfo=UTC)
    assert offset == timedelta(seconds=daily.id.int % 61)
    assert schedules.upcoming(daily.session, changed, 2) == (
        changed.fires_at,
        changed.fires_at + DAY,
    )


async def test_what_is_deleted_is_not_fired(stores: Stores, tenant: Tenant) -> None:
    made = await scheduled(await by_hand(stores, tenant.scope))
    await schedules.delete(made.session, made.id)
    await made.fire(DUE)
    assert await made.runs() == []


async def test_looking_from_everywhere_at_once_fires_once(
    services: Services, stores: Stores, new_tenant: NewTenant
) -> None:
    made = [await scheduled(await by_hand(stores, (await new_tenant()).scope)) for _ in range(6)]
    async with open_stores(services.logins, services.redis_url, MASTER_KEY) as other:
        looks = (fire_due(by, DUE) for by in (stores, other) * 6)
        await asyncio.gather(*looks)
    for one in made:
        assert len(await one.runs()) == 1
        assert (await one.record()).fires_at == DUE + DAY
        await one.end_runs()
        await schedules.delete(one.session, one.id)


async def test_a_worker_that_dies_between_the_run_and_the_next_time_has_done_nothing(
    stores: Stores, daily: Scheduled, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def killed(connection: object, *others: object) -> RunRecord:
        await start_run(connection, *others)  # type: ignore[arg-type]  # passed on as they came
        await connection.execute("SELECT pg_terminate_backend(pg_backend_pid())")  # type: ignore[attr-defined]
        pytest.fail("the connection is gone")

    [due] = await stores.firing.due(DUE)
    with monkeypatch.context() as patched:
        patched.setattr("stores.postgres.schedule_firing.start_run", killed)
        with pytest.raises(Transient):
            await stores.firing.fire(schedule_scope(due), due.id, DUE)
    assert await daily.runs() == []
    assert (await daily.record()).fires_at == DUE
    await daily.fire(DUE)
    assert len(await daily.runs()) == 1


async def test_two_workers_fire_each_schedule_once(
    services: Services, stores: Stores, new_tenant: NewTenant
) -> None:
    made = [await scheduled(await by_hand(stores, (await new_tenant()).scope)) for _ in range(3)]
    clock = Clock()
    async with (
        open_stores(services.logins, services.redis_url, MASTER_KEY) as other,
        working(services, stores, clock),
        working(services, other, clock),
    ):
        clock.now = DUE
        for one in made:
            await until_due_after(one, DUE)
    for one in made:
        assert len(await one.runs()) == 1
        assert (await one.record()).fires_at == DUE + DAY
        await one.end_runs()
        await schedules.delete(one.session, one.id)


@asynccontextmanager
async def working(services: Services, stores: Stores, clock: Clock) -> AsyncIterator[None]:
    """A worker whose every source is away: its runs wait."""
    stop = asyncio.Event()
    settings = worker_settings("http://127.0.0.1:1")
    task = asyncio.create_task(work(settings, services.logins, stores, stop, clock))
    try:
        yield
    finally:
        stop.set()
        await asyncio.wait_for(task, 20)


async def until_due_after(one: Scheduled, now: datetime) -> None:
    async with asyncio.timeout(30):
        while (await one.record()).fires_at <= now:  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(0.05)
