"""Readings that would bury too much wait for a decision; what is decided is what was shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from uuid import UUID

import pytest

from core.errors import Conflict, NotFound
from core.records.entries import EntryFilter
from core.records.receipts import HeldShrink, ReceiptPolicy, ShrinkState
from core.records.runs import RunRecord, RunStatus
from stores.wiring import Stores
from tests.jobs.by_hand import ByHand, Spends, by_hand, page_of
from tests.support import NewTenant, Tenant

DAY, NEXT = "2026-05-01", "2026-05-02"
FEW = ReceiptPolicy(shrink_entries=3)


def spends(campaigns: Sequence[int], *days: str, spend: str = "10") -> Spends:
    return {(str(number), day): spend for number in campaigns for day in days or (DAY,)}


async def filled(stores: Stores, tenant: Tenant, policy: ReceiptPolicy = FEW) -> ByHand:
    """Ten campaigns of 10 EUR on a day, which has been read once."""
    at = await by_hand(stores, tenant.scope)
    await stores.policies.put(tenant.scope, at.connection.id, policy)
    await at.read(DAY, DAY, [spends(range(10))])
    return at


async def newest(at: ByHand, campaigns: Sequence[int], spend: str = "10") -> RunRecord:
    """A run that finds these campaigns and no others."""
    claimed = await at.begun(DAY, DAY)
    page = page_of(spends(campaigns, spend=spend), "1001")
    await at.merge(claimed, await at.land(claimed, page), page)
    await at.complete(claimed)
    await at.finish(claimed)
    return await run_of(at, claimed.run.id)


async def run_of(at: ByHand, run_id: UUID) -> RunRecord:
    return (await at.stores.runs.by_ids(at.scope, [run_id]))[run_id]


async def shown(at: ByHand, run_id: UUID) -> HeldShrink:
    return (await at.stores.shrinks.by_runs(at.scope, [run_id]))[run_id]


async def present(at: ByHand) -> int:
    return await at.stores.entries.count(at.scope, EntryFilter())


@pytest.mark.parametrize(
    ("left", "spend", "status"),
    [
        (8, "10", RunStatus.SUCCEEDED),  # two are too few to ask about
        (7, "10", RunStatus.HELD),  # three of ten, and 30 of 100 EUR
        (0, "10", RunStatus.HELD),
    ],
)
async def test_a_reading_is_held_when_it_would_bury_too_much(
    stores: Stores, tenant: Tenant, left: int, spend: str, status: RunStatus
) -> None:
    at = await filled(stores, tenant)
    run = await newest(at, range(left), spend)
    is_held = status is RunStatus.HELD
    assert (run.status, run.counters.vanished) == (status, 0 if is_held else 10 - left)
    assert await present(at) == (10 if is_held else left)


async def test_few_entries_with_much_of_the_spend_are_held_and_many_without_are_not(
    stores: Stores, new_tenant: NewTenant
) -> None:
    for big, status in (("1000", RunStatus.HELD), ("1", RunStatus.SUCCEEDED)):
        tenant = await new_tenant()
        at = await by_hand(stores, tenant.scope)
        await stores.policies.put(tenant.scope, at.connection.id, FEW)
        rest = spends(range(3, 30))
        await at.read(DAY, DAY, [spends(range(3), spend=big) | rest])
        run = await newest(at, range(3, 30))
        assert run.status is status


async def test_what_is_held_is_shown_with_its_days_spend_and_sample(
    stores: Stores, tenant: Tenant
) -> None:
    at = await by_hand(stores, tenant.scope)
    await stores.policies.put(tenant.scope, at.connection.id, FEW)
    both = spends(range(4), DAY, NEXT) | {("9", NEXT): "77"}
    await at.read(DAY, NEXT, [both])
    claimed = await at.begun(DAY, NEXT)
    page = page_of(spends([0], DAY, NEXT), "1001")
    await at.merge(claimed, await at.land(claimed, page), page)
    assert await at.complete(claimed) == 0
    receipt = await at.finish(claimed)
    assert (receipt.shrink, receipt.is_complete) == (ShrinkState.HELD, False)
    held = await shown(at, claimed.run.id)
    assert (held.state, held.standing, held.entries) == (ShrinkState.HELD, 9, 7)
    assert (held.spend, held.currency) == (Decimal(137), "EUR")
    assert [(f"{day.date}", day.entries, day.spend) for day in held.days] == [
        (DAY, 3, Decimal(30)),
        (NEXT, 4, Decimal(107)),
    ]
    assert len(held.sample) == 7
    assert f"{held.sample[0].date}" == NEXT
    events = await stores.runs.events_after(at.scope, claimed.run.id, 0, 50)
    assert [event.message for event in events[-2:]] == [
        f"{DAY} to {NEXT} read; 7 entries would vanish, and are held for a decision",
        "held: too many entries would vanish; accept or reject the shrink",
    ]


async def test_accepting_buries_exactly_what_was_shown_once(stores: Stores, tenant: Tenant) -> None:
    at = await filled(stores, tenant)
    before = await at.count("marketing_entry_vintage")
    held = await newest(at, range(4))
    done = await stores.shrinks.accept(at.scope, held.id)
    assert (done.status, done.counters.vanished) == (RunStatus.SUCCEEDED, 6)
    assert done.receipt is not None
    assert (done.receipt.totals[0].spend, done.receipt.shrink) == (
        Decimal(40),
        ShrinkState.ACCEPTED,
    )
    assert done.ended_at == held.ended_at
    assert await at.count("marketing_entry_vintage") == before + 6
    assert await present(at) == 4
    assert (await shown(at, held.id)).decided_by == "user:test"
    with pytest.raises(Conflict, match="holds nothing back"):
        await stores.shrinks.accept(at.scope, held.id)
    with pytest.raises(Conflict, match="holds nothing back"):
        await stores.shrinks.reject(at.scope, held.id)
    assert await at.count("marketing_entry_vintage") == before + 6


async def test_what_was_known_before_the_decision_is_still_answered(
    stores: Stores, tenant: Tenant
) -> None:
    at = await filled(stores, tenant)
    held = await newest(at, range(4))
    assert held.receipt is not None
    await stores.shrinks.accept(at.scope, held.id)
    as_of = held.receipt.as_of
    assert await stores.entries.count(at.scope, EntryFilter(), as_of) == 10


async def test_an_accepted_shrink_is_told_as_a_restatement(stores: Stores, tenant: Tenant) -> None:
    at = await by_hand(stores, tenant.scope, look_back_days=1)
    await stores.policies.put(tenant.scope, at.connection.id, FEW)
    await at.read(DAY, DAY, [spends(range(10))])
    held = await newest(at, [*range(4)], spend="11")
    await stores.shrinks.accept(at.scope, held.id)
    async with stores.database.read(at.scope) as connection:
        row = await connection.fetchrow(
            "SELECT before, after, entries FROM insight WHERE metric = 'spend'"
        )
        told = await connection.fetch(
            "SELECT counters ->> 'vanished' AS vanished FROM data_event "
            "WHERE kind = 'ENTRIES_RESTATED' ORDER BY sequence"
        )
    assert tuple(row or ()) == (Decimal(100), Decimal(44), 10)
    assert [event["vanished"] for event in told] == ["0", "6"]


async def test_rejecting_keeps_everything(stores: Stores, tenant: Tenant) -> None:
    at = await filled(stores, tenant)
    before = await at.count("marketing_entry_vintage")
    held = await newest(at, range(4))
    done = await stores.shrinks.reject(at.scope, held.id)
    assert (done.status, done.counters.vanished) == (RunStatus.SUCCEEDED, 0)
    assert (await shown(at, held.id)).state is ShrinkState.REJECTED
    assert await present(at) == 10
    assert await at.count("marketing_entry_vintage") == before


@pytest.mark.parametrize(
    ("again", "spend"),
    [(range(10), "10"), (range(10), "12"), (range(4), "10")],
    ids=["back again", "back and moved", "still gone"],
)
async def test_what_was_read_again_since_cannot_be_accepted(
    stores: Stores, tenant: Tenant, again: Sequence[int], spend: str
) -> None:
    at = await filled(stores, tenant)
    held = await newest(at, range(4))
    await newest(at, again, spend)
    vintages = await at.count("marketing_entry_vintage")
    with pytest.raises(Conflict, match="6 of the entries that would vanish have been read"):
        await stores.shrinks.accept(at.scope, held.id)
    assert (await run_of(at, held.id)).status is RunStatus.HELD
    assert await present(at) == 10
    assert await at.count("marketing_entry_vintage") == vintages
    rejected = await stores.shrinks.reject(at.scope, held.id)
    assert rejected.status is RunStatus.SUCCEEDED


async def test_a_held_run_is_not_tried_again_and_nobody_elses(
    stores: Stores, tenant: Tenant, new_tenant: NewTenant
) -> None:
    at = await filled(stores, tenant)
    held = await newest(at, range(4))
    with pytest.raises(Conflict, match="the run is held"):
        await stores.runs.retry(at.scope, held.id)
    stranger = await new_tenant()
    with pytest.raises(NotFound):
        await stores.shrinks.accept(stranger.scope, held.id)
    assert await stores.shrinks.by_runs(stranger.scope, [held.id]) == {}


async def test_a_worker_that_dies_before_the_end_leaves_nothing_buried(
    stores: Stores, tenant: Tenant
) -> None:
    at = await filled(stores, tenant)
    claimed = await at.begun(DAY, DAY)
    page = page_of(spends(range(4)), "1001")
    await at.merge(claimed, await at.land(claimed, page), page)
    await at.complete(claimed)
    # Its worker dies here; another takes the run up, and goes on from the checkpoint.
    again = await at.claimed(claimed.run.id)
    await at.finish(again)
    held = await shown(at, claimed.run.id)
    assert (held.entries, held.standing, await present(at)) == (6, 10, 10)


async def test_the_policy_is_the_connections_own(stores: Stores, tenant: Tenant) -> None:
    at = await filled(stores, tenant, replace(FEW, shrink_share=Decimal("0.9")))
    run = await newest(at, range(1))
    assert (run.status, run.counters.vanished) == (RunStatus.SUCCEEDED, 9)
    found = await stores.policies.by_connections(at.scope, [at.connection.id, run.id])
    assert found == {
        at.connection.id: replace(FEW, shrink_share=Decimal("0.9")),
        run.id: ReceiptPolicy(),
    }
    with pytest.raises(NotFound):
        await stores.policies.put(at.scope, run.id, FEW)


async def test_what_a_run_in_progress_has_seen_again_is_not_buried(
    stores: Stores, tenant: Tenant
) -> None:
    at = await filled(stores, tenant)
    held = await newest(at, range(4))
    claimed = await at.begun(DAY, DAY)
    page = page_of(spends(range(10)), "1001")
    await at.merge(claimed, await at.land(claimed, page), page)
    with pytest.raises(Conflict, match="6 of the entries"):
        await stores.shrinks.accept(at.scope, held.id)
    await at.complete(claimed)
    await at.finish(claimed)
    assert await present(at) == 10
