"""graphql-transport-ws, frame by frame."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus
from websockets.typing import Subprotocol

from core.scope import Role
from core.settings import Settings
from tests.app.conftest import Serve
from tests.app.sockets import MakeToken, begin, closing, hear, opened, say


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
        "\ufeff{}",
        '"ping"',
        '{"type":"ping"} {"type":"ping"}',
        '{"type":7}',
        '{"type":"nonsense"}',
        '{"type":"subscribe","payload":{"query":"{actor}"}}',
        '{"type":"subscribe","id":{},"payload":{"query":"{actor}"}}',
        '{"type":"subscribe","id":"","payload":{"query":"{actor}"}}',
        '{"type":"subscribe","id":"1","payload":"{actor}"}',
        '{"type":"subscribe","id":"1","payload":{"query":7}}',
        '{"type":"subscribe","id":"1","payload":{"query":"{actor}","variables":[]}}',
        '{"type":"subscribe","id":"\\ud800","payload":{"query":"{actor}"}}',
        '{"type":"subscribe","id":"1"}',
        '{"type":"subscribe","id":"1","payload":{}}',
        '{"type":"subscribe","id":"1","payload":{"query":""}}',
        '{"type":"subscribe","id":"1","payload":{"query":"{actor}","extensions":7}}',
        '{"type":"subscribe","id":"1","payload":{"query":"{actor}","operationName":[]}}',
        '{"type":"complete"}',
        '{"type":"complete","id":7}',
        '{"type":"ping","payload":"x"}',
        '{"type":"pong","payload":[]}',
        '{"type":"connection_ack"}',
        '{"type":"next","id":"1","payload":{}}',
        "[" * 5_000,
        '{"type":"%s"}' % ("é" * 200),
        b"\x00\x01",
        b'{"type":"ping"}',
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
        unfit = {"query": "query ($t: String!) { echo(text: $t) }", "variables": {"t": 1}}
        await say(socket, type="subscribe", id="1", payload=unfit)
        assert (await hear(socket))["type"] == "error"
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


async def test_before_the_init_a_malformed_frame_closes_too(stand: Any) -> None:
    async with opened(stand) as socket:
        await socket.send("[]")
        assert await closing(socket) == (4400, "a message is an object with a type")


async def test_another_protocol_is_not_spoken(stand: Any) -> None:
    url = f"ws://127.0.0.1:{stand.port}/graphql"
    for protocols in (None, [Subprotocol("graphql-ws")]):
        async with connect(url, subprotocols=protocols) as socket:
            assert await closing(socket) == (4406, "Subprotocol not acceptable")


async def test_whoever_says_nothing_is_not_waited_for(serve: Serve) -> None:
    async with serve(Settings(socket_init_seconds=0.1)) as stand, opened(stand) as socket:
        await say(socket, type="ping")
        assert (await hear(socket)) == {"type": "pong"}
        assert await closing(socket) == (4408, "Connection initialisation timeout")


async def test_who_has_said_who_it_is_may_then_be_silent(
    serve: Serve, make_token: MakeToken
) -> None:
    async with serve(Settings(socket_init_seconds=0.1)) as stand, opened(stand) as socket:
        await begin(socket, make_token())
        await asyncio.sleep(0.2)
        await say(socket, type="ping")
        assert (await hear(socket))["type"] == "pong"


async def test_a_pong_answers_with_what_the_ping_said(stand: Any) -> None:
    async with opened(stand) as socket:
        await say(socket, type="ping", payload={"at": 7})
        assert await hear(socket) == {"type": "pong", "payload": {"at": 7}}
        await say(socket, type="pong", payload={"at": 7})
        await say(socket, type="pong")
        await say(socket, type="ping")
        assert await hear(socket) == {"type": "pong"}


async def test_an_id_that_is_taken_closes_with_4409(stand: Any, make_token: MakeToken) -> None:
    async with opened(stand) as socket:
        await begin(socket, make_token())
        for _ in range(2):
            await say(socket, type="subscribe", id="one", payload={"query": "subscription{silent}"})
        assert await closing(socket) == (4409, "Subscriber for one already exists")


async def test_a_reason_is_cut_to_what_a_close_frame_holds(
    stand: Any, make_token: MakeToken
) -> None:
    async with opened(stand) as socket:
        await begin(socket, make_token())
        for _ in range(2):
            payload = {"query": "subscription{silent}"}
            await say(socket, type="subscribe", id="ü" * 500, payload=payload)
        code, reason = await closing(socket)
    assert (code, reason) == (4409, "Subscriber for " + "ü" * 54)


async def test_an_id_is_free_again_once_its_operation_is_over(
    stand: Any, make_token: MakeToken
) -> None:
    async with opened(stand) as socket:
        await begin(socket, make_token())
        for query in ("subscription{silent}", "subscription{silent}", "{actor}"):
            await say(socket, type="complete", id="1")
            await say(socket, type="subscribe", id="1", payload={"query": query})
        assert (await hear(socket))["payload"] == {"data": {"actor": "user:cli"}}
        assert await hear(socket) == {"type": "complete", "id": "1"}
        await say(socket, type="complete", id="1")
        await say(socket, type="complete", id="never")
        await say(socket, type="subscribe", id="1", payload={"query": "mutation{touch}"})
        assert (await hear(socket))["payload"] == {"data": {"touch": True}}
        assert await hear(socket) == {"type": "complete", "id": "1"}


async def test_a_result_that_nobody_wants_any_more_is_not_told(
    stand: Any, make_token: MakeToken
) -> None:
    async with opened(stand) as socket:
        await begin(socket, make_token())
        await say(socket, type="subscribe", id="1", payload={"query": "subscription{ticks}"})
        assert (await hear(socket))["id"] == "1"
        await say(socket, type="complete", id="1")
        await say(socket, type="ping")
        while (await hear(socket))["type"] != "pong":
            pass
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.2):
                await hear(socket)


async def test_an_error_in_a_stream_ends_its_operation_only(
    stand: Any, make_token: MakeToken
) -> None:
    async with opened(stand) as socket:
        await begin(socket, make_token())
        await say(socket, type="subscribe", id="1", payload={"query": "subscription{failing}"})
        assert (await hear(socket))["payload"] == {"data": {"failing": 1}}
        heard = await hear(socket)
        assert (heard["type"], heard["payload"]["data"]) == ("next", None)
        assert heard["payload"]["errors"][0]["message"] == "nothing more"
        assert await hear(socket) == {"type": "complete", "id": "1"}
        await say(socket, type="ping")
        assert (await hear(socket))["type"] == "pong"
