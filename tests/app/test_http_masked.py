"""What nobody foresaw is masked on every door, and found in the log by the id that is told."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import httpx2
import pytest
from structlog.testing import capture_logs

from tests.app.conftest import UNFORESEEN
from tests.app.sockets import MakeToken, begin, hear, opened, say
from tests.app.test_http_streams import EVENTS, PARTS

QUERY, SUBSCRIPTION = "{ broken }", "subscription { breaking }"
Door = Callable[[httpx2.AsyncClient, Any, MakeToken, str], Awaitable[str]]


async def by_post(http: httpx2.AsyncClient, _: Any, __: MakeToken, query: str) -> str:
    return (await http.post("/graphql", json={"query": query})).text


async def by_get(http: httpx2.AsyncClient, _: Any, __: MakeToken, query: str) -> str:
    return (await http.get("/graphql", params={"query": query})).text


async def by_batch(http: httpx2.AsyncClient, _: Any, __: MakeToken, query: str) -> str:
    return (await http.post("/graphql", json=[{"query": query}])).text


async def by_events(http: httpx2.AsyncClient, _: Any, __: MakeToken, query: str) -> str:
    return (await http.post("/graphql", json={"query": query}, headers={"Accept": EVENTS})).text


async def by_parts(http: httpx2.AsyncClient, _: Any, __: MakeToken, query: str) -> str:
    return (await http.post("/graphql", json={"query": query}, headers={"Accept": PARTS})).text


async def by_socket(_: httpx2.AsyncClient, stand: Any, make_token: MakeToken, query: str) -> str:
    async with opened(stand) as socket:
        await begin(socket, make_token())
        await say(socket, type="subscribe", id="1", payload={"query": query})
        return json.dumps([message async for message in until_end(socket)])


async def until_end(socket: Any) -> AsyncIterator[dict[str, Any]]:
    while True:
        message = await hear(socket)
        yield message
        if message["type"] in {"complete", "error"}:
            return


@pytest.mark.parametrize(
    ("door", "query"),
    [
        (by_post, QUERY),
        (by_get, QUERY),
        (by_batch, QUERY),
        (by_events, QUERY),
        (by_events, SUBSCRIPTION),
        (by_parts, SUBSCRIPTION),
        (by_socket, QUERY),
        (by_socket, SUBSCRIPTION),
    ],
)
async def test_the_unforeseen_is_masked_and_found_in_the_log(
    http: httpx2.AsyncClient, stand: Any, make_token: MakeToken, door: Door, query: str
) -> None:
    with capture_logs() as logs:
        told = await door(http, stand, make_token, query)
    assert "hunter2" not in told
    [request_id] = re.findall(r'"requestId": ?"([^"]+)"', told)
    assert re.findall(r'"code": ?"([^"]+)"', told) == ["INTERNAL"]
    assert re.findall(r'"message": ?"([^"]+)"', told) == ["Internal error"]
    [logged] = [line for line in logs if line["event"] == "a resolver failed"]
    assert logged["request_id"] == request_id
    assert str(logged["exc_info"]) == UNFORESEEN
