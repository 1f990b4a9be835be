"""Many pages in one merge leave what one merge each would, and each page's records balance."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from core.records.entries import EntryFilter, EntryOrder
from core.records.pages import PageRequest
from stores.postgres.page_work import PageResult
from stores.postgres.run_work import Claimed, ClaimLost
from stores.wiring import Stores
from tests.jobs.by_hand import ByHand, Spends, by_hand, page_of
from tests.support import Tenant

DAY = "2026-05-01"
BALANCES = """
SELECT fetched, stored, unchanged, rejected, cardinality(seen_digests) AS seen
FROM raw_page WHERE merged_at IS NOT NULL ORDER BY run_id, number
"""


async def merged(at: ByHand, claimed: Claimed, pages: Sequence[Spends]) -> list[PageResult]:
    """The pages, in one merge."""
    raw = [page_of(spends) for spends in pages]
    landed = await at.work.pages.land(at.scope, claimed, 0, raw)
    results = [at.result(kept, page) for kept, page in zip(landed, raw, strict=True)]
    await at.work.pages.merge(at.scope, claimed, results, 0.5)
    return results


async def balances(at: ByHand) -> list[tuple[int, ...]]:
    async with at.stores.database.read(at.scope) as connection:
        return [tuple(row) for row in await connection.fetch(BALANCES)]


async def messages(at: ByHand, claimed: Claimed) -> list[str]:
    sql = (
        "SELECT message FROM run_event WHERE run_id = $1 AND kind = 'PAGE_STORED' ORDER BY sequence"
    )
    async with at.stores.database.read(at.scope) as connection:
        return [row["message"] for row in await connection.fetch(sql, claimed.run.id)]


async def versions(at: ByHand) -> dict[str, tuple[int, str]]:
    page = await at.stores.entries.page(
        at.scope, EntryFilter(), EntryOrder.DATE_ASC, PageRequest(100)
    )
    return {
        entry.entity_id: (entry.vintage_count, f"{entry.metrics.spend:.1f}") for entry in page.items
    }


async def test_pages_of_one_merge_share_an_event_and_balance_each(
    stores: Stores, tenant: Tenant
) -> None:
    at = await by_hand(stores, tenant.scope)
    await at.read(DAY, DAY, [{("1", DAY): "1", ("2", DAY): "2"}])
    claimed = await at.begun(DAY, DAY)
    results = await merged(
        at, claimed, [{("1", DAY): "1", ("2", DAY): "2.5"}, {("3", DAY): "3"}, {}]
    )
    assert await balances(at) == [
        (2, 2, 0, 0, 2),
        (2, 1, 1, 0, 2),
        (1, 1, 0, 0, 1),
        (0, 0, 0, 0, 0),
    ]
    assert await messages(at, claimed) == [
        "3 pages, 3 records: 2 stored, 1 unchanged, 0 rejected",
    ]
    assert await versions(at) == {"1": (1, "1.0"), "2": (2, "2.5"), "3": (1, "3.0")}
    with pytest.raises(ClaimLost):
        await at.work.pages.merge(at.scope, claimed, results[:1], 0.5)
    await at.complete(claimed)
    counters = (await at.finish(claimed)).counters
    assert counters.balances
    assert (counters.pages, counters.created, counters.restated) == (3, 1, 1)


async def test_pages_with_an_entry_in_common_keep_a_version_of_each(
    stores: Stores, tenant: Tenant
) -> None:
    at = await by_hand(stores, tenant.scope)
    claimed = await at.begun(DAY, DAY)
    await merged(at, claimed, [{("1", DAY): "1"}, {("2", DAY): "2"}, {("1", DAY): "1.5"}])
    assert await versions(at) == {"1": (2, "1.5"), "2": (1, "2.0")}
    assert await balances(at) == [(1, 1, 0, 0, 1)] * 3
    assert len(await messages(at, claimed)) == 3


async def test_a_merge_that_fails_leaves_nothing_of_any_page(
    stores: Stores, tenant: Tenant
) -> None:
    at = await by_hand(stores, tenant.scope)
    claimed = await at.begun(DAY, DAY)
    (first,) = await merged(at, claimed, [{("1", DAY): "1"}])
    raw = page_of({("2", DAY): "2"})
    other = at.result(await at.land(claimed, raw), raw)
    again = at.result(first.page, page_of({("3", DAY): "3"}))
    with pytest.raises(ClaimLost):
        await at.work.pages.merge(at.scope, claimed, [other, again], 0.5)
    assert await versions(at) == {"1": (1, "1.0")}
    assert len(await balances(at)) == 1
    await at.work.runs.cancel(at.scope, claimed)
