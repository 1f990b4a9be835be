"""Analyses of several currencies: they give way, are cancelled and go on between them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import TypeAlias

import pytest

from core.records.insights import InsightKind
from core.records.runs import Counters, RunStatus
from jobs.analysing.analyse import analyse
from jobs.assignments import GaveWay
from stores.postgres.run_work import CancelRequested, ClaimLost
from stores.wiring import Stores
from stores.work import work_stores
from tests.jobs.analysing import Desk, account, csv
from tests.support import NewTenant, RunningWorker, SandboxAt

USUAL = {"alpha": 100.0, "beta": 100.0, "gamma": 100.0}
ODD = csv(USUAL, {"alpha": 4.0})
OpenDesk: TypeAlias = Callable[[], Awaitable[Desk]]


@pytest.fixture
def open_desk(
    stores: Stores, new_tenant: NewTenant, running_worker: RunningWorker, sandbox: SandboxAt
) -> OpenDesk:
    async def opened() -> Desk:
        tenant = await new_tenant(reporting_currency="EUR")
        connection = await stores.connections.create(tenant.scope, account())
        return Desk(stores, tenant.scope, connection, running_worker, sandbox.url)

    return opened


async def of_two_currencies(desk: Desk) -> Desk:
    """The same happens in euros and in dollars."""
    await desk.load(ODD)
    connection = await desk.stores.connections.create(desk.scope, account("USD"))
    await replace(desk, connection=connection).load(ODD)
    return desk


async def currencies(desk: Desk) -> list[str]:
    told = await desk.told(InsightKind.ANOMALY)
    return sorted({each.finding.currency or "" for each in told if each.finding})


async def test_an_analysis_gives_way_and_goes_on_where_it_stood(open_desk: OpenDesk) -> None:
    desk = await of_two_currencies(await open_desk())
    claimed = await desk.claimed()
    first = desk.assignment(claimed, gives_way=True)
    with pytest.raises(GaveWay):
        await analyse(first)
    assert await currencies(desk) == ["EUR"]
    # Nobody says that it stopped: the next worker finds it RUNNING and takes it over.
    again = await work_stores(desk.stores).runs.claim(desk.scope, claimed.run.id)
    assert again is not None
    assert again.run.checkpoint is not None
    assert again.run.checkpoint["currencies"] == ["EUR"]
    receipt = await analyse(desk.assignment(again))
    assert receipt.counters == Counters(pages=2, fetched=8, stored=8, created=8)
    assert await currencies(desk) == ["EUR", "USD"]
    with pytest.raises(ClaimLost):
        await analyse(first)


async def test_an_analysis_that_is_cancelled_has_told_whole_currencies(open_desk: OpenDesk) -> None:
    desk = await of_two_currencies(await open_desk())
    claimed = await desk.claimed()

    async def cancelled() -> bool:
        await desk.stores.runs.request_cancel(desk.scope, claimed.run.id)
        return False

    with pytest.raises(CancelRequested):
        await analyse(replace(desk.assignment(claimed), gives_way=cancelled))
    await work_stores(desk.stores).runs.cancel(desk.scope, claimed)
    run = (await desk.stores.runs.by_ids(desk.scope, [claimed.run.id]))[claimed.run.id]
    assert (run.status, run.counters) == (
        RunStatus.CANCELLED,
        Counters(pages=1, fetched=4, stored=4, created=4),
    )
    assert await currencies(desk) == ["EUR"]
    # What was cancelled is not taken for analysed: the next one tells the rest.
    receipt = await desk.analysed()
    assert receipt.counters == Counters(pages=2, fetched=8, stored=4, unchanged=4, created=4)


async def test_day_by_day_the_same_is_told_as_of_all_days_at_once(open_desk: OpenDesk) -> None:
    followed, whole = await open_desk(), await open_desk()
    header, *lines = ODD.splitlines()
    days = sorted({line.partition(",")[0] for line in lines})
    for last in (days[-8], days[-2], days[-1]):
        known = [line for line in lines if line.partition(",")[0] <= last]
        await followed.load("\n".join([header, *known]) + "\n")
        await followed.analysed()
    await whole.load(ODD)
    await whole.analysed()
    assert await statements(followed) == await statements(whole)


async def statements(desk: Desk) -> Sequence[object]:
    """What is told, but for ids, which are each tenant's own."""
    told = await desk.told(InsightKind.ANOMALY)
    found = [each.finding for each in told if each.finding]
    return sorted(
        (each.subject.level, each.metric, each.window, each.observed, each.expected, each.p, each.q)
        for each in found
    )
