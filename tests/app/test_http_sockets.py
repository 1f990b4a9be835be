"""graphql-transport-ws, frame by frame."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.typing import Subprotocol

from core.scope import Role

MakeToken = Callable[..., str]
TRANSPORT = Subprotocol("graphql-transport-ws")


@asynccontextmanager
async def opened(stand: Any, **headers: str) -> AsyncIterator[ClientConnection]:
    async with connect(
        f"ws://127.0.0.1:{stand.port}/graphql",
        subprotocols=[TRANSPORT],
        additional_headers={name.replace("_", "-"): value for name, value in headers.items()},
    ) as socket:
        yield socket


async def say(socket: ClientConnection, **message: object) -> None:
    await socket.send(json.dumps(message))


async def hear(socket: ClientConnection) -> dict[str, Any]:
    heard: dict[str, Any] = json.loads(await socket.recv())
    return heard


async def begin(socket: ClientConnection, token: str) -> None:
    await say(socket, type="connection_init", payload={"Authorization": f"Bearer {token}"})
    assert (await hear(socket))["type"] == "connection_ack"


async def closing(socket: ClientConnection) -> tuple[int, str]:
    try:
        while True:
            await socket.recv()
    except ConnectionClosed as closed:
        return (closed.rcvd.code, closed.rcvd.reason) if closed.rcvd else (1006, "")


async def test_a_subscription_runs_and_stops(stand: Any, make_token: MakeToken) -> None:
    async with opened(stand) as socket:
        await begin(socket, make_token())
        await say(socket, type="subscribe", id="1", payload={"query": "subscription{ticks}"})
        for number in range(3):
            heard = await hear(socket)
            assert heard == {"id": "1", "type": "next", "payload": {"data": {"ticks": number}}}
        await say(socket, type="complete", id="1")
        await say(socket, type="ping")
        while (await hear(socket))["type"] != "pong":
            pass


async def test_the_handshakes_own_credentials_open_too(stand: Any, make_token: MakeToken) -> None:
    async with opened(stand, Authorization=f"Bearer {make_token()}") as socket:
        await say(socket, type="connection_init", payload=None)
        assert (await hear(socket))["type"] == "connection_ack"


@pytest.mark.parametrize(
    "payload",
    [
        {},
        {"Authorization": "Bearer x.y.z"},
        {"Authorization": 7},
        {"X-Org-Id": "00000000-0000-4000-8000-000000000001", "X-User-Id": "ada"},
    ],
)
async def test_an_init_without_credentials_that_hold_is_refused(
    stand: Any, payload: dict[str, object]
) -> None:
    async with opened(stand) as socket:
        await say(socket, type="connection_init", payload=payload)
        assert (await closing(socket))[0] == 4403


async def test_nothing_runs_before_the_init(stand: Any) -> None:
    async with opened(stand) as socket:
        await say(socket, type="subscribe", id="1", payload={"query": "{actor}"})
        assert (await closing(socket))[0] == 4401


async def test_a_socket_ends_with_the_token_that_opened_it(
    stand: Any, make_token: MakeToken
) -> None:
    # Expired for less than the leeway: still let in, and at its end at once.
    almost = make_token(Role.ANALYST, timedelta(seconds=1))
    async with opened(stand) as socket:
        await begin(socket, almost)
        await say(socket, type="subscribe", id="1", payload={"query": "subscription{ticks}"})
        code, reason = await closing(socket)
    assert (code, reason) == (4403, "Forbidden: the credentials have expired")


@pytest.mark.parametrize(
    "frame",
    [
        "[]",
        "7",
        "null",
        "{",
        "{}",
        '{"type":7}',
        '{"type":"nonsense"}',
        '{"type":"subscribe","payload":{"query":"{actor}"}}',
        '{"type":"subscribe","id":{},"payload":{"query":"{actor}"}}',
        '{"type":"subscribe","id":"","payload":{"query":"{actor}"}}',
        '{"type":"subscribe","id":"1","payload":"{actor}"}',
        '{"type":"subscribe","id":"1","payload":{"query":7}}',
        '{"type":"subscribe","id":"1","payload":{"query":"{actor}","variables":[]}}',
        '{"type":"subscribe","id":"\\ud800","payload":{"query":"{actor}"}}',
        '{"type":"ping","payload":"x"}',
        b"\x00\x01",
    ],
)
async def test_a_malformed_frame_closes_with_4400(
    stand: Any, make_token: MakeToken, frame: str | bytes
) -> None:
    async with opened(stand) as socket:
        await begin(socket, make_token())
        await socket.send(frame)
        assert (await closing(socket))[0] == 4400


async def test_two_inits_close_with_4429(stand: Any, make_token: MakeToken) -> None:
    async with opened(stand) as socket:
        await begin(socket, make_token())
        await say(socket, type="connection_init", payload={})
        assert (await closing(socket))[0] == 4429


async def test_a_document_at_fault_ends_its_operation_only(
    stand: Any, make_token: MakeToken
) -> None:
    async with opened(stand) as socket:
        await begin(socket, make_token())
        for query in ("{", "{nothing}"):
            await say(socket, type="subscribe", id="1", payload={"query": query})
            heard = await hear(socket)
            assert heard["id"] == "1"
            assert heard["type"] == "error", heard
        await say(socket, type="subscribe", id="1", payload={"query": "{actor}"})
        assert (await hear(socket))["payload"] == {"data": {"actor": "user:cli"}}


async def test_each_operation_has_a_context_of_its_own(stand: Any, make_token: MakeToken) -> None:
    contexts: list[list[str]] = []
    async with opened(stand, X_Request_Id="socket-1") as socket:
        await begin(socket, make_token())
        for name in "ab":
            await say(socket, type="subscribe", id=name, payload={"query": "{contextId}"})
        while len(contexts) < 2:
            heard = await hear(socket)
            if heard["type"] == "next":
                contexts.append(heard["payload"]["data"]["contextId"].split())
    (first, first_id), (second, second_id) = contexts
    assert first != second
    assert first_id == second_id == "socket-1"


async def test_a_page_of_another_origin_may_not_open_one(stand: Any) -> None:
    with pytest.raises(InvalidStatus) as refused:
        async with opened(stand, Origin="https://elsewhere.test"):
            pass
    assert refused.value.response.status_code == 403
