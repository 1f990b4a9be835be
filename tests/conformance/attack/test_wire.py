"""What comes before a request: heads that are slow, large or meant to be read in two ways."""

from __future__ import annotations

import asyncio
import re
from contextlib import suppress
from urllib.parse import urlsplit

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from tests.conformance.attack.watch import Watched
from tests.conformance.deployed import Deployed

QUERY = b'{"query": "{viewer{actor}}"}'
PATIENCE = 40.0
CHUNKED = b"Transfer-Encoding: chunked\r\n"
CLOSE = b"Connection: close\r\n"
SOCKET = (
    b"Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
)


def head(first: bytes, headers: bytes = b"") -> bytes:
    return first + b" HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n" + headers + b"\r\n"


GET = head(b"GET /healthz", CLOSE)
POST = b"POST /graphql"


async def statuses(target: Deployed, *parts: bytes, pause: float = 0.0) -> list[int]:
    """Those of all answers until the server ends the connection, which it has to in time."""
    place = urlsplit(target.url)
    reader, writer = await asyncio.open_connection(place.hostname, place.port)
    answered = b""
    async with asyncio.timeout(PATIENCE):
        with suppress(ConnectionError):
            for part in parts:
                writer.write(part)
                await writer.drain()
                await asyncio.sleep(pause)
        with suppress(ConnectionError):
            while part := await reader.read(65_536):
                answered += part
    writer.close()
    return [int(status) for status in re.findall(rb"HTTP/1\.1 (\d+)", answered)]


@pytest.mark.parametrize(
    "asked",
    [
        head(POST, b"Content-Length: 5\r\n" + CHUNKED) + b"0\r\n\r\n" + GET,
        head(POST, CHUNKED + b"Content-Length: 5\r\n") + b"0\r\n\r\n" + GET,
        head(POST, b"Content-Length: 5\r\nContent-Length: 28\r\n") + QUERY,
        head(POST, b"Content-Length: 28, 28\r\n") + QUERY,
        head(POST, b"Content-Length: -1\r\n") + QUERY,
        head(POST, b"Content-Length: +28\r\n") + QUERY,
        head(POST, b"Content-Length: 0x1c\r\n") + QUERY,
        head(POST, b"Content-Length: " + b"9" * 40 + b"\r\n") + QUERY,
        head(POST, b"Transfer-Encoding: xchunked\r\n") + b"0\r\n\r\n",
        head(POST, b"Transfer-Encoding: chunked, identity\r\n") + b"0\r\n\r\n",
        head(POST, b"Transfer-Encoding : chunked\r\n") + b"0\r\n\r\n",
        head(POST, b"Transfer-Encoding: \x0bchunked\r\n") + b"0\r\n\r\n",
        head(POST, CHUNKED) + b"f" * 17 + b"\r\n" + QUERY,
        head(POST, CHUNKED) + b"1c\n" + QUERY + b"\n0\n\n",
        head(b"GET /healthz", b"X-A: b\r\n c\r\n"),
        head(b"GET /healthz", b"X-A: b\x00c\r\n"),
        head(b"GET /healthz", b"X-A: b\rX-B: c\r\n"),
        b"GET /healthz HTTP/1.1\nHost: a\n\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"x" * 200,
        head(b"CONNECT a:443"),
        head("GET /é".encode()),
    ],
    ids=lambda asked: repr(
        asked.replace(b" HTTP/1.1\r\nHost: a\r\nContent-Type: application/json", b"")
    )[:60],
)
async def test_what_could_be_read_in_two_ways_is_read_in_none(
    target: Deployed, asked: bytes
) -> None:
    assert await statuses(target, asked) == [400]


async def test_requests_in_one_packet_are_answered_in_their_order(target: Deployed) -> None:
    first = head(POST, b"Content-Length: 28\r\n") + QUERY
    assert await statuses(target, first + head(b"GET /nothing") + GET) == [401, 404, 200]


