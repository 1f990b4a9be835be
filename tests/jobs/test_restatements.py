"""What a restatement says: the sums before and after, each entry counted once."""

from __future__ import annotations

from decimal import Decimal

import pytest

from core.records.entries import EntryFilter, EntryOrder
from core.records.insights import InsightRecord
from core.records.pages import PageRequest
from stores.wiring import Stores
from tests.jobs.by_hand import ByHand, by_hand, page_of
from tests.support import Tenant

DAY = "2026-05-01"


async def told(at: ByHand) -> list[InsightRecord]:
    found = (await at.stores.insights.page(at.scope, PageRequest(50))).items
    return [insight for insight in found if insight.metric == "spend"]


async def settled(stores: Stores, tenant: Tenant, look_back_days: int = 1) -> ByHand:
    at = await by_hand(stores, tenant.scope, look_back_days=look_back_days)
    await at.read(DAY, DAY, [{("1", DAY): "10", ("2", DAY): "5"}])
    return at


async def test_an_entry_that_moves_twice_in_a_run_is_counted_once(
    stores: Stores, tenant: Tenant
) -> None:
    at = await settled(stores, tenant)
    await at.read(DAY, DAY, [{("1", DAY): "11"}, {("1", DAY): "12", ("2", DAY): "5"}])
    (insight,) = await told(at)
    assert (insight.before, insight.after, insight.entries) == (Decimal(10), Decimal(12), 1)


async def test_an_entry_that_moves_and_moves_back_within_a_run_is_no_news(
    stores: Stores, tenant: Tenant
) -> None:
    at = await settled(stores, tenant)
    await at.read(DAY, DAY, [{("1", DAY): "11"}, {("1", DAY): "10", ("2", DAY): "5"}])
    assert await told(at) == []


async def test_what_vanished_counts_as_moved_to_zero_and_its_return_is_no_restatement(
    stores: Stores, tenant: Tenant
) -> None:
    at = await settled(stores, tenant)
    await at.read(DAY, DAY, [{("2", DAY): "6"}])
    (gone,) = await told(at)
    assert (gone.before, gone.after, gone.entries) == (Decimal(15), Decimal(6), 2)
    back = await at.read(DAY, DAY, [{("1", DAY): "10", ("2", DAY): "6"}])
    assert (back.counters.stored, back.counters.restated, back.counters.created) == (1, 1, 0)
    assert back.totals[0].spend == Decimal(16)
    assert await told(at) == [gone]


async def test_a_day_that_was_read_again_after_its_look_back_and_had_not_moved_has_settled(
    stores: Stores, tenant: Tenant
) -> None:
    at = await settled(stores, tenant)
    async with stores.database.write(tenant.scope) as connection:
        # As if both had been learned on the evening of the day itself.
        await connection.execute(
            "UPDATE marketing_entry_vintage SET learned_at = '2026-05-01T20:00Z'"
        )
        await connection.execute("UPDATE day_reading SET read_at = '2026-05-01T20:00:01Z'")
    await at.read(DAY, DAY, [{("1", DAY): "10", ("2", DAY): "5"}])
    await at.read(DAY, DAY, [{("1", DAY): "13", ("2", DAY): "5"}])
    (insight,) = await told(at)
    assert (insight.before, insight.after) == (Decimal(10), Decimal(13))


async def test_a_day_inside_its_look_back_moves_without_being_told(
    stores: Stores, tenant: Tenant
) -> None:
    at = await settled(stores, tenant)
    async with stores.database.write(tenant.scope) as connection:
        await connection.execute(
            "UPDATE marketing_entry_vintage SET learned_at = '2026-05-02T20:00Z'"
        )
        await connection.execute("UPDATE day_reading SET read_at = '2026-05-02T20:00:01Z'")
    await at.read(DAY, DAY, [{("1", DAY): "13", ("2", DAY): "5"}])
    assert await told(at) == []


async def test_an_empty_answer_buries_every_row_and_a_refused_record_none(
    stores: Stores, tenant: Tenant
) -> None:
    at = await settled(stores, tenant)
    claimed = await at.begun(DAY, DAY)
    page = page_of({("1", DAY): "-4"})
    await at.merge(claimed, await at.land(claimed, page), page)
    assert await at.complete(claimed) == 0
    kept = await at.finish(claimed)
    assert (kept.counters.rejected, kept.counters.vanished) == (1, 0)
    assert kept.totals[0].spend == Decimal(15)
    emptied = await at.read(DAY, DAY, [{}])
    assert emptied.counters.vanished == 2
    assert emptied.totals == ()
    assert not emptied.changed_nothing


@pytest.mark.parametrize(
    ("zone", "read_at", "is_mature"),
    [
        ("Europe/Berlin", "2026-10-26T22:59Z", False),
        ("Europe/Berlin", "2026-10-26T23:01Z", True),
        ("Europe/Berlin", "2026-03-30T21:59Z", False),
        ("Europe/Berlin", "2026-03-30T22:01Z", True),
        ("Pacific/Kiritimati", "2026-10-26T09:59Z", False),
        ("Pacific/Kiritimati", "2026-10-26T10:01Z", True),
        ("Pacific/Pago_Pago", "2026-10-27T10:59Z", False),
        ("Pacific/Pago_Pago", "2026-10-27T11:01Z", True),
    ],
)
async def test_a_day_matures_at_midnight_of_the_accounts_zone(
    stores: Stores, tenant: Tenant, zone: str, read_at: str, is_mature: object
) -> None:
    day = "2026-10-25" if "2026-10" in read_at else "2026-03-29"
    at = await by_hand(stores, tenant.scope, time_zone=zone, currency="JPY", look_back_days=1)
    claimed = await at.begun(day, day)
    page = page_of({("1", day): "120"}, account_currency="JPY")
    await at.merge(claimed, await at.land(claimed, page), page)
    await at.complete(claimed)
    await at.finish(claimed)
    async with stores.database.write(tenant.scope) as connection:
        await connection.execute(f"UPDATE day_reading SET read_at = '{read_at}'")
    (entry,) = (
        await stores.entries.page(tenant.scope, EntryFilter(), EntryOrder.DATE_ASC, PageRequest(5))
    ).items
    assert (entry.is_mature, str(entry.metrics.spend)) == (is_mature, "120.000000")
