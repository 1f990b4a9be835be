"""Tasks of our own, and how they end."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from contextlib import suppress
from typing import Any, Final, TypeVar

T = TypeVar("T")

AGAIN_SECONDS: Final = 5.0
"""How long a task has for what it does at its end, before it is asked once more."""


async def end(*tasks: asyncio.Task[Any], again_seconds: float = AGAIN_SECONDS) -> None:
    """Cancel the tasks and wait until each has ended; raises what one of them ended by.

    One that goes on is cancelled again: `asyncio.wait_for` of Python 3.11, which drivers use,
    loses the cancelling that comes when its own wait is over (python/cpython#86296).
    """
    running = set(tasks)
    while running:
        for task in running:
            task.cancel()
        _, running = await asyncio.wait(running, timeout=again_seconds)
    for task in tasks:
        if not task.cancelled():
            task.result()


async def through(work: Awaitable[T]) -> T:
    """What `work` comes to. Who is cancelled meanwhile, however often, leaves when it has ended.

    For what must not be left half done: closing several things, a file in a thread's hands.
    """
    task = asyncio.ensure_future(work)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        while not task.done():
            with suppress(asyncio.CancelledError):
                await asyncio.wait([task])
        if not task.cancelled():
            task.exception()
        raise
