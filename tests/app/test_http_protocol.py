"""Connections whose headers do not end, byte by byte."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress

import pytest

from app.http import protocol
from app.http.factory import create_app
from app.http.protocol import BoundedHttp
from core.settings import Settings
from tests.app.conftest import Stand, schema
from tests.serving import quiet, serving

HEALTH = b"GET /healthz HTTP/1.1\r\nHost: here\r\n\r\n"


@pytest.fixture
async def port() -> AsyncIterator[int]:
    app = create_app(Settings(), schema(), Stand().services)
    async with serving(quiet(app, http=BoundedHttp)) as url:
        yield int(url.rpartition(":")[2])


async def told(port: int, *parts: bytes) -> bytes:
    """All that a connection is told after it has sent `parts`, until it is closed."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for part in parts:
        writer.write(part)
        await writer.drain()
    async with asyncio.timeout(10):
        heard = await reader.read()
    writer.close()
    return heard


async def test_headers_that_do_not_come_are_not_waited_for(
    port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(protocol, "HEAD_SECONDS", 0.2)
    assert await told(port) == b""
    slow = await told(port, b"GET /healthz HTTP/1.1\r\nX-")
    assert slow.startswith(b"HTTP/1.1 408 Request Timeout\r\n")
    second = await told(port, HEALTH, HEALTH[:10])
    assert second.startswith(b"HTTP/1.1 200 OK\r\n")
    assert b"HTTP/1.1 408 Request Timeout\r\n" in second


@pytest.mark.parametrize(
    "begun",
    [b"GET /", b"GET /healthz HTTP/1.1\r\nX-Long: ", b"GET /healthz HTTP/1.1\r\n"],
    ids=["address", "header", "headers"],
)
async def test_headers_without_end_are_refused(port: int, begun: bytes) -> None:
    more = b"X-A: b\r\n" if begun.endswith(b"\r\n") else b"a" * 8
    heard = await told(port, begun, *[more * 125] * 66)
    assert heard.startswith(b"HTTP/1.1 431 Request Header Fields Too Large\r\n")


async def test_a_body_is_not_counted_as_headers(port: int) -> None:
    body = b"x" * 300_000
    head = b"POST /healthz HTTP/1.1\r\nHost: here\r\nContent-Length: 300000\r\n\r\n"
    heard = await told(port, head, body, b"GET /healthz HTTP/1.0\r\n\r\n")
    assert heard.count(b"HTTP/1.1 405") == 1
    assert b"431" not in heard


async def test_blank_lines_are_no_request_that_is_waited_for(
    port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(protocol, "HEAD_SECONDS", 0.2)
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(HEALTH)
    await reader.readuntil(b"}")
    async with asyncio.timeout(10):
        while not reader.at_eof():
            writer.write(b"\r\n")
            await asyncio.sleep(0.05)
            with suppress(TimeoutError):
                async with asyncio.timeout(0.01):
                    await reader.read(1_000)
    writer.close()


class Written(asyncio.Transport):
    """A transport that keeps what is written, each write by itself."""

    def __init__(self) -> None:
        super().__init__()
        self.kept: list[bytes] = []
        self.is_closed = False

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.kept.append(bytes(data))

    def close(self) -> None:
        self.is_closed = True

    def is_closing(self) -> bool:
        return self.is_closed


OK = b"HTTP/1.1 200 OK\r\n\r\n"


async def test_a_head_and_its_body_are_one_write() -> None:
    written = Written()
    way = protocol.Joined(written, asyncio.get_running_loop())
    way.write(OK)
    way.write(b"first")
    way.write(b"second")
    assert written.kept == [OK + b"first", b"second"]
    way.write(OK)
    way.write(b"x" * (protocol.APART + 1))
    assert b"".join(written.kept[2:]) == OK + b"x" * (protocol.APART + 1)
    await asyncio.sleep(0)
    assert len(b"".join(written.kept)) == 2 * len(OK) + 11 + protocol.APART + 1


async def test_a_head_without_a_body_goes_out_in_the_same_turn() -> None:
    written = Written()
    way = protocol.Joined(written, asyncio.get_running_loop())
    way.write(OK)
    assert written.kept == []
    await asyncio.sleep(0)
    assert written.kept == [OK]
    way.write(OK)
    way.close()
    assert (written.kept, way.is_closing()) == ([OK, OK], True)
    way.write(OK)
    await asyncio.sleep(0)
    assert written.kept == [OK, OK]


async def test_requests_in_a_row_are_answered_in_their_order(port: int) -> None:
    heads = [f"{method} /healthz HTTP/1.1\r\nHost: here\r\n" for method in ("HEAD", "GET", "HEAD")]
    last = "GET /healthz HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n"
    heard = await told(port, ("\r\n".join([*heads, ""]) + last).encode())
    answers = heard.split(b"HTTP/1.1 ")[1:]
    assert [each[:3] for each in answers] == [b"405", b"200", b"405", b"200"]
    assert [each.endswith(b'{"status":"ok"}') for each in answers][1::2] == [True, True]
