"""One object on its way to S3: whole when it is small, in parts that appear together when not."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from types import TracebackType
from typing import Any, Self

from obstore.store import S3Store

PART_BYTES = 8 << 20
"""S3 takes 10,000 parts: an object may have 80 GB."""
_PARTS_AT_ONCE = 3


class _Abandoned(Exception):
    """Raised into the client, so that it takes back the parts that are there already."""


class Upload:
    """Takes chunks; nothing is to be seen of them before `finish` returns.

    Leaving without `finish`, by an error or a cancel, takes back what was sent.
    """

    def __init__(self, store: S3Store, key: str) -> None:
        self._store = store
        self._key = key
        self._pending = bytearray()
        self._parts: asyncio.Queue[bytes | None] = asyncio.Queue(1)
        self._task: asyncio.Future[Any] | None = None
        self._is_abandoned = False

    async def send(self, chunk: bytes) -> None:
        """One chunk more; waits while the service is slower than the sender."""
        self._pending += chunk
        if len(self._pending) < PART_BYTES:
            return
        part = bytes(self._pending)
        self._pending.clear()
        if self._task is None:
            self._task = self._begun()
        await self._offer(self._task, part)

    async def finish(self) -> None:
        """Let the object appear."""
        if self._task is None:
            await self._store.put_async(self._key, bytes(self._pending), use_multipart=False)
            return
        if self._pending:
            await self._offer(self._task, bytes(self._pending))
        await self._offer(self._task, None)
        await asyncio.shield(self._task)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._task is None or self._task.done():
            return
        self._is_abandoned = True
        with suppress(asyncio.QueueFull):
            self._parts.put_nowait(None)
        # A client that is cancelled takes nothing back: it is left the time to.
        await asyncio.wait([self._task])

    def _begun(self) -> asyncio.Future[Any]:
        return asyncio.ensure_future(
            self._store.put_async(
                self._key,
                self._handed_over(),
                use_multipart=True,
                chunk_size=PART_BYTES,
                max_concurrency=_PARTS_AT_ONCE,
            )
        )

    async def _handed_over(self) -> AsyncIterator[bytes]:
        while True:
            part = await self._parts.get()
            if self._is_abandoned:
                raise _Abandoned
            if part is None:
                return
            yield part

    async def _offer(self, task: asyncio.Future[Any], part: bytes | None) -> None:
        """Hand a part over, unless the client has given up: then its error is raised."""
        offer = asyncio.ensure_future(self._parts.put(part))
        try:
            await asyncio.wait({offer, task}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            offer.cancel()
        if task.done():
            await task