async def test_a_sender_that_waits_is_told_to_go_on(target: Deployed) -> None:
    waiting = head(POST, CLOSE + b"Expect: 100-continue\r\nContent-Length: 28\r\n")
    token = f"Authorization: Bearer {target.a.token()}\r\n\r\n".encode()
    assert await statuses(target, waiting[:-2] + token, QUERY, pause=0.2) == [100, 200]


async def test_a_head_is_small(target: Deployed, watched: Watched) -> None:
    before = watched.resident_bytes()
    endless = [b"a" * 65_536] * 200
    answers = await asyncio.gather(
        statuses(target, b"GET /healthz HTTP/1.1\r\nX-A: ", *endless),
        statuses(target, b"GET /", *endless),
        statuses(target, b"GET / HTTP/1.1\r\n", *[b"X-A: b\r\n" * 8_000] * 200),
        statuses(target, head(b"GET /healthz", CLOSE + b"X-A: " + b"a" * 60_000 + b"\r\n")),
    )
    # A sender that is cut off while it sends may never get to see why.
    assert [answer in ([], [431]) for answer in answers[:3]] == [True] * 3
    assert answers[3] == [200]
    assert watched.resident_bytes() - before < 10_000_000


async def test_a_head_comes_soon_or_the_connection_ends(target: Deployed) -> None:
    kept = head(b"GET /healthz")
    silent, part, second, dripping, blank, body = await asyncio.gather(
        statuses(target),
        statuses(target, b"GET /hea"),
        statuses(target, kept, b"GET /hea", pause=0.5),
        statuses(target, b"GET / HTTP/1.1\r\n", *[b"X-A: b\r\n"] * 35, pause=1),
        statuses(target, kept, *[b"\r\n"] * 35, pause=1),
        statuses(target, head(POST, b"Content-Length: 9\r\n"), b"{"),
    )
    assert (silent, part, second) == ([], [408], [200, 408])
    assert dripping in ([], [408])
    assert blank in ([], [200], [200, 408])
    assert body == [408]


@pytest.mark.parametrize(
    "asked",
    [
        head(b"GET /graphql", SOCKET + b"Content-Length: 3\r\n") + b"abc",
        head(b"GET /graphql", SOCKET + CHUNKED) + b"0\r\n\r\n",
        head(b"GET /graphql", SOCKET + b"X-A: b\r\n" * 200),
        head(b"GET /graphql", SOCKET + b"X-A: " + b"a" * 20_000 + b"\r\n"),
        head(b"GET /graphql?" + b"a" * 20_000, SOCKET),
    ],
    ids=["length", "chunked", "many headers", "long header", "long address"],
)
async def test_a_socket_that_cannot_be_opened_is_refused(target: Deployed, asked: bytes) -> None:
    assert await statuses(target, asked) == [400]


async def test_a_post_opens_no_socket(target: Deployed) -> None:
    assert await statuses(target, head(POST, SOCKET + b"Content-Length: 0\r\n")) == [401]


async def test_a_message_that_is_not_text_is_the_senders_fault(
    target: Deployed, watched: Watched
) -> None:
    async with connect(target.socket, subprotocols=[Subprotocol("graphql-transport-ws")]) as socket:
        with suppress(ConnectionClosed):
            async with socket.send_context():
                socket.protocol.send_text(b"\xff\xfe")
            await socket.recv()
        assert (socket.close_code, watched.errors()) == (1007, [])


async def test_thousands_of_idle_connections_keep_nobody_out(
    target: Deployed, watched: Watched
) -> None:
    place, files = urlsplit(target.url), watched.open_files()
    before = watched.resident_bytes()
    idle = [await asyncio.open_connection(place.hostname, place.port) for _ in range(2_000)]
    for _, writer in idle[::2]:
        writer.write(head(b"GET /healthz"))
    assert await statuses(target, GET) == [200]
    assert watched.resident_bytes() - before < 60_000_000
    async with asyncio.timeout(PATIENCE):
        await asyncio.gather(*(reader.read() for reader, _ in idle))
    for _, writer in idle:
        writer.close()
    assert watched.open_files() <= files + 20
    assert watched.errors() == []
