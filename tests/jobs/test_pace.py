"""How fast a run gets on: measured by work, not by waiting, and only where it is known."""

from __future__ import annotations

from uuid import UUID

import pytest

from core.records.runs import Pace, RunEventKind
from core.units import DateRange
from stores.postgres.readings import Reading
from stores.postgres.run_work import Claimed
from stores.wiring import Stores
from tests.jobs.by_hand import ByHand, by_hand, page_of
from tests.support import RunningWorker, SandboxAt, Tenant, ended, ingest, meta_account

HOUR = 3600


@pytest.mark.parametrize(
    ("pace", "remaining"),
    [
        (Pace(), None),
        (Pace(8, 0, 0, 4), None),
        (Pace(10, 10, 2, 4), 10),
        (Pace(13, 10, 2, 4), 7),
        (Pace(100, 10, 2, 4), 5),
        (Pace(20, 20, 4, 4), 0),
        (Pace(20, 20, 1, None), None),
    ],
)
def test_what_is_left_is_judged_by_the_complete_readings(
    pace: Pace, remaining: float | None
) -> None:
    assert pace.remaining_seconds == remaining


def test_the_rate_is_of_records_and_work() -> None:
    assert Pace(4.0).records_per_second(10) == 2.5
    assert Pace(4.0).records_per_second(0) is None
    assert Pace().records_per_second(10) is None


async def pass_time(at: ByHand, run_id: UUID) -> None:
    """As if the run's last step had been taken an hour ago."""
    async with at.stores.database.write(at.scope) as connection:
        sql = "UPDATE run SET stepped_at = stepped_at - interval '1 hour' WHERE id = $1"
        await connection.execute(sql, run_id)


async def complete(at: ByHand, claimed: Claimed, done: int) -> None:
    kept = {"window_days": 1, "windows_done": done, "windows": 3}
    dates = claimed.run.dates
    assert dates is not None
    days = DateRange(dates.since, dates.since)
    reading = Reading(done - 1, days, is_whole=True)
    await at.work.readings.complete(at.scope, claimed, reading, kept, done / 3)


async def test_work_is_counted_and_waiting_is_not(stores: Stores, tenant: Tenant) -> None:
    at = await by_hand(stores, tenant.scope)
    claimed = await at.begun("2026-05-01", "2026-05-03")
    page = page_of({("1", "2026-05-01"): "1.5"})
    landed = await at.land(claimed, page)
    await pass_time(at, claimed.run.id)
    await at.merge(claimed, landed, page)
    await complete(at, claimed, 1)
    await pass_time(at, claimed.run.id)
    await at.work.runs.wait(at.scope, claimed, "the source is away")
    await pass_time(at, claimed.run.id)
    claimed = await at.claimed(claimed.run.id)
    pace = claimed.run.pace
    assert (pace.windows_done, pace.windows_total) == (1, 3)
    assert HOUR <= pace.worked_seconds < 2 * HOUR
    assert pace.windows_seconds == pace.worked_seconds
    assert pace.remaining_seconds == 2 * pace.worked_seconds
    await pass_time(at, claimed.run.id)
    await complete(at, claimed, 2)
    events = await stores.runs.events_after(at.scope, claimed.run.id, 0, 100)
    last = events[-1]
    assert last.kind is RunEventKind.WINDOW_COMPLETED
    assert (last.pace.windows_done, last.pace.windows_total) == (2, 3)
    assert 2 * HOUR <= last.pace.worked_seconds < 3 * HOUR
    assert last.pace.remaining_seconds == last.pace.windows_seconds / 2
    assert [event.pace.windows_done for event in events] == [None, None, None, 1, 1, 1, 2]


async def test_a_worker_tells_its_pace(
    stores: Stores, tenant: Tenant, running_worker: RunningWorker, sandbox: SandboxAt
) -> None:
    connection = await stores.connections.create(tenant.scope, meta_account())
    async with running_worker(sandbox.url):
        run = await ingest(stores, tenant.scope, connection, "2026-08-01", "2026-10-09")
        run = await ended(stores, tenant.scope, run.id)
    assert (run.pace.windows_done, run.pace.windows_total) == (3, 3)
    assert run.pace.worked_seconds >= run.pace.windows_seconds > 0
    rate = run.pace.records_per_second(run.counters.fetched)
    assert rate == run.counters.fetched / run.pace.worked_seconds
    events = await stores.runs.events_after(tenant.scope, run.id, 0, 100)
    told = [event.pace for event in events if event.kind is RunEventKind.WINDOW_COMPLETED]
    assert [pace.windows_done for pace in told] == [1, 2, 3]
    assert all(pace.remaining_seconds is not None for pace in told)
