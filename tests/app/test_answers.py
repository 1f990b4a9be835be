"""Kept answers through the deployed API: found again, never older than what was committed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from redis.asyncio import Redis

from core.scope import Role
from persisted import built_in_records
from stores.wiring import Stores
from tests.app.answering import ROWS, Asker, asked, spent, with_entries
from tests.app.deployed import bearer
from tests.support import NewTenant, Services, Tenant, free_port, until


class Wire:
    """A way to a server's socket that can be cut."""

    def __init__(self, socket: str) -> None:
        self._socket = socket
        self._open: set[asyncio.StreamWriter] = set()
        self._server: asyncio.Server | None = None

    async def connect(self, port: int) -> None:
        self._server = await asyncio.start_server(self._carry, "127.0.0.1", port)

    async def cut(self) -> None:
        assert self._server is not None
        self._server.close()
        for writer in tuple(self._open):
            writer.transport.abort()

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        theirs, back = await asyncio.open_unix_connection(self._socket)
        self._open |= {writer, back}
        await asyncio.gather(_copied(reader, back), _copied(theirs, writer))
        self._open -= {writer, back}


async def _copied(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    writer.close()


@pytest.fixture
async def seeded(stores: Stores, new_tenant: NewTenant) -> Tenant:
    return await with_entries(stores, await new_tenant(calendar=True))


async def test_an_answer_is_found_again_with_the_same_bytes_and_cost(
    services: Services, tmp_path: Path, seeded: Tenant
) -> None:
    async with asked(services, tmp_path, seeded) as (one,):
        first = await one.full()
        again = await one.full()
        assert again["data"] == first["data"]
        spent_on = [told["extensions"]["cost"]["actual"] for told in (first, again)]
        assert spent_on == [5, 5]
        assert await one.hits("l1") == 1
        other = await one.full(first=2)
        assert len(other["data"]["marketingEntries"]["nodes"]) == 2
        assert await one.hits("l1") == 1


async def test_another_process_finds_what_one_has_made(
    services: Services, tmp_path: Path, seeded: Tenant
) -> None:
    async with asked(services, tmp_path, seeded, seeded) as (one, two):
        first = await one.full(ROWS)
        await asyncio.sleep(0.2)
        assert (await two.full(ROWS))["data"] == first["data"]
        assert (await two.hits("l1"), await two.hits("l2")) == (0, 1)


async def test_what_was_committed_is_answered(
    services: Services, stores: Stores, tmp_path: Path, seeded: Tenant
) -> None:
    async with asked(services, tmp_path, seeded, seeded) as (one, two):
        for amount in range(1, 6):
            await spent(stores, seeded, amount)
            assert [await each.spend() for each in (one, two, one, two)] == [amount] * 4


async def test_what_is_rolled_back_changes_nothing(
    services: Services, stores: Stores, tmp_path: Path, seeded: Tenant
) -> None:
    async with asked(services, tmp_path, seeded) as (one,):
        assert await one.spend() == 0
        with suppress(ZeroDivisionError):
            async with stores.database.write(seeded.scope) as connection:
                await connection.execute("UPDATE marketing_entry SET spend = 7")
                raise ZeroDivisionError
        assert await one.spend() == 0
        assert await one.hits("l1") == 1


async def test_no_answer_is_older_than_what_was_committed_before_it_was_asked_for(
    services: Services, stores: Stores, tmp_path: Path, seeded: Tenant
) -> None:
    committed, asks = 0, 0

    async def write() -> None:
        nonlocal committed
        for amount in range(1, 31):
            await spent(stores, seeded, amount)
            committed = amount
            if amount % 3 == 0:
                await until(at_least(asks + 16))

    def at_least(number: int) -> Callable[[], bool]:
        return lambda: asks >= number

    async def read(asker: Asker) -> None:
        nonlocal asks
        while not writing.done():
            before = committed
            assert await asker.spend() >= before
            asks += 1

    async with asked(services, tmp_path, seeded, seeded) as askers:
        writing = asyncio.create_task(write())
        await asyncio.gather(writing, *(read(asker) for asker in askers for _ in range(3)))
        found = [await asker.hits(tier) for asker in askers for tier in ("l1", "l2")]
        assert 10 < sum(found) < asks
        assert [await asker.spend() for asker in askers] == [committed] * 2


async def test_many_who_ask_at_once_are_answered_by_one(
    services: Services, tmp_path: Path, seeded: Tenant
) -> None:
    async with asked(services, tmp_path, seeded, answers_shared_bytes=0) as (one,):
        answers = await asyncio.gather(*(one.full(ROWS) for _ in range(12)))
        assert len({str(told["data"]) for told in answers}) == 1
        counted = await one.counted()
        found = await one.hits("l1")
        assert counted["joined_total"] + found == 11


async def test_an_answer_is_for_those_who_may_the_same(
    services: Services, stores: Stores, tmp_path: Path, seeded: Tenant, new_tenant: NewTenant
) -> None:
    other = await with_entries(stores, await new_tenant(calendar=True))
    await spent(stores, other, 9)
    async with asked(services, tmp_path, seeded) as (admin,):
        assert (await admin.full(ROWS))["data"]["attributionRows"]["nodes"]
        viewer = Asker(admin.client, seeded, Role.VIEWER)
        refused = await viewer.full(ROWS)
        assert refused["data"] == {"attributionRows": None}
        assert refused["errors"][0]["extensions"]["code"] == "FORBIDDEN"
        assert await admin.hits("l1") == 0
        assert await admin.spend() == 0
        assert await Asker(admin.client, other).spend() == 9
        assert await admin.hits("l1") == 0


async def test_errors_and_the_present_are_not_kept(
    services: Services, tmp_path: Path, seeded: Tenant
) -> None:
    async with asked(services, tmp_path, seeded) as (one,):
        for query in (
            '{ calendar(dates: {since: "2020-01-02", until: "2020-01-01"}) { date } }',
            "{ viewer { actor } }",
            "{ runs(first: 1) { nodes { id } } }",
            "{ marketingEntries(first: 1) { nodes { run { id } } } }",
            '{ node(id: "x") { id } }',
        ):
            await one.full(query)
            await one.full(query)
        assert await one.hits("l1") == 0


@pytest.mark.parametrize(
    "spoil", [lambda _: b"", lambda body: body[:-3], lambda body: body[:30] + b"x" + body[31:]]
)
async def test_what_is_not_whole_is_made_anew(
    services: Services, tmp_path: Path, seeded: Tenant, spoil: Any
) -> None:
    redis: Redis = Redis.from_url(services.redis_url)
    async with asked(services, tmp_path, seeded, seeded) as (one, two):
        first = await one.full()
        await asyncio.sleep(0.2)
        keys = [key async for key in redis.scan_iter(f"liftos:{{{seeded.record.id}}}:answer:*")]
        assert len(keys) == 1
        await redis.set(keys[0], spoil(await redis.get(keys[0])))
        assert (await two.full())["data"] == first["data"]
        assert await two.hits("l2") == 0
    await redis.aclose()


async def test_an_answer_under_another_name_is_not_believed(
    services: Services, stores: Stores, tmp_path: Path, seeded: Tenant, new_tenant: NewTenant
) -> None:
    other = await with_entries(stores, await new_tenant(calendar=True))
    await spent(stores, other, 9)
    redis: Redis = Redis.from_url(services.redis_url)

    async def kept(tenant: Tenant) -> bytes:
        key, *_ = [each async for each in redis.scan_iter(f"*{tenant.record.id}*:answer:*")]
        return bytes(key)

    async with asked(services, tmp_path, seeded, other, other) as (one, two, three):
        assert (await one.spend(), await two.spend()) == (0, 9)
        await asyncio.sleep(0.2)
        await redis.set(await kept(other), await redis.get(await kept(seeded)) or b"")
        assert await three.spend() == 9
    await redis.aclose()


async def test_without_redis_answers_are_made_and_found_in_the_process(
    services: Services, stores: Stores, tmp_path: Path, seeded: Tenant
) -> None:
    nowhere = SecretStr(f"redis://127.0.0.1:{free_port()}")
    async with asked(services, tmp_path, seeded, redis_url=nowhere) as (one,):
        assert (await one.spend(), await one.spend()) == (0, 0)
        await spent(stores, seeded, 4)
        assert (await one.spend(), await one.spend()) == (4, 4)
        assert await one.hits("l1") == 2
        assert await one.hits("l2") == 0


async def test_redis_may_go_in_the_middle_and_come_again(
    services: Services, stores: Stores, tmp_path: Path, seeded: Tenant
) -> None:
    wire = Wire(services.redis_url.removeprefix("unix://"))
    port = free_port()
    redis_url = SecretStr(f"redis://127.0.0.1:{port}")
    async with asked(services, tmp_path, seeded, redis_url=redis_url) as (one,):
        for amount, is_up in enumerate((True, False, True, False)):
            if is_up:
                await wire.connect(port)
            else:
                await wire.cut()
            await spent(stores, seeded, amount)
            assert [await one.spend() for _ in range(3)] == [amount] * 3
        assert await one.hits("l1") == 8


async def test_what_redis_forgets_is_made_anew(
    services: Services, tmp_path: Path, seeded: Tenant
) -> None:
    redis: Redis = Redis.from_url(services.redis_url)
    async with asked(services, tmp_path, seeded, seeded) as (one, two):
        assert await one.spend() == 0
        await asyncio.sleep(0.2)
        await redis.delete(*[key async for key in redis.scan_iter(f"*{seeded.record.id}*")])
        assert await two.spend() == 0
        assert await two.hits("l2") == 0
    await redis.aclose()


async def test_explain_tells_where_an_answer_would_come_from(
    services: Services, tmp_path: Path, seeded: Tenant
) -> None:
    wanted = next(each for each in built_in_records() if each.name == "Calendar")
    dates = {"dates": {"since": "2025-11-01", "until": "2025-11-03"}}
    explain = {
        "query": "query($id: ID!, $given: JSON) "
        "{ explain(operationId: $id, variables: $given) { cacheTier } }",
        "variables": {"id": wanted.id, "given": dates},
    }

    async def post(asker: Asker, body: dict[str, Any]) -> Any:
        answer = await asker.client.post("/graphql", json=body, headers=bearer(seeded))
        return answer.json()["data"]

    async with asked(services, tmp_path, seeded, seeded) as (one, two):
        tiers = [await post(one, explain)]
        assert await post(one, {"documentId": wanted.id, "variables": dates}) is not None
        await asyncio.sleep(0.2)
        tiers += [await post(one, explain), await post(two, explain)]
        told = [each["explain"]["cacheTier"] for each in tiers]
        assert told == ["NONE", "L1", "L2"]


async def test_answers_can_be_switched_off(
    services: Services, tmp_path: Path, seeded: Tenant
) -> None:
    off = {"answers_process_bytes": 0, "answers_shared_bytes": 0}
    async with asked(services, tmp_path, seeded, **off) as (one,):
        assert (await one.spend(), await one.spend()) == (0, 0)
        assert (await one.hits("l1"), await one.hits("l2")) == (0, 0)
