"""Each page says what became of its records, and a run does not end beside its pages."""

from __future__ import annotations

import pytest

from core.errors import Bug
from core.records.pages import RunSlice
from stores.wiring import Stores
from tests.jobs.by_hand import by_hand, page_of
from tests.support import Tenant

DAY = "2026-05-01"


async def test_pages_add_up_to_their_run(stores: Stores, tenant: Tenant) -> None:
    at = await by_hand(stores, tenant.scope)
    await at.read(DAY, DAY, [{("1", DAY): "10", ("2", DAY): "5"}])
    claimed = await at.begun(DAY, DAY)
    for spends in ({("1", DAY): "10"}, {("2", DAY): "6", ("3", DAY): "-1", ("4", DAY): "2"}):
        page = page_of(spends)
        await at.merge(claimed, await at.land(claimed, page), page)
    unmerged = await at.land(claimed, page_of({("5", DAY): "1"}))
    whole, part = RunSlice(claimed.run.id, 0, 10), RunSlice(claimed.run.id, 1, 1)
    found = await stores.lineage.of_runs(at.scope, [whole, part])
    first, second, third = found[whole]
    assert (first.fetched, first.stored, first.unchanged, first.rejected) == (1, 0, 1, 0)
    assert (second.fetched, second.stored, second.unchanged, second.rejected) == (3, 2, 0, 1)
    assert (third.id, third.fetched) == (unmerged.id, None)
    assert found[part] == (second,)
    with pytest.raises(Bug, match="does not balance"):
        await at.finish(claimed)
    await at.merge(claimed, unmerged, page_of({("5", DAY): "1"}))
    await at.complete(claimed)
    receipt = await at.finish(claimed)
    assert (receipt.counters.fetched, receipt.counters.rejected) == (5, 1)


async def test_a_run_whose_pages_say_otherwise_has_not_succeeded(
    stores: Stores, tenant: Tenant
) -> None:
    at = await by_hand(stores, tenant.scope)
    claimed = await at.begun(DAY, DAY)
    page = page_of({("1", DAY): "10", ("2", DAY): "5"})
    await at.merge(claimed, await at.land(claimed, page), page)
    await at.complete(claimed)
    async with stores.database.write(at.scope) as connection:
        await connection.execute("UPDATE raw_page SET fetched = 1, stored = 1")
    with pytest.raises(Bug, match="does not balance"):
        await at.finish(claimed)
