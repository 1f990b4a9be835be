"""An answer whose body is read while it is sent: no more in memory than a block."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Iterator, Mapping
from contextlib import aclosing

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from app.http.leaving import left

STALL_SECONDS = 60.0
"""How long a caller may take for one piece, before their place is given to another."""
_PIECE_BYTES = 1 << 18


class FileAnswer(Response):
    """Sends `blocks` as fast as the caller takes them; ends when the caller leaves or stalls.

    A block that cannot be read ends the connection, so that nobody takes a part for the whole.
    """

    def __init__(
        self, status: int, headers: Mapping[str, str], blocks: AsyncGenerator[bytes, None]
    ) -> None:
        super().__init__(status_code=status, headers=dict(headers))
        self._blocks = blocks

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it, watching whether anybody is there."""
        del scope
        sending = asyncio.create_task(self._send(send))
        leaving = asyncio.create_task(left(receive))
        try:
            await asyncio.wait({sending, leaving}, return_when=asyncio.FIRST_COMPLETED)
            if sending.done():
                await sending
        finally:
            for task in (sending, leaving):
                task.cancel()
            await asyncio.gather(sending, leaving, return_exceptions=True)

    async def _send(self, send: Send) -> None:
        async with aclosing(self._blocks) as blocks:
            # Read before anything is said, so that what cannot be read is still told as an error.
            block = await anext(blocks, b"")
            start = {"type": "http.response.start", "status": self.status_code}
            await send({**start, "headers": self.raw_headers})
            while block:
                for piece in _pieces(block):
                    async with asyncio.timeout(STALL_SECONDS):
                        await send({"type": "http.response.body", "body": piece, "more_body": True})
                block = await anext(blocks, b"")
        await send({"type": "http.response.body", "body": b"", "more_body": False})


def _pieces(block: bytes) -> Iterator[bytes]:
    for start in range(0, len(block), _PIECE_BYTES):
        yield block[start : start + _PIECE_BYTES]
