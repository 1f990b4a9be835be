"""Load: requests that are ready as bytes, over connections kept open, answers read by length.

Nothing is parsed but the head, so that one core of load outruns any of the servers.
"""

from __future__ import annotations

import asyncio
import itertools
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

LEAST_REQUESTS = 3
DATA = b'{"data":{'
"""What an answer begins with that holds no errors: those would be the fastest of all."""


@dataclass(frozen=True, slots=True)
class Measured:
    """How a load went: seconds of each request, and of all of them together."""

    took: tuple[float, ...]
    seconds: float

    @property
    def per_second(self) -> float:
        """Requests answered a second."""
        return len(self.took) / self.seconds

    def percentile(self, hundredth: int) -> float:
        """Milliseconds."""
        if len(self.took) < 2:
            return self.took[0] * 1000
        return statistics.quantiles(self.took, n=100, method="inclusive")[hundredth - 1] * 1000


def request(port: int, path: str, body: bytes, key: str = "") -> bytes:
    """A whole request."""
    authorization = f"Authorization: Bearer {key}\r\n" if key else ""
    head = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n{authorization}"
        "Accept: application/json\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


async def answer(port: int, sent: bytes) -> bytes:
    """The body of one answer; AssertionError unless its status is 200."""
    client = await _connected(port)
    try:
        await client.ask(sent)
        return client.body
    finally:
        client.close()


async def measure(
    port: int, requests: Sequence[bytes], connections: int, seconds: float, begin: bytes = DATA
) -> Measured:
    """Ask one after the other on each connection until `seconds` are over.

    AssertionError for an answer that does not `begin` so.
    """
    clients = [await _connected(port) for _ in range(connections)]
    turn = itertools.cycle(requests)
    took: list[float] = []
    began = time.perf_counter()

    async def ask(client: _Client) -> None:
        while time.perf_counter() - began < seconds or len(took) < LEAST_REQUESTS:
            sent_at = time.perf_counter()
            await client.ask(next(turn))
            took.append(time.perf_counter() - sent_at)
            assert client.begins(begin), client.body[:500]

    try:
        await asyncio.gather(*map(ask, clients))
        return Measured(tuple(took), time.perf_counter() - began)
    finally:
        for client in clients:
            client.close()


async def _connected(port: int) -> _Client:
    _, client = await asyncio.get_running_loop().create_connection(_Client, "127.0.0.1", port)
    return client


class _Client(asyncio.Protocol):
    """One connection, one request at a time."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self._missing: int | None = None
        self._answered: asyncio.Future[None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports are none of asyncio's classes.
        self._transport = cast("asyncio.Transport", transport)

    async def ask(self, sent: bytes) -> None:
        """Until the whole answer is here."""
        self._answered = asyncio.get_running_loop().create_future()
        self._parts, self._missing = [], None
        self._transport.write(sent)
        await self._answered

    @property
    def body(self) -> bytes:
        """Of the last answer."""
        return b"".join(self._parts)

    def begins(self, expected: bytes) -> bool:
        """Whether the last answer does."""
        head = next((part for part in self._parts if part), b"")
        return (head if len(head) >= len(expected) else self.body).startswith(expected)

    def close(self) -> None:
        """The connection is not needed any more."""
        self._answered = None
        self._transport.close()

    def data_received(self, data: bytes) -> None:
        if self._missing is None:
            head, end, data = (b"".join(self._parts) + data).partition(b"\r\n\r\n")
            if not end:
                self._parts = [head]
                return
            self._parts, self._missing = [], _length(head)
        self._parts.append(data)
        self._missing -= len(data)
        if self._missing <= 0 and self._answered is not None:
            self._answered.set_result(None)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._answered is not None and not self._answered.done():
            self._answered.set_exception(exc or ConnectionError("closed by the server"))


def _length(head: bytes) -> int:
    status, _, rest = head.partition(b"\r\n")
    assert b" 200 " in status, head
    for line in rest.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return int(value)
    raise AssertionError(f"an answer without its length: {head!r}")
