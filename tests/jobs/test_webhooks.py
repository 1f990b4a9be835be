"""Events through the real door and the real worker: orders, refunds, kills, and what is told."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from core.commands import NewRun
from core.records.entries import EntryFilter, EntryOrder, EntryRecord
from core.records.pages import PageRequest
from core.records.rejections import RejectionChoice, RejectionFilter, RejectionState
from core.records.runs import RunKind, RunRecord, RunStatus
from core.records.transformations import Transformation
from core.webhook_mapping import WebhookMapping
from jobs.webhooks import RunInbox
from stores.postgres.webhook_work import WebhookWorkStore
from stores.wiring import Stores
from tests.support import RunningWorker, Services, Tenant
from tests.tenancy.door import Door, opened, settings_for
from tests.webhook_sender import Sender, webhook_connection

D = Decimal


@pytest.fixture(scope="module")
async def door(services: Services, tmp_path_factory: Any) -> AsyncIterator[Door]:
    home: Path = tmp_path_factory.mktemp("home")
    async with opened(settings_for(services, home, "http://127.0.0.1:1")) as found:
        yield found


@dataclass(frozen=True)
class Shop:
    """A connection, its sender, and what is read of it."""

    stores: Stores
    tenant: Tenant
    sender: Sender
    worker: RunningWorker

    async def landed(self) -> list[RunRecord]:
        """Every run of the connection, once nothing waits and all of them have ended."""
        work = WebhookWorkStore(self.stores.database)
        async with asyncio.timeout(60), self.worker("http://127.0.0.1:1"):
            while True:
                waiting = {each.connection_id for each in await work.waiting()}
                page = await self.stores.runs.page(self.tenant.scope, PageRequest(100))
                is_idle = self.sender.connection_id not in waiting
                if page.items and is_idle and all(run.status.is_final for run in page.items):
                    return list(page.items)
                await asyncio.sleep(0.05)

    async def entries(self) -> dict[str, EntryRecord]:
        page = await self.stores.entries.page(
            self.tenant.scope, EntryFilter(), EntryOrder.DATE_ASC, PageRequest(100), None
        )
        return {f"{entry.key.date} {entry.entity_id}": entry for entry in page.items}

    async def figures(self) -> dict[str, tuple[Decimal | None, Decimal | None]]:
        return {
            name: (entry.metrics.conversions, entry.metrics.conversion_value)
            for name, entry in (await self.entries()).items()
        }


@pytest.fixture
async def shop(door: Door, stores: Stores, tenant: Tenant, running_worker: RunningWorker) -> Shop:
    made, secret = await webhook_connection(stores, tenant.scope)
    return Shop(stores, tenant, Sender(door.http, made.id, [secret]), running_worker)


def order(number: object, total: str, **more: object) -> dict[str, Any]:
    data = {"id": number, "total": total, "created_at": "2026-11-20T23:30:00Z", **more}
    return {"type": "order.created", "data": data}


async def test_orders_become_entries_with_a_balanced_receipt(shop: Shop) -> None:
    for event in (
        order(1, "10.10", utm_source="google", utm_medium="cpc", utm_campaign="autumn"),
        order(2, "20.05", currency="USD", quantity=3),
        order(2, "20.05", currency="USD", quantity=3),
        {"type": "order.created", "data": {"total": "5"}},
        {"type": "customer.created", "data": {"id": 9}},
    ):
        assert (await shop.sender.send(event)).status_code == 202
    (run,) = await shop.landed()
    assert run.status is RunStatus.SUCCEEDED
    assert run.receipt is not None
    assert run.receipt.counters.balances
    counted = run.receipt.counters
    assert (counted.fetched, counted.stored, counted.rejected, counted.created) == (5, 3, 2, 2)
    entries = await shop.entries()
    first, second = entries["2026-11-21 1"], entries["2026-11-21 2"]
    assert (first.metrics.conversions, first.metrics.conversion_value) == (D(1), D("10.10"))
    assert (first.channel, first.platform_channel, first.currency) == (
        "Paid Search",
        "google",
        "EUR",
    )
    assert first.metrics.spend is None
    assert (second.metrics.conversion_value, second.currency) == (D("20.05"), "USD")
    assert second.metrics.actions == {"quantity": "3", "gross_value": "20.05"}


async def test_what_is_refused_is_kept_with_its_reason(shop: Shop) -> None:
    await shop.sender.send({"type": "order.created", "data": {"total": "5"}})
    await shop.sender.send({"type": "customer.created", "data": {"id": 9}})
    await shop.sender.send(order(3, "lots"))
    await shop.sender.send(order(4, "1", created_at=None, occurred_at="yesterday"))
    await shop.sender.send({"type": "order.refunded", "data": {"order_id": 77, "amount": "1"}})
    (run,) = await shop.landed()
    page = await shop.stores.rejections.page(
        shop.tenant.scope, RejectionFilter(runs=(run.id,)), PageRequest(100)
    )
    items = sorted(page.items, key=lambda each: each.reason)
    assert [(each.field, each.reason) for each in items] == [
        ("occurred_at", "occurred_at is not a moment such as 2026-11-22T09:30:00Z"),
        ("order_id", "order_id is missing"),
        ("order_id", "order_id tells of an order that is not known yet"),
        ("type", "type is 'customer.created', which is not mapped"),
        ("value", "value is not a number"),
    ]
    assert all(each.mend for each in items)
    assert items[3].payload == {"type": "customer.created", "data": {"id": 9}}


async def test_an_event_that_nobody_could_read_stands_in_no_other_s_way(shop: Shop) -> None:
    async with shop.stores.database.write(shop.tenant.scope) as connection:
        await connection.execute("UPDATE connection SET time_zone = 'America/New_York'")
    await shop.sender.send(order(1, "1", updated_at="0001-01-01T00:00:00Z"))
    await shop.sender.send({"type": "nothing", "data": {"id": 10**25}})
    await shop.sender.send(order(2, "2"))
    (run,) = await shop.landed()
    assert (run.status, run.counters.rejected) == (RunStatus.SUCCEEDED, 2)
    assert await shop.figures() == {"2026-11-20 2": (D(1), D(2))}


async def test_a_refund_is_a_new_vintage_of_its_order(shop: Shop) -> None:
    await shop.sender.send(order(1, "100"))
    (first,) = await shop.landed()
    refund = {"order_id": 1, "amount": "30", "refund_id": "r1", "created_at": 1795500000}
    await shop.sender.send({"type": "order.refunded", "data": refund})
    await shop.sender.send({"type": "order.refunded", "data": refund})
    second = (await shop.landed())[0]
    assert second.receipt is not None
    assert (second.receipt.counters.restated, second.receipt.counters.created) == (1, 0)
    (entry,) = (await shop.entries()).values()
    assert (entry.metrics.conversions, entry.metrics.conversion_value) == (D(1), D(70))
    assert first.receipt is not None
    (known,) = (
        await shop.stores.entries.page(
            shop.tenant.scope,
            EntryFilter(),
            EntryOrder.DATE_ASC,
            PageRequest(10),
            first.receipt.as_of,
        )
    ).items
    assert known.metrics.conversion_value == D(100)
    assert [vintage.metrics.conversion_value for vintage in (
        await shop.stores.entries.vintages(shop.tenant.scope, [entry.key])
    )[entry.key]] == [D(100), D(70)]  # fmt: skip


async def test_an_order_stays_one_entry_wherever_it_goes(shop: Shop) -> None:
    refund = {"order_id": 1, "amount": "30", "refund_id": "r1", "created_at": 1795500000}
    moved = order(1, "100", country="AT", updated_at="2026-11-24T10:00:00Z")
    scope, told = shop.tenant.scope, []
    for event in (
        order(1, "100"),
        order(1, "100", country="DE", region="Bayern", updated_at="2026-11-22T10:00:00Z"),
        {"type": "order.refunded", "data": refund},
        moved,
    ):
        await shop.sender.send(event)
        run = (await shop.landed())[0]
        assert run.receipt is not None
        assert run.receipt.counters.created + run.receipt.counters.restated == 1
        told.append(run.receipt.as_of)

    async def known(as_of: datetime | None, where: EntryFilter) -> list[tuple[Any, ...]]:
        page = await shop.stores.entries.page(
            scope, where, EntryOrder.DATE_ASC, PageRequest(9), as_of
        )
        return [(each.country, each.geo, each.metrics.conversion_value) for each in page.items]

    expected = [(None, None, D(100)), ("DE", "Bayern", D(100)), ("DE", "Bayern", D(70)),
                ("AT", None, D(70))]  # fmt: skip
    assert [await known(each, EntryFilter()) for each in told] == [[each] for each in expected]
    assert await known(None, EntryFilter(countries=("AT",))) == [expected[3]]
    assert await known(told[2], EntryFilter(countries=("AT",))) == []
    assert await known(told[2], EntryFilter(geos=("Bayern",))) == [expected[2]]


async def test_a_refund_keeps_the_country_that_a_later_mapping_found(shop: Shop) -> None:
    scope, connection_id = shop.tenant.scope, shop.sender.connection_id
    refund = {"order_id": 1, "amount": "30", "refund_id": "r1", "created_at": 1795500000}
    await shop.sender.send(order(1, "100", ship_to="DE"))
    await shop.landed()
    mapping = WebhookMapping({"country": "data.ship_to"})
    await shop.stores.webhooks.set_mapping(scope, connection_id, mapping)
    for is_preview, country in ((True, None), (False, "DE")):
        options = Transformation(is_preview=is_preview).to_json()
        renewal = NewRun(RunKind.TRANSFORMATION, connection_id, None, options=options)
        await shop.stores.runs.start_all(scope, [renewal])
        await shop.landed()
        assert [each.country for each in (await shop.entries()).values()] == [country]
    await shop.sender.send({"type": "order.refunded", "data": refund})
    await shop.landed()
    (entry,) = (await shop.entries()).values()
    assert (entry.country, entry.metrics.conversion_value) == ("DE", D(70))


async def test_an_older_event_that_comes_late_does_not_win(shop: Shop) -> None:
    new = order(1, "80", updated_at="2026-11-21T10:00:00Z")
    old = order(1, "100", updated_at="2026-11-20T23:30:00Z")
    await shop.sender.send(new)
    await shop.landed()
    await shop.sender.send(old)
    last = (await shop.landed())[0]
    assert await shop.figures() == {"2026-11-21 1": (D(1), D(80))}
    assert last.receipt is not None
    assert last.receipt.counters.unchanged == 1


async def test_an_order_that_moves_leaves_nothing_behind(shop: Shop) -> None:
    late = {"type": "order.updated", "data": {"id": 1, "total": "5",
            "updated_at": "2026-11-23T10:00:00Z"}}  # fmt: skip
    await shop.sender.send(late)
    await shop.landed()
    assert await shop.figures() == {"2026-11-23 1": (D(1), D(5))}
    await shop.sender.send(order(1, "5", updated_at="2026-11-20T23:30:00Z"))
    last = (await shop.landed())[0]
    assert await shop.figures() == {"2026-11-21 1": (D(1), D(5)), "2026-11-23 1": (D(0), D(0))}
    assert last.receipt is not None
    assert last.receipt.counters.balances


async def _replayed(shop: Shop, patch: dict[str, Any]) -> RunRecord:
    """The replay of the only open refused record, carried out."""
    where = RejectionFilter(states=(RejectionState.OPEN,))
    (refused,) = (await shop.stores.rejections.page(shop.tenant.scope, where, PageRequest(9))).items
    choice = RejectionChoice(10, (refused.id,), None)
    await shop.stores.rejections.replay(shop.tenant.scope, choice, patch)
    run = (await shop.landed())[0]
    (after,) = (
        await shop.stores.rejections.page(
            shop.tenant.scope, RejectionFilter(runs=(refused.run_id,)), PageRequest(9)
        )
    ).items
    assert (run.kind, run.status) == (RunKind.REPLAY, RunStatus.SUCCEEDED)
    assert run.counters.balances
    assert after.state is RejectionState.REPLAYED
    return run


async def test_an_event_that_was_refused_goes_in_once_it_is_corrected(shop: Shop) -> None:
    await shop.sender.send(order(1, "lots"))
    await shop.landed()
    await shop.sender.send(order(2, "5"))
    await shop.landed()
    run = await _replayed(shop, {"data": {"total": "10"}})
    assert run.counters.created == 1
    assert await shop.figures() == {"2026-11-21 1": (D(1), D(10)), "2026-11-21 2": (D(1), D(5))}


async def test_a_replayed_event_joins_the_newer_ones_of_its_order(shop: Shop) -> None:
    refund = {"order_id": 1, "amount": "lots", "refund_id": "r1", "created_at": 1795500000}
    await shop.sender.send(order(1, "100"))
    await shop.sender.send({"type": "order.refunded", "data": refund})
    await shop.landed()
    await shop.sender.send(order(1, "80", updated_at="2026-11-22T10:00:00Z"))
    await shop.landed()
    run = await _replayed(shop, {"data": {"amount": "30"}})
    assert run.counters.restated == 1
    assert await shop.figures() == {"2026-11-21 1": (D(1), D(50))}


async def test_a_replayed_event_does_not_overwrite_a_newer_one(shop: Shop) -> None:
    await shop.sender.send(order(1, "lots", updated_at="2026-11-21T00:00:00Z"))
    await shop.landed()
    await shop.sender.send(order(1, "80", updated_at="2026-11-22T10:00:00Z"))
    await shop.landed()
    run = await _replayed(shop, {"data": {"total": "100"}})
    assert run.counters.unchanged == 1
    assert await shop.figures() == {"2026-11-21 1": (D(1), D(80))}


async def test_a_day_of_orders_matures_as_time_passes(shop: Shop) -> None:
    today = datetime.now(ZoneInfo("Europe/Berlin"))
    ages = {"today": 0, "yesterday": 1, "before": 2}
    for name, age in ages.items():
        day = (today - timedelta(days=age)).date().isoformat()
        assert (await shop.sender.send(order(name, "5", created_at=day))).status_code == 202
    await shop.landed()
    async with shop.stores.database.write(shop.tenant.scope) as connection:
        await connection.execute("UPDATE connection SET look_back_days = 1")
        await connection.execute("DELETE FROM day_reading")
    mature = {entry.entity_id: entry.is_mature for entry in (await shop.entries()).values()}
    assert mature == {"today": False, "yesterday": False, "before": True}


async def test_many_events_at_once_are_a_few_runs(shop: Shop) -> None:
    answers = await asyncio.gather(
        *(shop.sender.send([order(n * 10 + k, "1.00") for k in range(10)]) for n in range(30))
    )
    assert {answer.status_code for answer in answers} == {202}
    runs = await shop.landed()
    assert len(runs) == 1
    assert runs[0].receipt is not None
    (total,) = runs[0].receipt.totals
    assert (total.entries, total.conversions, total.conversion_value) == (300, D(300), D(300))


async def test_messages_taken_by_a_run_that_was_cancelled_are_read_by_the_next(
    shop: Shop,
) -> None:
    work, scope = WebhookWorkStore(shop.stores.database), shop.tenant.scope
    await shop.sender.send(order(1, "10"))
    run_id = await work.start_run(scope, shop.sender.connection_id)
    assert isinstance(run_id, UUID)
    assert await work.start_run(scope, shop.sender.connection_id) is None
    await shop.stores.runs.request_cancel(scope, run_id)
    runs = await shop.landed()
    assert [run.status for run in runs] == [RunStatus.SUCCEEDED, RunStatus.CANCELLED]
    assert await shop.figures() == {"2026-11-21 1": (D(1), D(10))}


async def test_a_page_is_the_same_whoever_asks_for_it(shop: Shop) -> None:
    from stores.work import work_stores  # noqa: PLC0415 - this test's only

    work, scope = WebhookWorkStore(shop.stores.database), shop.tenant.scope
    await shop.sender.send(order(1, "10"), message_id="msg_a")
    run_id = await work.start_run(scope, shop.sender.connection_id)
    assert run_id is not None
    claimed = await work_stores(shop.stores).runs.claim(scope, run_id)
    assert claimed is not None
    inbox = RunInbox(work, scope, claimed.run)
    first = await inbox.take(1)
    await shop.sender.send(order(2, "10"), message_id="msg_b")
    again, more = await inbox.take(1)
    assert ([each.id for each in again], more) == (["msg_a"], True)
    assert list(first[0]) == list(again)
    await inbox.discard()
    assert [each.id for each in (await inbox.take(1))[0]] == ["msg_a"]
