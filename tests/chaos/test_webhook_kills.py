"""kill -9 of the API and of the worker under webhooks: each message in one order, and only once."""

from __future__ import annotations

import asyncio
import json
import random
import signal
from collections import Counter
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import httpx2
import pytest

from core.commands import CreateTenant
from core.records.entries import EntryFilter, EntryOrder
from core.records.pages import PageRequest
from core.records.runs import RunRecord, RunStatus
from core.scope import SystemScope, TenantScope
from stores.postgres.database import Connection
from stores.postgres.webhook_work import WebhookWorkStore
from stores.wiring import Stores
from tests.chaos.ground import Platform, Revived, worker_environment
from tests.support import free_port, scope_of
from tests.webhook_sender import Sender, webhook_connection

pytestmark = [pytest.mark.long, pytest.mark.timeout(900)]

ORDERS = 600
REFUNDED_EVERY = 3
AT_ONCE = 16
KILLS = 14
MOST_BETWEEN_KILLS = 60
WAITS_FOR_INBOX = """
SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted AND relation = 'webhook_inbox'::regclass)
"""
IS_COMMITTED = "SELECT EXISTS (SELECT FROM webhook_message WHERE message_id = 'msg_2')"
ENVIRONMENT = worker_environment("http://127.0.0.1:1")


@dataclass(frozen=True)
class Line:
    """The two processes that a message passes, and the way to the first."""

    http: httpx2.AsyncClient
    api: Revived
    worker: Revived


@pytest.fixture
async def line(platform: Platform) -> AsyncIterator[Line]:
    port = free_port()
    address = ("api", "--port", str(port))
    async with (
        Revived(platform.home, ENVIRONMENT, address).running() as api,
        Revived(platform.home, ENVIRONMENT).running() as worker,
        httpx2.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=10) as http,
    ):
        yield Line(http, api, worker)


@dataclass
class Shop:
    """Repeats each message under its id until it is told that it was kept."""

    sender: Sender
    told: Counter[int] = field(default_factory=Counter)

    async def deliver(self, message_id: str, event: dict[str, Any]) -> None:
        status = 0
        while status not in {200, 202}:
            try:
                status = (await self.sender.send(event, message_id=message_id)).status_code
            except httpx2.TransportError:
                await asyncio.sleep(0.1)
            self.told[status] += 1

    async def sell(self, numbers: list[int]) -> None:
        while numbers:
            number = numbers.pop()
            data = {"id": number, "total": f"{number}.50", "created_at": "2026-11-20T12:00:00Z"}
            await self.deliver(f"order_{number}", {"type": "order.created", "data": data})
            if number % REFUNDED_EVERY == 0:
                back = {"order_id": number, "amount": "0.25", "refund_id": f"r{number}"}
                await self.deliver(f"refund_{number}", {"type": "order.refunded", "data": back})


def worth() -> dict[str, Decimal]:
    """What each order is in the end."""
    return {
        str(number): Decimal(number) + Decimal("0.25" if number % REFUNDED_EVERY == 0 else "0.50")
        for number in range(1, ORDERS + 1)
    }


def sent() -> Counter[str]:
    numbers = range(1, ORDERS + 1)
    refunds = numbers[REFUNDED_EVERY - 1 :: REFUNDED_EVERY]
    return Counter([f"order_{n}" for n in numbers] + [f"refund_{n}" for n in refunds])


async def landed(stores: Stores, scope: TenantScope) -> tuple[RunRecord, ...]:
    """The runs, once nothing waits and all have ended."""
    work = WebhookWorkStore(stores.database)
    async with asyncio.timeout(180):
        while True:
            waiting = await work.waiting()
            runs = (await stores.runs.page(scope, PageRequest(1_000))).items
            if not waiting and runs and all(run.status.is_final for run in runs):
                return tuple(runs)
            await asyncio.sleep(0.2)


async def values(stores: Stores, scope: TenantScope) -> dict[str, Decimal | None]:
    request = PageRequest(1_000)
    page = await stores.entries.page(scope, EntryFilter(), EntryOrder.DATE_ASC, request)
    return {entry.entity_id: entry.metrics.conversion_value for entry in page.items}


