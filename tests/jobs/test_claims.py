"""Two workers with one run: the older claim is refused, and nothing it did is there."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest

from core.errors import ErrorKind, Transient
from core.records.runs import RunError
from stores.postgres.page_work import LandedPage
from stores.postgres.run_work import Claimed, ClaimLost, RunStep
from stores.wiring import Stores
from tests.jobs.by_hand import ByHand, by_hand, page_of
from tests.support import Tenant

PAGE = page_of({("1", "2026-05-01"): "1.5", ("2", "2026-05-01"): "2.5"})
Step = Callable[[ByHand, Claimed, LandedPage], Awaitable[object]]
STEP = RunStep({"a": 1}, 0.5, "half of it")
ERROR = RunError("X", ErrorKind.BUG, "x", None, None)
STEPS: dict[str, Step] = {
    "land": lambda at, claimed, _: at.land(claimed, PAGE),
    "merge": lambda at, claimed, landed: at.merge(claimed, landed, PAGE),
    "complete": lambda at, claimed, _: at.complete(claimed),
    "finish": lambda at, claimed, _: at.finish(claimed),
    "checkpoint": lambda at, claimed, _: at.work.runs.save_checkpoint(at.scope, claimed, {"a": 1}),
    "wait": lambda at, claimed, _: at.work.runs.wait(at.scope, claimed, "x"),
    "fail": lambda at, claimed, _: at.work.runs.fail(at.scope, claimed, ERROR),
    "advance": lambda at, claimed, _: at.work.runs.advance(at.scope, claimed, STEP),
    "cancel": lambda at, claimed, _: at.work.runs.cancel(at.scope, claimed),
}
TABLES = ("raw_page", "marketing_entry", "marketing_entry_vintage", "day_reading", "run_event")


async def state(at: ByHand, claimed: Claimed) -> list[object]:
    run = (await at.stores.runs.by_ids(at.scope, [claimed.run.id]))[claimed.run.id]
    return [run, *[await at.count(table) for table in TABLES]]


@pytest.mark.parametrize("step", STEPS.values(), ids=STEPS)
async def test_a_worker_that_was_taken_for_dead_changes_nothing(
    stores: Stores, tenant: Tenant, step: Step
) -> None:
    at = await by_hand(stores, tenant.scope)
    stale = await at.begun("2026-05-01", "2026-05-01")
    landed = await at.land(stale, PAGE)
    fresh = await at.work.runs.claim(at.scope, stale.run.id)
    assert fresh is not None
    before = await state(at, fresh)
    with pytest.raises(ClaimLost):
        await step(at, stale, landed)
    assert await state(at, fresh) == before
    await at.merge(fresh, landed, PAGE)
    await at.complete(fresh)
    receipt = await at.finish(fresh)
    assert (receipt.counters.fetched, receipt.counters.created) == (2, 2)
    ended = await state(at, fresh)
    for late in (stale, fresh):
        with pytest.raises(ClaimLost):
            await step(at, late, landed)
    assert await state(at, fresh) == ended


async def test_a_page_is_merged_once_whoever_asks(stores: Stores, tenant: Tenant) -> None:
    at = await by_hand(stores, tenant.scope)
    claimed = await at.begun("2026-05-01", "2026-05-01")
    landed = await at.land(claimed, PAGE)
    await at.merge(claimed, landed, PAGE)
    before = await state(at, claimed)
    with pytest.raises(ClaimLost):
        await at.merge(claimed, landed, PAGE)
    assert await state(at, claimed) == before
    await at.complete(claimed)
    assert (await at.finish(claimed)).counters.balances


async def test_two_runs_of_a_connection_take_turns(stores: Stores, tenant: Tenant) -> None:
    at = await by_hand(stores, tenant.scope)
    first = await at.begun("2026-05-01", "2026-05-01")
    with pytest.raises(Transient, match="another run"):
        await at.begun("2026-05-01", "2026-05-01")
    await at.work.runs.cancel(at.scope, first)
