"""Answers that need not be made again: kept here, kept for all processes, or made right now.

An answer is found by what it was made of: under a key that holds the tokens of the data which
were read from the database after the request had come. So whatever is found is as new as what
would be made, and nothing has to be thrown away in time. See docs/adr/0032.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Final

import orjson

from core.lookups import Lookups
from core.records.answers import AnswerBounds, Footing, KeptAnswer, Place
from core.records.operations import CacheTier
from core.scope import Permission, TenantId, TenantScope
from loaders.kept_answers import KeptAnswers
from loaders.ports.answers import AnswerCache, VersionStore
from loaders.sharing import SharedReads

MOST_WRITES: Final = 64
MOST_WRITTEN: Final = 8_000_000
"""Answers, and bytes, on their way to where all keep them; beyond them, none is sent."""


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked: an operation by its digest, with which variables as JSON has them.

    Its answer is made of `footing`, and of those of the caller's `permissions` that it needs.
    """

    operation: str
    variables: Mapping[str, object]
    footing: Footing
    permissions: frozenset[Permission] = frozenset()


@dataclass(slots=True)
class Tally:
    """What this process has counted since it started.

    `own` are its own answers, `shared` those of all processes, `joined` those that another
    request was just making; `sums` are pages of rows, found where they were read from sums.
    `held` is bytes, `dropped` answers that were let go because what they are made of had changed.
    """

    own: Lookups = field(default_factory=Lookups)
    shared: Lookups = field(default_factory=Lookups)
    sums: Lookups = field(default_factory=Lookups)
    joined: int = 0
    held: int = 0
    dropped: int = 0


@dataclass(slots=True)
class Turn:
    """One request's way to an answer: it is there, or this request makes it.

    Whoever makes it sets `made`, or leaves it out where it is none to keep.
    """

    answer: KeptAnswer | None = None
    made: KeptAnswer | None = None
    is_done: bool = False
    over: asyncio.Event = field(default_factory=asyncio.Event, repr=False)


class Answers:
    """The answers of one process; to be closed.

    It keeps `most_bytes` itself, and shares `bounds` of each tenant with all processes of the
    same `build`, which is whatever else may change an answer: the code.
    """

    def __init__(
        self,
        versions: VersionStore,
        shared: AnswerCache,
        most_bytes: int,
        bounds: AnswerBounds,
        build: str,
    ) -> None:
        self._versions = versions
        self._shared = shared if bounds.most_bytes else None
        self._bounds, self._build = bounds, build
        self._own = KeptAnswers(most_bytes)
        self._keeps = bool(most_bytes or bounds.most_bytes)
        self._reads = SharedReads()
        self._making: dict[tuple[TenantId, str], Turn] = {}
        self._writes: set[asyncio.Task[None]] = set()
        self._written = 0
        self.tally = Tally()

    async def place(self, scope: TenantScope, question: Question) -> Place | None:
        """Where the answer is kept; None where it cannot be kept now, or nothing is.

        Transient when the database does not answer.
        """
        if not self._keeps:
            return None
        versions = await self._reads.read(scope.tenant_id, lambda: self._versions.current(scope))
        tokens = None if versions is None else versions.of(question.footing)
        if tokens is None:
            return None
        return Place(_key(self._build, scope, question, tokens), question.footing.tokens)

    @asynccontextmanager
    async def turn(self, scope: TenantScope, place: Place) -> AsyncIterator[Turn]:
        """The answer at `place`, or a turn to make it, while others who ask for it wait.

        Where nothing came of another's turn that could be kept, each makes its own.
        """
        answer = await self._found(scope, place) or await self._joined(scope.tenant_id, place.key)
        turn = Turn(answer)
        if answer is not None:
            yield turn
            return
        self._making.setdefault((scope.tenant_id, place.key), turn)
        try:
            yield turn
            turn.is_done = True
        finally:
            self._end(scope, place, turn)

    async def tier(self, scope: TenantScope, question: Question) -> CacheTier | None:
        """Where the answer is kept now; None where it is not."""
        place = await self.place(scope, question)
        if place is None:
            return None
        if self._own.find(scope.tenant_id, place.key) is not None:
            return CacheTier.L1
        if self._shared is not None and await self._shared.find(scope, place.key) is not None:
            return CacheTier.L2
        return None

    def drop(self, tenant: TenantId, tokens: frozenset[str]) -> None:
        """Let go of what nobody can find any more, since these were drawn anew."""
        self.tally.dropped += self._own.drop(tenant, tokens)
        self.tally.held = self._own.held

    async def aclose(self) -> None:
        """Let what is on its way arrive."""
        await asyncio.gather(*self._writes, return_exceptions=True)

    async def _joined(self, tenant: TenantId, key: str) -> KeptAnswer | None:
        """What another request is making right now; if it is broken off, it is somebody's turn."""
        while (other := self._making.get((tenant, key))) is not None:
            await other.over.wait()
            if other.is_done:
                self.tally.joined += other.made is not None
                return other.made
        return None

    def _end(self, scope: TenantScope, place: Place, turn: Turn) -> None:
        if turn.made is not None:
            self._keep(scope, place, turn.made)
        if self._making.get((scope.tenant_id, place.key)) is turn:
            del self._making[scope.tenant_id, place.key]
        turn.over.set()

    async def _found(self, scope: TenantScope, place: Place) -> KeptAnswer | None:
        key = place.key
        answer = self._own.find(scope.tenant_id, key)
        self.tally.own.count(found=answer is not None)
        if answer is not None or self._shared is None or (scope.tenant_id, key) in self._making:
            return answer
        answer = await self._shared.find(scope, key)
        self.tally.shared.count(found=answer is not None)
        if answer is not None:
            self._keep_here(scope.tenant_id, place, answer)
        return answer or self._own.find(scope.tenant_id, key)

    def _keep(self, scope: TenantScope, place: Place, answer: KeptAnswer) -> None:
        self._keep_here(scope.tenant_id, place, answer)
        size, is_free = len(answer.body), len(self._writes) < MOST_WRITES
        if self._shared is None or not is_free or self._written + size > MOST_WRITTEN:
            return
        self._written += size
        task = asyncio.create_task(self._shared.keep(scope, place.key, answer, self._bounds))
        self._writes.add(task)
        task.add_done_callback(partial(self._sent, size))

    def _sent(self, size: int, task: asyncio.Task[None]) -> None:
        self._written -= size
        self._writes.discard(task)

    def _keep_here(self, tenant: TenantId, place: Place, answer: KeptAnswer) -> None:
        self._own.keep(tenant, place, answer)
        self.tally.held = self._own.held


def _key(build: str, scope: TenantScope, question: Question, tokens: Mapping[str, str]) -> str:
    """What tells answers apart: the code, what the caller may, what is asked, what there is."""
    may = sorted(scope.permissions & question.permissions)
    parts = [build, may, question.operation, question.variables, tokens]
    return hashlib.sha256(orjson.dumps(parts, option=orjson.OPT_SORT_KEYS)).hexdigest()
