"""Bodies on their way in: read from files, counted and hashed as they pass."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator, Callable
from functools import partial
from operator import methodcaller
from pathlib import Path
from typing import IO, ParamSpec, TypeVar

from core.errors import Transient
from core.records.objects import PutObject
from core.tasks import through
from stores.objects.port import Body

BLOCK_BYTES = 1 << 20

P = ParamSpec("P")
T = TypeVar("T")


class Meter:
    """Counts and hashes what passes."""

    def __init__(self) -> None:
        self.size_bytes = 0
        self._digest = hashlib.sha256()

    def take(self, chunk: bytes) -> None:
        """One chunk passed."""
        self.size_bytes += len(chunk)
        self._digest.update(chunk)

    def told(self, name: str, expected: str | None) -> PutObject:
        """What passed as a whole, or Transient when it should have been something else."""
        sha256 = self._digest.hexdigest()
        if expected is not None and expected != sha256:
            raise Transient(f"{name} did not arrive as it was sent: its SHA-256 differs")
        return PutObject(name, self.size_bytes, sha256)


async def chunks(body: Body) -> AsyncIterator[bytes]:
    """The chunks of a body; of a file in blocks of `BLOCK_BYTES`."""
    if not isinstance(body, Path):
        async for chunk in body:
            yield chunk
        return
    file = await opened(partial(body.open, "rb"), methodcaller("close"))
    try:
        while block := await in_thread(file.read, BLOCK_BYTES):
            yield block
    finally:
        file.close()


async def in_thread(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """As asyncio.to_thread; one who is cancelled leaves only when the thread has ended.

    A file that were closed under a thread's hands could be another file by then.
    """
    return await through(asyncio.to_thread(work, *args, **kwargs))


async def opened(opening: Callable[[], T], close: Callable[[T], object]) -> T:
    """What `opening` opens in a thread; for one who is cancelled meanwhile, it is closed again."""
    found: list[T] = []
    try:
        await in_thread(lambda: found.append(opening()))
    except BaseException:
        for one in found:
            close(one)
        raise
    return found[0]


def read_at(file: IO[bytes], start: int, length: int) -> bytes:
    """At most `length` bytes from `start`."""
    file.seek(start)
    return file.read(length)