async def in_pages(stores: Stores, scope: TenantScope) -> Counter[str]:
    """How often each message stands in a raw page."""
    async with stores.database.read(scope) as connection:
        pages = await connection.fetch("SELECT id FROM raw_page")
    bodies = [await stores.lineage.body(scope, page["id"]) for page in pages]
    lines = (line for body in bodies for line in body.split(b"\n") if line)
    return Counter(json.loads(line)["id"] for line in lines)


async def kept(stores: Stores, scope: TenantScope) -> tuple[int, ...]:
    """Messages in the inbox, pages that are not merged, events of orders."""
    async with stores.database.read(scope) as connection:
        row = await connection.fetchrow(
            "SELECT (SELECT count(*) FROM webhook_inbox),"
            " (SELECT count(*) FROM raw_page WHERE merged_at IS NULL),"
            " (SELECT count(*) FROM order_event)"
        )
    return tuple(row or ())


async def new_scope(stores: Stores, slug: str) -> TenantScope:
    command = CreateTenant(slug=slug, name="Shop")
    return scope_of(await stores.tenants.create(SystemScope(reason="chaos"), command))


async def until(connection: Connection, question: str) -> None:
    """Until the database answers yes."""
    async with asyncio.timeout(30):
        while not await connection.fetchval(question):  # noqa: ASYNC110 - the database alone knows
            await asyncio.sleep(0.01)


async def strike(line: Line, chance: random.Random, shop: Shop, is_over: Callable[[], bool]) -> int:
    """Kill either process while messages are being accepted; how often it was."""
    for number in range(KILLS):
        goal = shop.told[202] + chance.randint(1, MOST_BETWEEN_KILLS)
        while shop.told[202] < goal:
            if is_over():
                return number
            await asyncio.sleep(chance.uniform(0.0005, 0.005))
        chance.choice([line.api, line.api, line.worker]).kill()
    return KILLS


@pytest.mark.parametrize("seed", range(3))
async def test_every_message_that_was_accepted_counts_once(
    platform: Platform, line: Line, seed: int
) -> None:
    stores, chance = platform.stores, random.Random(seed)  # noqa: S311 - chaos to be repeated
    scope = await new_scope(stores, f"shop-{seed}")
    made, secret = await webhook_connection(stores, scope)
    shop, numbers = Shop(Sender(line.http, made.id, [secret])), list(range(ORDERS, 0, -1))
    selling = asyncio.gather(*(shop.sell(numbers) for _ in range(AT_ONCE)))
    struck, _ = await asyncio.gather(strike(line, chance, shop, selling.done), selling)
    runs = await landed(stores, scope)
    assert struck == KILLS
    assert {run.status for run in runs} == {RunStatus.SUCCEEDED}
    assert all(run.counters.balances for run in runs)
    assert sum(run.counters.fetched for run in runs) == sent().total()
    assert sum(run.counters.rejected for run in runs) == 0
    assert await in_pages(stores, scope) == sent()
    assert await values(stores, scope) == worth()
    assert await kept(stores, scope) == (0, 0, sent().total())


async def test_a_message_that_was_committed_and_not_answered_is_told_as_a_repeat(
    platform: Platform, line: Line
) -> None:
    database, scope = platform.stores.database, await new_scope(platform.stores, "unanswered")
    made, secret = await webhook_connection(platform.stores, scope)
    shop = Shop(Sender(line.http, made.id, [secret]))
    event = {"type": "order.created", "data": {"id": 1, "total": "5"}}
    await shop.deliver("msg_1", event)
    async with database.write(scope) as connection:
        await connection.execute("LOCK TABLE webhook_inbox IN SHARE MODE")
        unheard = asyncio.create_task(shop.sender.send(event, message_id="msg_2"))
        await until(connection, WAITS_FOR_INBOX)
        line.api.signal(signal.SIGSTOP)
    async with database.read(scope) as connection:
        await until(connection, IS_COMMITTED)
    line.api.kill()
    with pytest.raises(httpx2.TransportError):
        await unheard
    await shop.deliver("msg_2", event)
    assert (shop.told[202], shop.told[200]) == (1, 1)
    await landed(platform.stores, scope)
    assert await in_pages(platform.stores, scope) == Counter(["msg_1", "msg_2"])
