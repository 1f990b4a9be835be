"""Readings that many readers ask for at the same moment, carried out once."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Mapping
from functools import partial
from typing import Any, TypeVar, cast

MAX_BATCH = 200
"""Most keys of one reading; more are read one after the other."""

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class SharedReads:
    """Lets everyone who asks for the same before a reading begins be answered by that one.

    Whoever asks later gets a reading that begins later, so nobody is answered from a time
    before the asking. At any time one reading of a kind is under way, and one waits at most.
    """

    def __init__(self) -> None:
        self._waiting: dict[Hashable, _Turn] = {}
        self._running: dict[Hashable, asyncio.Task[Any]] = {}
        self._asked: dict[Hashable, dict[Any, None]] = {}

    async def read(self, key: Hashable, reading: Callable[[], Awaitable[Value]]) -> Value:
        """What `reading` answers; `key` has to tell tenants and everything else asked apart."""
        turn = self._waiting.get(key)
        if turn is None:
            turn = self._waiting[key] = _Turn(asyncio.create_task(self._turn(key, reading)))
        # A reader that leaves does not take the reading away from the others; the last one does.
        turn.readers += 1
        try:
            await turn.over.wait()
        finally:
            turn.readers -= 1
            self._let_go(key, turn)
        return cast("Value", turn.task.result())

    def _let_go(self, key: Hashable, turn: _Turn) -> None:
        if turn.readers or turn.task.done():
            return
        if self._waiting.get(key) is turn:
            del self._waiting[key]
        turn.task.cancel()

    async def read_one(
        self,
        group: Hashable,
        key: Key,
        reading: Callable[[list[Key]], Awaitable[Mapping[Key, Value]]],
    ) -> Value | None:
        """What `reading` answers for `key`; it is asked for all keys of a group at once.

        `group` has to tell tenants and what is asked of the keys apart.
        """
        self._asked.setdefault(group, {})[key] = None
        found = await self.read(group, partial(self._read_all, group, reading))
        return found.get(key)

    async def _read_all(
        self,
        group: Hashable,
        reading: Callable[[list[Key]], Awaitable[Mapping[Key, Value]]],
    ) -> Mapping[Key, Value]:
        """Whoever asks from now on has the next turn, for this one has begun."""
        keys = list(self._asked.pop(group))
        parts = [keys[at : at + MAX_BATCH] for at in range(0, len(keys), MAX_BATCH)]
        found: dict[Key, Value] = {}
        for part in parts:
            found |= await reading(part)
        return found

    async def _turn(self, key: Hashable, reading: Callable[[], Awaitable[Value]]) -> Value:
        if (before := self._running.get(key)) is not None:
            await asyncio.wait({before})
        task = self._running[key] = self._waiting.pop(key).task
        try:
            return await reading()
        finally:
            if self._running.get(key) is task:
                del self._running[key]


class _Turn:
    """One reading and those who wait for it: for thousands an event is lighter than a shield."""

    def __init__(self, task: asyncio.Task[Any]) -> None:
        self.task = task
        self.readers = 0
        self.over = asyncio.Event()
        task.add_done_callback(self._end)

    def _end(self, task: asyncio.Task[Any]) -> None:
        if not task.cancelled():
            # Every reader may have left before it failed.
            task.exception()
        self.over.set()
