"""A server that only writes: what the load itself can reach. `python -m benchmarks.peers.trivial`.

The path is the number of bytes that are answered.
"""

from __future__ import annotations

import asyncio
import os
from typing import cast

import uvloop


class Writer(asyncio.Protocol):
    """One connection."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep what is written to."""
        self._transport = cast("asyncio.Transport", transport)
        self._held = b""

    def data_received(self, data: bytes) -> None:
        """Answer as soon as a whole request is there."""
        head, end, body = (self._held + data).partition(b"\r\n\r\n")
        length = head.partition(b"Content-Length: ")[2].partition(b"\r\n")[0]
        if not end or len(body) < int(length or 0):
            self._held += data
            return
        self._held = b""
        size = int(head.split(maxsplit=2)[1].strip(b"/") or 0)
        answer = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % size
        self._transport.write(answer + bytes(size))


async def main() -> None:
    """Serve until it is ended."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Writer, "127.0.0.1", int(os.environ["PORT"]))
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(main())
