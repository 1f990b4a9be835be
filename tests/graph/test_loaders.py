"""Loaders of one operation: who is cut off cuts off nobody else, and nothing outlives the end."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from loaders.batching import MAX_BATCH, Batches, keyed


class Slow:
    """A store whose calls last until they are let go."""

    def __init__(self) -> None:
        self.asked: list[list[int]] = []
        self.cancelled = 0
        self.begun, self.free = asyncio.Event(), asyncio.Event()

    async def fetch(self, keys: list[int]) -> Mapping[int, str]:
        self.asked.append(keys)
        self.begun.set()
        try:
            await self.free.wait()
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        return {key: str(key) for key in keys}


async def test_one_that_is_cut_off_does_not_cut_off_another() -> None:
    slow = Slow()
    loader = keyed(slow.fetch, Batches())
    first, second = (asyncio.ensure_future(loader.load(7)) for _ in range(2))
    await slow.begun.wait()
    first.cancel()
    slow.free.set()
    assert await second == "7"
    assert first.cancelled()
    assert (slow.asked, slow.cancelled) == ([[7]], 0)


async def test_batches_end_with_their_operation() -> None:
    slow, batches = Slow(), Batches()
    loader = keyed(slow.fetch, batches)
    asking = asyncio.ensure_future(loader.load(7))
    await slow.begun.wait()
    late = asyncio.ensure_future(loader.load(8))
    batches.close()
    for _ in range(10):
        await asyncio.sleep(0)
    assert (slow.asked, slow.cancelled) == ([[7]], 1)
    assert not asking.done()
    assert not late.done()
    asking.cancel()
    late.cancel()


async def test_a_batch_holds_no_more_keys_than_a_store_call_may() -> None:
    slow = Slow()
    slow.free.set()
    loader = keyed(slow.fetch, Batches())
    found = await asyncio.gather(*(loader.load(key) for key in range(2 * MAX_BATCH + 1)))
    assert found == [str(key) for key in range(2 * MAX_BATCH + 1)]
    assert [len(keys) for keys in slow.asked] == [MAX_BATCH, MAX_BATCH, 1]
