"""One kind of loader for every slice: keys in, a dict out, one answer a key."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Hashable, Mapping
from typing import TypeVar

from aiodataloader import DataLoader

MAX_BATCH = 1000
"""Most keys of one store call; a longer queue is cut into several."""

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


def keyed(fetch: Callable[[list[K]], Awaitable[Mapping[K, V]]]) -> DataLoader[K, V | None]:
    """A loader that asks `fetch` for many keys at once and answers None for a missing one."""

    async def load(keys: list[K]) -> list[V | None]:
        found = await fetch(keys)
        return [found.get(key) for key in keys]

    return DataLoader(load, max_batch_size=MAX_BATCH)
