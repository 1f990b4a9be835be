"""Subscribers for `benchmarks.subscribers`: sockets as light as they can be, in one process.

Prints a line when all are subscribed, and one with the arrivals of every event when all have
heard the last of them.
"""

from __future__ import annotations

import asyncio
import base64
import json
import os
import resource
import sys
import time
import zlib
from typing import Any

OPENED_AT_ONCE = 50
SUBSCRIBED_SECONDS = 3.0
TEXT, PONG, PING = 0x81, 0x8A, 0x9


class Subscriber(asyncio.Protocol):
    """One socket, which notes when each event came."""

    def __init__(self, plan: dict[str, Any]) -> None:
        self._plan = plan
        self._buffer = b""
        self._inflate = zlib.decompressobj(-zlib.MAX_WBITS)
        self.is_open = False
        self.ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.times: list[float] = []

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask for the upgrade."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        deflate = (
            "Sec-WebSocket-Extensions: permessage-deflate\r\n" if self._plan["deflate"] else ""
        )
        transport.write(
            (
                "GET /graphql HTTP/1.1\r\nHost: bench\r\nUpgrade: websocket\r\n"
                "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                f"Sec-WebSocket-Key: {base64.b64encode(os.urandom(16)).decode()}\r\n{deflate}"
                "Sec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n"
            ).encode()
        )

    def data_received(self, data: bytes) -> None:
        """Read the head of the answer, then whole frames."""
        self._buffer += data
        if not self.is_open:
            head, end, rest = self._buffer.partition(b"\r\n\r\n")
            if not end:
                return
            assert b" 101 " in head, head
            self.is_open, self._buffer = True, rest
            token = {"Authorization": f"Bearer {self._plan['key']}"}
            self._say({"type": "connection_init", "payload": token})
        while (frame := self._frame()) is not None:
            self._hear(*frame)

    def connection_lost(self, exc: Exception | None) -> None:
        """No socket may be lost."""
        for waited in (self.ready, self.done):
            if not waited.done():
                waited.set_exception(exc or ConnectionError("closed by the server"))

    def _frame(self) -> tuple[int, bytes] | None:
        if len(self._buffer) < 2:
            return None
        size, start = self._buffer[1] & 0x7F, 2
        if size == 126:
            size, start = int.from_bytes(self._buffer[2:4], "big"), 4
        if len(self._buffer) < start + size:
            return None
        first, body = self._buffer[0], self._buffer[start : start + size]
        self._buffer = self._buffer[start + size :]
        if first & 0x40:
            body = self._inflate.decompress(body + b"\x00\x00\xff\xff")
        return first & 0x0F, body

    def _hear(self, kind: int, body: bytes) -> None:
        if kind == PING:
            self._send(PONG, body)
        elif b'"next"' in body:
            self.arrive(body)
        elif b"connection_ack" in body:
            payload = {"query": self._plan["query"], "variables": self._plan.get("variables")}
            self._say({"id": "1", "type": "subscribe", "payload": payload})
            self.ready.set_result(None)

    def arrive(self, body: bytes) -> None:
        """Note when an event came."""
        del body
        self.times.append(time.time())
        if len(self.times) == self._plan["events"]:
            self.done.set_result(None)

    def _say(self, message: dict[str, Any]) -> None:
        self._send(TEXT, json.dumps(message).encode())

    def _send(self, first: int, body: bytes) -> None:
        # Masked with zeros, which leaves the bytes as they are.
        size = len(body)
        length = bytes([0x80 | size]) if size < 126 else b"\xfe" + size.to_bytes(2, "big")
        self._transport.write(bytes([first]) + length + b"\x00" * 4 + body)


async def main() -> None:
    """Open them, wait for the events, tell when they came."""
    plan = json.loads(sys.argv[1])
    resource.setrlimit(resource.RLIMIT_NOFILE, (20_000, 20_000))
    loop, began = asyncio.get_running_loop(), time.perf_counter()
    gate = asyncio.Semaphore(OPENED_AT_ONCE)

    async def opened() -> Subscriber:
        async with gate:
            _, made = await loop.create_connection(
                lambda: Subscriber(plan), "127.0.0.1", plan["port"]
            )
            await made.ready
        return made

    found = await asyncio.gather(*(opened() for _ in range(plan["count"])))
    seconds = time.perf_counter() - began
    await asyncio.sleep(SUBSCRIBED_SECONDS)
    print(json.dumps({"seconds": seconds}), flush=True)
    await asyncio.gather(*(each.done for each in found))
    arrived = list(zip(*(each.times for each in found), strict=True))
    print(json.dumps({"arrived": arrived}), flush=True)


if __name__ == "__main__":
    asyncio.run(main())
