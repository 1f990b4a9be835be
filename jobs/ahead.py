"""One step of a pipeline runs ahead of the next, as far as it may."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing, asynccontextmanager
from typing import Generic, TypeVar

Item = TypeVar("Item")


@asynccontextmanager
async def ahead(
    items: AsyncGenerator[Item, None], weigh: Callable[[Item], int], most: int
) -> AsyncIterator[AsyncIterator[list[Item]]]:
    """Run `items` in a task of its own; they come in batches of all that has gathered.

    The task pauses while what has gathered weighs `most` or more. An error of `items` is
    raised after all that came before it; leaving the context ends the task.
    """
    gathered = _Gathered(weigh, most)
    task = asyncio.create_task(_fill(items, gathered))
    try:
        yield _batches(gathered, task)
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


class _Gathered(Generic[Item]):
    """Items that were made and not taken yet."""

    def __init__(self, weigh: Callable[[Item], int], most: int) -> None:
        self._weigh = weigh
        self._most = most
        self._weight = 0
        self._items: list[Item] = []
        self._has_room = asyncio.Event()
        self._has_news = asyncio.Event()
        self._has_room.set()

    async def put(self, item: Item) -> None:
        """Add an item, once there is room for it."""
        await self._has_room.wait()
        self._items.append(item)
        self._weight += self._weigh(item)
        if self._weight >= self._most:
            self._has_room.clear()
        self._has_news.set()

    def end(self) -> None:
        """Say that no more will come."""
        self._has_news.set()

    async def take(self) -> list[Item]:
        """All that is there, once there is something; nothing after the end."""
        await self._has_news.wait()
        taken, self._items, self._weight = self._items, [], 0
        self._has_room.set()
        self._has_news.clear()
        return taken


async def _fill(items: AsyncGenerator[Item, None], gathered: _Gathered[Item]) -> None:
    try:
        async with aclosing(items):
            async for item in items:
                await gathered.put(item)
    finally:
        gathered.end()


async def _batches(
    gathered: _Gathered[Item], task: asyncio.Task[None]
) -> AsyncIterator[list[Item]]:
    while batch := await gathered.take():
        yield batch
        if task.done():
            gathered.end()
    await task
