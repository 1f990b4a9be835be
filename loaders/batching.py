"""One kind of loader for every slice: keys in, a dict out, one answer a key."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Mapping
from typing import TypeVar

from aiodataloader import DataLoader

MAX_BATCH = 1000
"""Most keys of one store call; a longer queue is cut into several."""

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Batches:
    """The store calls under way for one operation.

    A loader makes them in tasks of its own, which whoever asked and was cut off leaves running:
    they end here, with the operation.
    """

    def __init__(self) -> None:
        self._running: set[asyncio.Task[object]] = set()
        self._is_over = False

    async def run(self, call: Awaitable[V]) -> V:
        """Make one store call, unless the operation has ended before its turn came."""
        task = asyncio.ensure_future(call)
        if self._is_over:
            task.cancel()
        self._running.add(task)
        try:
            return await task
        finally:
            self._running.discard(task)

    def close(self) -> None:
        """Cancel what is still under way."""
        self._is_over = True
        for task in self._running:
            task.cancel()


class Loader(DataLoader[K, V]):
    """Keeps one that asked and was cut off from cutting off the others who ask the same."""

    def load(self, key: K) -> asyncio.Future[V]:
        """The key's value; cancelling the wait for it does not cancel the value."""
        found = super().load(key)
        return found if found.done() else asyncio.shield(found)


def keyed(
    fetch: Callable[[list[K]], Awaitable[Mapping[K, V]]], batches: Batches
) -> Loader[K, V | None]:
    """A loader that asks `fetch` for many keys at once and answers None for a missing one."""

    async def load(keys: list[K]) -> list[V | None]:
        found = await batches.run(fetch(keys))
        return [found.get(key) for key in keys]

    return Loader(load, max_batch_size=MAX_BATCH)
