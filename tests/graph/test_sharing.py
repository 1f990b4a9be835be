"""Readings that many followers ask for at once."""

from __future__ import annotations

import asyncio
from typing import Any
from unittest.mock import patch

import pytest

from core.errors import Transient
from graph.schema import LiftosSchema
from loaders.sharing import MAX_BATCH, SharedReads
from resolvers.session import Session
from tests.graph.test_events import FOLLOW, at, context, told
from tests.jobs.by_hand import ByHand

__all__ = ["at"]

FOLLOWERS = 50
DAY = "2026-05-01"


class Counted:
    """A reading that answers how often it was carried out, when it is let."""

    def __init__(self) -> None:
        self.begun = 0
        self.is_begun = asyncio.Event()
        self.gate = asyncio.Event()

    async def __call__(self) -> int:
        self.begun += 1
        self.is_begun.set()
        number = self.begun
        await self.gate.wait()
        return number


async def test_who_asks_before_a_reading_begins_is_answered_by_it() -> None:
    shared, reading = SharedReads(), Counted()
    reading.gate.set()
    assert await asyncio.gather(*(shared.read("x", reading) for _ in range(9))) == [1] * 9
    assert await shared.read("x", reading) == 2


async def test_who_asks_later_is_answered_by_one_that_begins_later() -> None:
    shared, reading = SharedReads(), Counted()
    first = asyncio.create_task(shared.read("x", reading))
    await reading.is_begun.wait()
    later = [asyncio.create_task(shared.read("x", reading)) for _ in range(9)]
    await asyncio.sleep(0.01)
    assert reading.begun == 1
    reading.gate.set()
    assert await first == 1
    assert await asyncio.gather(*later) == [2] * 9


async def test_different_readings_do_not_wait_for_each_other() -> None:
    shared, slow, quick = SharedReads(), Counted(), Counted()
    waiting = asyncio.create_task(shared.read("slow", slow))
    quick.gate.set()
    assert await shared.read("quick", quick) == 1
    slow.gate.set()
    assert await waiting == 1


async def test_who_leaves_takes_nothing_from_the_others() -> None:
    shared, reading = SharedReads(), Counted()
    both = [asyncio.create_task(shared.read("x", reading)) for _ in range(2)]
    await reading.is_begun.wait()
    both[0].cancel()
    reading.gate.set()
    assert await both[1] == 1
    assert both[0].cancelled()


async def test_a_failure_is_everybodys_and_is_not_kept() -> None:
    async def fail() -> int:
        raise Transient("the database does not answer")

    shared, reading = SharedReads(), Counted()
    found = await asyncio.gather(
        *(shared.read("x", fail) for _ in range(3)), return_exceptions=True
    )
    assert [type(each) for each in found] == [Transient] * 3
    reading.gate.set()
    assert await shared.read("x", reading) == 1


async def test_what_is_asked_of_one_kind_is_read_at_once() -> None:
    shared, asked, gate, is_begun = (
        SharedReads(),
        list[list[int]](),
        asyncio.Event(),
        asyncio.Event(),
    )

    async def squares(keys: list[int]) -> dict[int, int]:
        asked.append(sorted(keys))
        is_begun.set()
        await gate.wait()
        return {key: key * key for key in keys if key < 100}

    first = asyncio.create_task(shared.read_one("squares", 1, squares))
    await is_begun.wait()
    later = [asyncio.create_task(shared.read_one("squares", n, squares)) for n in (2, 3, 3, 100)]
    await asyncio.sleep(0.01)
    gate.set()
    assert await first == 1
    assert await asyncio.gather(*later) == [4, 9, 9, None]
    assert asked == [[1], [2, 3, 100]]


async def test_one_reading_has_so_many_keys_and_a_failed_one_leaves_none_behind() -> None:
    shared, asked = SharedReads(), list[int]()

    async def fail(keys: list[int]) -> dict[int, int]:
        asked.append(len(keys))
        raise Transient("the database does not answer")

    async def read(keys: list[int]) -> dict[int, int]:
        asked.append(len(keys))
        return dict.fromkeys(keys, 1)

    found = await asyncio.gather(
        *(shared.read_one("x", n, fail) for n in range(3)), return_exceptions=True
    )
    assert [type(each) for each in found] == [Transient] * 3
    wanted = range(MAX_BATCH + 1)
    assert await asyncio.gather(*(shared.read_one("x", n, read) for n in wanted)) == [1] * len(
        wanted
    )
    assert asked == [3, MAX_BATCH, 1]


@pytest.mark.parametrize(
    ("query", "runs_read"), [(FOLLOW, 3), (FOLLOW.replace("run { status }", ""), 0)]
)
async def test_followers_who_wake_together_read_together(
    schema: LiftosSchema, at: ByHand, query: str, runs_read: int
) -> None:
    """Counted at the stores: one reading of the events, one of the run they tell of."""
    shared, streams = SharedReads(), []
    for _ in range(FOLLOWERS):
        made = context(at)
        made.session = Session.open(at.scope, at.stores, shared=shared)
        stream: Any = await schema.subscribe(query, {"after": 9}, made)
        streams.append(stream)
    assert [each["sequence"] for each in await together(streams)] == [10] * FOLLOWERS
    waiting = asyncio.ensure_future(together(streams))
    await asyncio.sleep(0.3)
    with (
        patch.object(at.stores.events, "after", wraps=at.stores.events.after) as events,
        patch.object(at.stores.runs, "by_ids", wraps=at.stores.runs.by_ids) as runs,
    ):
        claimed = await at.begun(DAY, DAY)
        await at.stores.topics.announce(at.scope, claimed.run.id)
        heard = await waiting
    assert [each["sequence"] for each in heard] == [11] * FOLLOWERS
    assert 1 <= events.call_count <= 3
    assert runs.call_count <= runs_read
    for stream in streams:
        await stream.aclose()
    await at.work.runs.cancel(at.scope, claimed)


async def together(streams: list[Any]) -> list[dict[str, Any]]:
    return list(await asyncio.gather(*map(told, streams)))


@pytest.mark.parametrize("begins", [True, False])
async def test_a_reading_that_nobody_waits_for_any_more_is_broken_off(*, begins: bool) -> None:
    shared, ends = SharedReads(), list[str]()

    async def reading() -> str:
        try:
            await asyncio.Event().wait()
        finally:
            ends.append("broken off")
        return "never"

    async def quick() -> str:
        return "again"

    first = asyncio.create_task(shared.read("key", reading))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    both = [first] if begins else [asyncio.create_task(shared.read("key", reading)), first]
    await asyncio.sleep(0)
    for each in both:
        each.cancel()
    await asyncio.wait(both)
    assert await shared.read("key", quick) == "again"
    assert ends == ["broken off"]
