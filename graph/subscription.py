"""Subscription: what is told as it happens."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Annotated

import strawberry

from core.records.runs import RunEventRecord
from core.scope import Permission
from graph.context import Info
from graph.fields import subscription
from graph.ids import RUN
from graph.queries.runs import RunId
from graph.types.runs import RunEvent
from resolvers import runs


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
        events = await runs.progress(session, RUN.decode(run_id, "runId"), after)
        return _told(events)


async def _told(events: AsyncGenerator[RunEventRecord, None]) -> AsyncGenerator[RunEvent, None]:
    async with aclosing(events):
        async for event in events:
            yield RunEvent.from_record(event)
