"""Results as they come over plain HTTP: server-sent events, and parts as Apollo reads them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import httpx2
import pytest

from app.http.stream_media import framing_for
from core.errors import NotFound
from core.scope import Role
from core.settings import Settings
from tests.app.conftest import FILLED, Serve

MakeToken = Callable[..., str]
EVENTS = "text/event-stream"
PARTS = 'multipart/mixed;boundary="graphql";subscriptionSpec=1.0, application/json'
URQL = (
    "application/graphql-response+json, application/graphql+json, application/json, "
    "text/event-stream, multipart/mixed"
)
COUNTED = {"query": "subscription($after: Int!) { counted(after: $after) }"}


@pytest.mark.parametrize(
    ("accept", "framing"),
    [
        (None, None),
        ("", None),
        ("*/*", None),
        ("text/event-stream", "ServerSentEvents"),
        ("text/event-stream, multipart/mixed", "ServerSentEvents"),
        ("text/event-stream;q=0.4, application/json;q=0.9", None),
        ("text/event-stream;q=0", None),
        ("application/json;q=0.4, text/event-stream", "ServerSentEvents"),
        (URQL, None),
        (PARTS, "MultipartParts"),
        ("multipart/mixed; subscriptionSpec=1.0", "MultipartParts"),
        ('multipart/mixed;subscriptionSpec="1.0",application/json', "MultipartParts"),
        ("multipart/mixed;deferSpec=20220824,application/json", None),
        ("multipart/mixed;subscriptionSpec=2.0,application/json", None),
        ("multipart/mixed, text/event-stream", "ServerSentEvents"),
    ],
)
def test_a_stream_is_sent_only_where_it_is_wanted_most(
    accept: str | None, framing: str | None
) -> None:
    found = framing_for(accept)
    assert (None if found is None else type(found).__name__) == framing


async def whole(http: httpx2.AsyncClient, accept: str, after: int = 0, **headers: str) -> bytes:
    response = await http.post(
        "/graphql",
        json={**COUNTED, "variables": {"after": after}},
        headers={"Accept": accept, **{name.replace("_", "-"): v for name, v in headers.items()}},
    )
    assert response.status_code == 200
    return response.content


async def test_server_sent_events_are_framed_as_the_protocol_says(
    http: httpx2.AsyncClient,
) -> None:
    body = await whole(http, EVENTS)
    assert body == (
        b":\n\n"
        b'event: next\nid: 1\ndata: {"data":{"counted":1}}\n\n'
        b'event: next\nid: 2\ndata: {"data":{"counted":2}}\n\n'
        b'event: next\nid: 3\ndata: {"data":{"counted":3}}\n\n'
        b"event: complete\ndata:\n\n"
    )


async def test_parts_are_framed_as_the_protocol_says(http: httpx2.AsyncClient) -> None:
    body = await whole(http, PARTS, after=1)
    head = b"\r\nContent-Type: application/json\r\n\r\n"
    assert body == (
        b"--graphql"
        + head
        + b'{"payload":{"data":{"counted":2}}}\r\n--graphql'
        + head
        + b'{"payload":{"data":{"counted":3}}}\r\n--graphql--\r\n'
    )


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        (EVENTS, "text/event-stream; charset=utf-8"),
        (PARTS, 'multipart/mixed;boundary="graphql";subscriptionSpec=1.0'),
    ],
)
async def test_the_headers_keep_proxies_from_holding_events_back(
    http: httpx2.AsyncClient, accept: str, media_type: str
) -> None:
    async with http.stream(
        "POST", "/graphql", json={"query": "{actor}"}, headers={"Accept": accept}
    ) as response:
        told = response.headers
        assert told["content-type"] == media_type
        assert told["cache-control"] == "no-store"
        assert told["x-accel-buffering"] == "no"
        assert "accept" in told["vary"].lower()
        assert "content-encoding" not in told


@pytest.mark.parametrize(
    ("last", "told"), [("0", [1, 2, 3]), ("2", [3]), ("3", []), ("", [2, 3]), ("007", [])]
)
async def test_the_last_id_that_was_seen_goes_before_the_argument(
    http: httpx2.AsyncClient, last: str, told: list[int]
) -> None:
    body = await whole(http, EVENTS, after=1, Last_Event_ID=last)
    lines = [line for line in body.decode().splitlines() if line.startswith("id: ")]
    assert lines == [f"id: {number}" for number in told]


@pytest.mark.parametrize("last", ["x", "-1", "1.0", "9" * 30, "1,2"])
async def test_an_id_that_is_none_is_refused(http: httpx2.AsyncClient, last: str) -> None:
    response = await http.post(
        "/graphql",
        json={**COUNTED, "variables": {"after": 0}},
        headers={"Accept": EVENTS, "Last-Event-ID": last},
    )
    assert response.status_code == 400
    [error] = response.json()["errors"]
    assert error["extensions"]["code"] == "BAD_USER_INPUT"
    assert error["extensions"]["field"] == "Last-Event-ID"


async def test_queries_and_mutations_are_told_as_streams_too(http: httpx2.AsyncClient) -> None:
    for query, data in (("{actor}", {"actor": "user:cli"}), ("mutation{touch}", {"touch": True})):
        response = await http.post("/graphql", json={"query": query}, headers={"Accept": EVENTS})
        assert events(response.text) == [("next", {"data": data}), ("complete", None)]


async def test_by_get_nothing_is_changed(http: httpx2.AsyncClient) -> None:
    asked = {"query": "subscription { counted(until: 1) }"}
    response = await http.get("/graphql", params=asked, headers={"Accept": EVENTS})
    assert events(response.text) == [("next", {"data": {"counted": 1}}), ("complete", None)]
    asked = {"query": "mutation { touch }"}
    response = await http.get("/graphql", params=asked, headers={"Accept": EVENTS})
    [(name, refused), complete] = events(response.text)
    assert (name, list(refused), complete) == ("next", ["errors"], ("complete", None))


@pytest.mark.parametrize(
    "asked",
    [
        {"query": "{"},
        {"query": "{nothing}"},
        {"query": "subscription { counted(after: []) }"},
        {"query": "query A {actor} query B {actor}"},
        {"documentId": "sha256:" + "0" * 64},
    ],
)
async def test_what_is_wrong_with_a_document_is_told_in_the_stream(
    http: httpx2.AsyncClient, asked: dict[str, str]
) -> None:
    response = await http.post("/graphql", json=asked, headers={"Accept": EVENTS})
    assert response.status_code == 200
    [(name, content), complete] = events(response.text)
    assert (name, list(content), complete) == ("next", ["errors"], ("complete", None))
    assert content["errors"][0]["extensions"]["code"]
    response = await http.post("/graphql", json=asked, headers={"Accept": PARTS})
    [content] = parts(response.content)
    assert list(content["payload"]) == ["errors"]


@pytest.mark.parametrize("accept", [EVENTS, PARTS])
async def test_what_is_wrong_with_a_request_has_a_status(
    http: httpx2.AsyncClient, accept: str
) -> None:
    wanted = {"Accept": accept}
    nobody = {**wanted, "Authorization": "Bearer x.y.z"}
    for response, status in (
        (await http.post("/graphql", json={"query": "{actor}"}, headers=nobody), 401),
        (await http.post("/graphql", json={}, headers=wanted), 400),
        (await http.post("/graphql", content="{", headers=wanted), 415),
        (await http.put("/graphql", json={"query": "{actor}"}, headers=wanted), 405),
        (await http.post("/graphql", json={"query": "x" * 30_000}, headers=wanted), 413),
    ):
        assert response.status_code == status
        assert response.json()["errors"][0]["extensions"]["code"]


async def test_an_error_in_the_stream_ends_it_by_its_last_result(
    http: httpx2.AsyncClient,
) -> None:
    asked = {"query": "subscription { failing }"}
    response = await http.post("/graphql", json=asked, headers={"Accept": EVENTS})
    first, (name, content), complete = events(response.text)
    assert (first, complete) == (("next", {"data": {"failing": 1}}), ("complete", None))
    assert (name, content["data"]) == ("next", None)
    assert content["errors"][0]["extensions"]["field"] == "after"


@pytest.mark.parametrize(
    ("accept", "opening", "heartbeat"),
    [
        (EVENTS, b":\n\n", b":\n\n"),
        (PARTS, b"--graphql", b"\r\nContent-Type: application/json\r\n\r\n{}\r\n--graphql"),
    ],
)
async def test_a_stream_with_nothing_to_tell_shows_that_it_lives(
    serve: Serve, make_token: MakeToken, accept: str, opening: bytes, heartbeat: bytes
) -> None:
    async with (
        serve(Settings(stream_heartbeat_seconds=0.05)) as stand,
        following(stand.url, make_token(), "subscription{silent}", accept) as chunks,
    ):
        heard = b""
        while len(heard) < len(opening + heartbeat * 2):
            heard += await anext(chunks)
        assert heard == opening + heartbeat * 2


@pytest.mark.parametrize("accept", [EVENTS, PARTS])
async def test_a_stream_ends_with_the_credentials_that_opened_it(
    stand: Any, make_token: MakeToken, accept: str
) -> None:
    almost = make_token(Role.ANALYST, timedelta(seconds=1))
    async with following(stand.url, almost, "subscription{silent}", accept) as chunks:
        body = b"".join([chunk async for chunk in chunks])
    assert ending(body, accept) == ("the credentials have expired", "UNAUTHENTICATED")


@pytest.mark.parametrize("accept", [EVENTS, PARTS])
async def test_a_stream_ends_when_its_credentials_no_longer_hold(
    stand: Any, make_token: MakeToken, accept: str
) -> None:
    async with following(stand.url, make_token(), "subscription{silent}", accept) as chunks:
        first = await anext(chunks)
        stand.tenants.failure = NotFound("no such tenant")
        await stand.standing.check()
        body = first + b"".join([chunk async for chunk in chunks])
    assert ending(body, accept) == ("the credentials no longer hold", "UNAUTHENTICATED")


async def test_leaving_early_leaves_nothing_behind(stand: Any, make_token: MakeToken) -> None:
    before = len(asyncio.all_tasks())
    for accept in (EVENTS, PARTS):
        async with following(stand.url, make_token(), "subscription{ticks}", accept) as chunks:
            await anext(chunks)
    async with asyncio.timeout(5):
        while len(asyncio.all_tasks()) > before:  # noqa: ASYNC110 - tasks tell nobody
            await asyncio.sleep(0.01)


async def test_streams_are_counted_apart_from_requests(
    stand: Any, http: httpx2.AsyncClient, make_token: MakeToken
) -> None:
    async with following(stand.url, make_token(), "subscription{silent}", EVENTS) as chunks:
        await anext(chunks)
        told = (await http.get("/metrics")).text
        assert "liftos_core_data_http_streams 1.0" in told
        assert "liftos_core_data_http_in_flight 1.0" in told
        answered = 'http_requests_total{method="POST",operation="",route="/graphql",status="200"} 1'
        assert answered in told
    async with asyncio.timeout(5):
        gone = "liftos_core_data_http_streams 0.0"
        while gone not in (await http.get("/metrics")).text:  # noqa: ASYNC110 - it tells nobody
            await asyncio.sleep(0.01)


@pytest.mark.parametrize("accept", [EVENTS, PARTS])
async def test_who_does_not_read_is_ended_and_told_why(
    serve: Serve, make_token: MakeToken, accept: str
) -> None:
    async with serve(Settings(stream_stall_seconds=1)) as stand:
        FILLED.clear()
        reader, writer = await asyncio.open_connection("127.0.0.1", stand.port, limit=1024)
        body = json.dumps({"query": "subscription{filling}"}).encode()
        writer.write(
            b"POST /graphql HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
            b"Content-Type: application/json\r\nAccept: %s\r\n"
            b"Authorization: Bearer %s\r\nContent-Length: %d\r\n\r\n%s"
            % (accept.encode(), make_token().encode(), len(body), body)
        )
        await asyncio.sleep(1.4)
        # What the buffers of the connection hold, and one result beyond.
        made = sum(FILLED)
        assert 0 < made < 30_000
        async with asyncio.timeout(20):
            told = (await reader.read())[-600:]
        writer.close()
        await writer.wait_closed()
        assert sum(FILLED) == made
    assert b"you read too slowly; resume after the last sequence you saw" in told
    assert (b"event: complete" if accept == EVENTS else b"--graphql--") in told


@asynccontextmanager
async def following(
    url: str, token: str, query: str, accept: str
) -> AsyncIterator[AsyncIterator[bytes]]:
    headers = {"Authorization": f"Bearer {token}", "Accept": accept}
    async with (
        httpx2.AsyncClient(base_url=url, headers=headers, timeout=20) as client,
        client.stream("POST", "/graphql", json={"query": query}) as response,
    ):
        assert response.status_code == 200
        yield response.aiter_raw()


def events(text: str) -> list[tuple[str, Any]]:
    """Name and data of each event."""
    found = []
    for block in text.split("\n\n"):
        fields = dict(line.split(":", 1) for line in block.splitlines() if line[0] != ":")
        if fields:
            data = fields["data"].strip()
            found.append((fields["event"].strip(), json.loads(data) if data else None))
    return found


def parts(body: bytes) -> list[Any]:
    """The JSON of each part."""
    opening, *rest = body.split(b"--graphql")
    assert (opening, rest[-1]) == (b"", b"--\r\n")
    return [json.loads(each.split(b"\r\n\r\n", 1)[1]) for each in rest[:-1]]


def ending(body: bytes, accept: str) -> tuple[str, str]:
    """Why a stream ended, by its last words."""
    if accept == EVENTS:
        *_, (name, content), complete = events(body.decode())
        assert (name, complete) == ("next", ("complete", None))
    else:
        content = parts(body)[-1]
        assert content["payload"] is None
    [error] = content["errors"]
    return error["message"], error["extensions"]["code"]
