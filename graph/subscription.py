"""Subscription: what is told as it happens."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from typing import Annotated, Any, TypeVar

import strawberry

from core.records.events import RUN_KINDS, DataEventKind, DataEventRecord
from core.records.insights import InsightFilter
from core.records.runs import RunEventRecord
from core.scope import Permission
from graph.context import Info
from graph.executor.shared import SharedValues
from graph.fields import subscription
from graph.ids import RUN
from graph.inputs.insights import insight_filter
from graph.queries.events import EventKinds
from graph.queries.insights import InsightKinds, WhichInsights
from graph.queries.runs import RunId
from graph.scalars import BigInt
from graph.types.events import DataEvent
from graph.types.runs import RunEvent
from resolvers import events, runs
from resolvers.text import choices

AfterEvent = Annotated[
    BigInt | None,
    strawberry.argument(
        description=(
            "Sequence of the last event you saw, of whatever kind; what followed it is told "
            "first. Left out: only what happens from now on."
        )
    ),
]
RESUMES = (
    "Without gap or repeat; ends when your credentials run out. Resume with the last `sequence` "
    "you saw."
)

SHARED = 200
"""Events of each kind of which is kept what was made of them for their followers."""
STEPS = SharedValues(RunEvent.from_record, SHARED)
EVENTS = SharedValues(DataEvent.from_record, SHARED)
Record = TypeVar("Record")


@strawberry.type(description="What is told as it happens, over WebSocket or server-sent events.")
class Subscription:
    """Root fields that stream."""

    @subscription(
        "The events of a run: first those after `after` that have already happened, then "
        "new ones as they come, without gap or repeat. Ends when the run stands still, and "
        "when your credentials run out; resume with the last `sequence` you saw.",
        needs=Permission.MEMORY_READ,
    )
    async def ingestion_progress(
        self,
        info: Info,
        *,
        run_id: RunId,
        after: Annotated[
            int, strawberry.argument(description="Sequence of the last event you saw.")
        ] = 0,
    ) -> AsyncGenerator[RunEvent, None]:
        """Refusals come before the stream, so that a client meets them as errors."""
        session = info.context.session
        told = await runs.progress(session, RUN.decode(run_id, "runId"), after)
        return _steps(info, told)

    @subscription(f"What happens to your data. {RESUMES}", needs=Permission.MEMORY_READ)
    async def events(
        self, info: Info, *, after: AfterEvent = None, kinds: EventKinds = None
    ) -> AsyncGenerator[DataEvent, None]:
        """As `ingestion_progress`, of all the tenant's runs."""
        return await _followed(info, after, choices(kinds, "kinds"))

    @subscription(
        f"Runs that are queued, started and ended: all that a list of runs has to hear. {RESUMES}",
        needs=Permission.MEMORY_READ,
    )
    async def runs(
        self, info: Info, *, after: AfterEvent = None
    ) -> AsyncGenerator[DataEvent, None]:
        """Events of a run's beginning and end."""
        return await _followed(info, after, RUN_KINDS)

    @subscription(
        "Entries that were known and have changed or vanished: which days, how many, by which "
        f"run. What was computed from those days is out of date. {RESUMES}",
        needs=Permission.MEMORY_READ,
    )
    async def entries_restated(
        self, info: Info, *, after: AfterEvent = None
    ) -> AsyncGenerator[DataEvent, None]:
        """Events of restatements."""
        return await _followed(info, after, (DataEventKind.ENTRIES_RESTATED,))

    @subscription(
        "Insights that are new, open again, or weigh more than before. They are held against the "
        f"filter as they stand when they are told. {RESUMES}",
        needs=Permission.MEMORY_READ,
    )
    async def insight_raised(
        self,
        info: Info,
        *,
        after: AfterEvent = None,
        kinds: InsightKinds = None,
        filter_: WhichInsights = None,
    ) -> AsyncGenerator[DataEvent, None]:
        """Events of insights."""
        asked = insight_filter(filter_, InsightFilter(kinds=choices(kinds, "kinds")))
        return _events(info, await events.follow_insights(info.context.session, after, asked))


async def _steps(
    info: Info, told: AsyncGenerator[RunEventRecord, None]
) -> AsyncGenerator[RunEvent, None]:
    async with aclosing(told):
        async for record in told:
            yield _answer(info, STEPS, record)


async def _followed(
    info: Info, after: int | None, kinds: Sequence[DataEventKind]
) -> AsyncGenerator[DataEvent, None]:
    return _events(info, await events.follow(info.context.session, after, kinds))


async def _events(
    info: Info, told: AsyncGenerator[DataEventRecord, None]
) -> AsyncGenerator[DataEvent, None]:
    async with aclosing(told):
        async for record in told:
            # A loader remembers what it has read: each event is answered from the present.
            info.context.session = info.context.session.at_next_event()
            yield _answer(info, EVENTS, record)


def _answer(info: Info, values: SharedValues[Record], record: Record) -> Any:
    """The event of a record; one for all who are told of it where they may share its bytes."""
    return values.of(record) if info.context.renders else values.make(record)
