"""What sockets bear and what ends them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from app.identity.standing import CHECKS_MISSED
from core.errors import NotFound, Transient
from core.records.tenants import ApiKeyRecord
from core.settings import Settings
from tests.app.conftest import FILLED, Serve
from tests.app.sockets import TRANSPORT, MakeToken, begin, closing, hear, opened, say


async def test_a_socket_carries_so_many_operations_and_no_more(
    serve: Serve, make_token: MakeToken
) -> None:
    async with serve(Settings(socket_operations=3)) as stand, opened(stand) as socket:
        await begin(socket, make_token())
        for number in range(5):
            payload = {"query": "subscription{silent}"}
            await say(socket, type="subscribe", id=str(number), payload=payload)
        refused = [await hear(socket) for _ in range(2)]
        assert [(each["type"], each["id"]) for each in refused] == [("error", "3"), ("error", "4")]
        [error] = refused[0]["payload"]
        assert error["message"] == "3 operations are open on this socket"
        assert error["extensions"]["code"] == "CONFLICT"
        assert error["extensions"]["mend"].startswith("complete some of them first")
        await say(socket, type="complete", id="0")
        await say(socket, type="ping")
        assert (await hear(socket))["type"] == "pong"
        await say(socket, type="subscribe", id="3", payload={"query": "{actor}"})
        assert (await hear(socket))["payload"] == {"data": {"actor": "user:cli"}}


async def test_a_flood_of_beginnings_and_endings_leaves_nothing(
    stand: Any, make_token: MakeToken
) -> None:
    before = len(asyncio.all_tasks())
    async with opened(stand) as socket:
        await begin(socket, make_token())
        payload = {"query": "subscription{silent}"}
        for number in range(500):
            await say(socket, type="subscribe", id=str(number), payload=payload)
            await say(socket, type="complete", id=str(number))
        await say(socket, type="subscribe", id="last", payload={"query": "{actor}"})
        while (await hear(socket))["id"] != "last":
            pass
    async with asyncio.timeout(5):
        while len(asyncio.all_tasks()) > before:  # noqa: ASYNC110 - tasks tell nobody
            await asyncio.sleep(0.01)


async def test_a_message_in_fragments_is_one(stand: Any, make_token: MakeToken) -> None:
    async with opened(stand) as socket:
        await begin(socket, make_token())
        await socket.send(iter(['{"type":', '"pi', 'ng"}']))
        assert (await hear(socket))["type"] == "pong"


@pytest.mark.parametrize("fragments", [1, 40])
async def test_a_message_beyond_the_cap_ends_the_socket(
    deployed_frames: str, make_token: MakeToken, fragments: int
) -> None:
    async with connect(deployed_frames, subprotocols=[TRANSPORT]) as socket:
        await begin(socket, make_token())
        part = " " * (40_000 // fragments)
        with suppress(ConnectionClosed):
            await socket.send(iter([part] * fragments))
        assert (await closing(socket))[0] == 1009


async def test_a_revoked_key_ends_its_sockets_and_no_others(
    stand: Any, make_token: MakeToken
) -> None:
    stand.keys.kept = {"lok_one": key(1), "lok_two": key(2)}
    async with opened(stand) as one, opened(stand) as two, opened(stand) as person:
        for socket, credential in ((one, "lok_one"), (two, "lok_two"), (person, make_token())):
            await begin(socket, credential)
        await stand.standing.check()
        stand.keys.kept["lok_one"] = replace(key(1), revoked_at=datetime.now(UTC))
        await stand.standing.check()
        assert await closing(one) == (4403, "Forbidden: the credentials no longer hold")
        for socket in (two, person):
            await say(socket, type="ping")
            assert (await hear(socket))["type"] == "pong"


async def test_a_tenant_that_is_gone_takes_its_sockets_along(
    stand: Any, make_token: MakeToken
) -> None:
    async with opened(stand) as socket:
        await begin(socket, make_token())
        stand.tenants.failure = NotFound("no such tenant")
        await stand.standing.check()
        assert await closing(socket) == (4403, "Forbidden: the credentials no longer hold")


async def test_credentials_that_nobody_can_check_hold_for_a_while_only(
    stand: Any, make_token: MakeToken
) -> None:
    async with opened(stand) as socket:
        await begin(socket, make_token())
        stand.tenants.failure = Transient("the database does not answer")
        for _ in range(CHECKS_MISSED - 1):
            await stand.standing.check()
        await say(socket, type="ping")
        assert (await hear(socket))["type"] == "pong"
        await stand.standing.check()
        assert await closing(socket) == (1013, "Try again later")


async def test_who_does_not_read_is_ended_and_slows_nobody(
    serve: Serve, make_token: MakeToken
) -> None:
    async with (
        serve(Settings(stream_stall_seconds=0.5)) as stand,
        opened(stand) as other,
        connect(
            f"ws://127.0.0.1:{stand.port}/graphql",
            subprotocols=[TRANSPORT],
            compression=None,
            max_queue=1,
        ) as slow,
    ):
        await begin(slow, make_token())
        await begin(other, make_token())
        FILLED.clear()
        await say(slow, type="subscribe", id="1", payload={"query": "subscription{filling}"})
        await say(other, type="subscribe", id="1", payload={"query": "subscription{ticks}"})
        for number in range(15):
            assert (await hear(other))["payload"] == {"data": {"ticks": number}}
        made = sum(FILLED)
        # What the sockets' own buffers hold, and one result beyond.
        assert made < 30_000
        await asyncio.sleep(0.2)
        assert sum(FILLED) == made
        assert await closing(slow) == (
            1013,
            "Try again later: you read too slowly; resume after the last sequence you saw",
        )


def key(number: int) -> ApiKeyRecord:
    now = datetime.now(UTC)
    return ApiKeyRecord(UUID(int=number), "causal", ("viewer",), now, None, None)


@pytest.fixture
async def deployed_frames(serve: Serve) -> AsyncIterator[str]:
    """A server whose frames are capped as `liftos api` caps them."""
    async with serve(Settings(request_max_bytes=20_000)) as stand:
        yield f"ws://127.0.0.1:{stand.port}/graphql"
