"""What happens is in the outbox: with the step or not at all, and in the order of commits."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from core.errors import ErrorKind
from core.records.events import DataEvent, DataEventKind
from core.records.runs import Counters, RunError, RunStatus
from core.scope import TenantScope
from stores.postgres.outbox import record_outbox
from stores.postgres.run_work import ClaimLost
from stores.wiring import Stores
from tests.jobs.by_hand import by_hand, page_of
from tests.support import Tenant

DAY, NEXT = "2026-05-01", "2026-05-02"
Told = tuple[str, str, dict[str, int], str | None, str | None]


async def rows(stores: Stores, scope: TenantScope) -> list[asyncpg.Record]:
    async with stores.database.read(scope) as connection:
        return await connection.fetch("SELECT * FROM data_event ORDER BY sequence")


async def told(stores: Stores, scope: TenantScope) -> list[Told]:
    """Every event: kind, the run's status, counters that are not zero, days."""
    return [
        (
            row["kind"],
            row["status"],
            {name: count for name, count in row["counters"].items() if count},
            row["since"] and row["since"].isoformat(),
            row["until"] and row["until"].isoformat(),
        )
        for row in await rows(stores, scope)
    ]


async def test_a_run_is_told_from_its_asking_to_its_end(stores: Stores, tenant: Tenant) -> None:
    at = await by_hand(stores, tenant.scope)
    await at.read(DAY, NEXT, [{("1", DAY): "1", ("2", DAY): "2"}, {("1", NEXT): "3"}])
    assert await told(stores, tenant.scope) == [
        ("RUN_QUEUED", "QUEUED", {}, None, None),
        ("RUN_STARTED", "RUNNING", {}, None, None),
        _landed({"fetched": 2, "stored": 2, "created": 2}),
        _landed({"fetched": 1, "stored": 1, "created": 1}),
        _ended({"pages": 2, "fetched": 3, "stored": 3, "created": 3}),
    ]
    found = await rows(stores, tenant.scope)
    assert [row["sequence"] for row in found] == [1, 2, 3, 4, 5]
    assert len({row["id"] for row in found}) == 5
    assert [row["at"] for row in found] == sorted(row["at"] for row in found)
    assert {row["connection_id"] for row in found} == {at.connection.id}


async def test_what_changed_and_what_vanished_is_told_with_its_days(
    stores: Stores, tenant: Tenant
) -> None:
    at = await by_hand(stores, tenant.scope)
    await at.read(DAY, NEXT, [{("1", DAY): "1", ("2", DAY): "2", ("1", NEXT): "3"}])
    await at.read(DAY, NEXT, [{("1", DAY): "9", ("1", NEXT): "3", ("3", NEXT): "4"}])
    assert (await told(stores, tenant.scope))[4:] == [
        ("RUN_QUEUED", "QUEUED", {}, None, None),
        ("RUN_STARTED", "RUNNING", {}, None, None),
        _landed({"fetched": 3, "stored": 2, "unchanged": 1, "created": 1, "restated": 1}),
        ("ENTRIES_RESTATED", "RUNNING", {"restated": 1}, DAY, DAY),
        ("ENTRIES_RESTATED", "RUNNING", {"vanished": 1}, DAY, DAY),
        _ended(
            {"pages": 1, "fetched": 3, "stored": 2, "unchanged": 1}
            | {"created": 1, "restated": 1, "vanished": 1}
        ),
        # One of the spend, one of the impressions.
        *(("INSIGHT_RAISED", "SUCCEEDED", {}, DAY, DAY) for _ in range(2)),
    ]


async def test_every_end_of_a_run_is_told(stores: Stores, tenant: Tenant) -> None:
    at = await by_hand(stores, tenant.scope)
    queued = await at.begun(DAY, DAY)
    await at.work.runs.fail(at.scope, queued, RunError("X", ErrorKind.BUG, "x", None, None))
    await stores.runs.retry(at.scope, queued.run.id)
    await stores.runs.request_cancel(at.scope, queued.run.id)
    await stores.runs.retry(at.scope, queued.run.id)
    for _ in range(4):
        await at.work.runs.claim(at.scope, queued.run.id)
    ends = [status for kind, status, *_ in await told(stores, at.scope) if kind == "RUN_FINISHED"]
    assert ends == ["FAILED", "CANCELLED", "PARKED"]


async def test_a_step_that_was_refused_tells_nothing(stores: Stores, tenant: Tenant) -> None:
    at = await by_hand(stores, tenant.scope)
    claimed, page = await at.begun(DAY, DAY), page_of({("1", DAY): "1"})
    landed = await at.land(claimed, page)
    await at.merge(claimed, landed, page)
    before = await rows(stores, at.scope)
    with pytest.raises(ClaimLost):
        await at.merge(claimed, landed, page)
    assert await rows(stores, at.scope) == before
    await at.work.runs.cancel(at.scope, claimed)


async def test_numbers_grow_in_the_order_of_commits_so_that_a_cursor_passes_nothing_by(
    stores: Stores, tenant: Tenant
) -> None:
    scope, event = tenant.scope, _event()
    begun, may_commit = asyncio.Event(), asyncio.Event()

    async def slow() -> None:
        async with stores.database.write(scope) as connection:
            await record_outbox(connection, scope, event)
            begun.set()
            await may_commit.wait()

    async def quick() -> None:
        async with stores.database.write(scope) as connection:
            await record_outbox(connection, scope, event)

    first = asyncio.create_task(slow())
    await begun.wait()
    second = asyncio.create_task(quick())
    await _waits_for_a_lock(stores, scope)
    # Were numbers given by a sequence, 2 would be here before 1, and a cursor would pass 1 by.
    assert await rows(stores, scope) == []
    may_commit.set()
    await asyncio.gather(first, second)
    assert [row["sequence"] for row in await rows(stores, scope)] == [1, 2]


async def test_a_number_that_was_rolled_back_is_given_again(stores: Stores, tenant: Tenant) -> None:
    scope = tenant.scope

    async def rolled_back() -> None:
        async with stores.database.write(scope) as connection:
            await record_outbox(connection, scope, _event())
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await rolled_back()
    async with stores.database.write(scope) as connection:
        await record_outbox(connection, scope, _event())
    assert [row["sequence"] for row in await rows(stores, scope)] == [1]


def _landed(counters: dict[str, int]) -> Told:
    return ("PAGE_LANDED", "RUNNING", {"pages": 1} | counters, None, None)


def _ended(counters: dict[str, int]) -> Told:
    return ("RUN_FINISHED", "SUCCEEDED", counters, None, None)


def _event() -> DataEvent:
    nobody = UUID(int=7)
    return DataEvent(DataEventKind.RUN_FINISHED, nobody, nobody, RunStatus.FAILED, Counters())


async def _waits_for_a_lock(stores: Stores, scope: TenantScope) -> None:
    waiting: Any = None
    while not waiting:
        await asyncio.sleep(0.01)
        async with stores.database.read(scope) as connection:
            waiting = await connection.fetchval(
                "SELECT count(*) FROM pg_stat_activity "
                "WHERE wait_event_type = 'Lock' AND query LIKE '%INSERT INTO event_clock%' "
                "AND pid <> pg_backend_pid()"
            )
