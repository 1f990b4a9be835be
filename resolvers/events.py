"""Events: read again from a cursor, and followed."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import aclosing
from functools import partial

from core.errors import BadInput
from core.records.events import DataEventKind, DataEventRecord, EventsAfter
from core.records.insights import InsightFilter
from resolvers.following import woken
from resolvers.session import Session

MAX_EVENTS = 1000
Kinds = Sequence[DataEventKind]


async def events(
    session: Session, after: int | None, limit: int, kinds: Kinds
) -> tuple[DataEventRecord, ...]:
    """At most `limit` events behind `after`; from the oldest that is kept when None."""
    if not 1 <= limit <= MAX_EVENTS:
        raise BadInput(
            f"first is {limit}, but must be between 1 and {MAX_EVENTS}",
            field="first",
            mend=f"ask for at most {MAX_EVENTS} and go on after the last sequence",
        )
    session.budget.take(limit)
    if after is not None:
        await _cursor(session, after)
    found = await session.stores.events.after(session.scope, after or 0, limit, kinds)
    return found.events


async def follow(
    session: Session, after: int | None, kinds: Kinds
) -> AsyncGenerator[DataEventRecord, None]:
    """The events behind `after`, then new ones as they come; new ones alone when None.

    Ends when the scope expires.
    """
    return _follow(session, await _cursor(session, session.cursor.after(after)), kinds)


async def follow_insights(
    session: Session, after: int | None, asked: InsightFilter
) -> AsyncGenerator[DataEventRecord, None]:
    """As `follow`, of insights that are raised and `asked` for."""
    told = await follow(session, after, (DataEventKind.INSIGHT_RAISED,))
    return told if asked == InsightFilter() else _asked(session, told, asked)


async def _asked(
    session: Session, told: AsyncGenerator[DataEventRecord, None], asked: InsightFilter
) -> AsyncGenerator[DataEventRecord, None]:
    async with aclosing(told):
        async for record in told:
            insight_id = record.event.insight_id
            known = () if insight_id is None else (insight_id,)
            if await session.stores.insights.matching(session.scope, known, asked):
                yield record


async def _cursor(session: Session, after: int | None) -> int:
    """`after` if nothing between it and the events that are kept is missing; else BadInput."""
    extent = await session.stores.events.extent(session.scope)
    if after is None:
        return extent.newest
    if 0 <= after <= extent.newest and after >= extent.oldest - 1:
        return after
    if 0 <= after < extent.oldest:
        raise BadInput(
            f"the events {after + 1} to {extent.oldest - 1} have been forgotten",
            field="after",
            mend=f"read what you keep anew, then go on after {extent.oldest - 1}",
        )
    raise BadInput(
        f"after is {after}, but the newest event is {extent.newest}",
        field="after",
        mend="give the sequence of an event that you saw, or leave after out",
    )


async def _follow(
    session: Session, cursor: int, kinds: Kinds
) -> AsyncGenerator[DataEventRecord, None]:
    async with session.stores.topics.subscribe(session.scope) as wakeups:
        reader = _Reader(session, cursor, kinds)
        while await woken(session, wakeups):
            async for event in reader.backlog():
                if session.has_expired:
                    return
                session.cursor.reached = event.sequence
                yield event


class _Reader:
    """Reads on from a cursor that it keeps."""

    def __init__(self, session: Session, cursor: int, kinds: Kinds) -> None:
        self._session = session
        self._cursor = cursor
        self._kinds = kinds

    async def backlog(self) -> AsyncIterator[DataEventRecord]:
        """Everything that is there by now."""
        is_more = True
        while is_more:
            found = await self._read()
            self._cursor = found.reached
            is_more = len(found.events) == MAX_EVENTS
            for event in found.events:
                yield event

    async def _read(self) -> EventsAfter:
        """Shared by all who stand at the same place: most followers have seen everything."""
        session, cursor, kinds = self._session, self._cursor, tuple(self._kinds)
        read = partial(session.stores.events.after, session.scope, cursor, MAX_EVENTS, kinds)
        return await session.shared.read((session.scope.tenant_id, cursor, kinds), read)
