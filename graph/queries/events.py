"""Events, read again from a cursor."""

from __future__ import annotations

from typing import Annotated

import strawberry

from core.records.events import DataEventKind
from core.scope import Permission
from graph.bounds.sizes import sliced
from graph.context import Info
from graph.fields import guarded
from graph.inputs.entries import ALL
from graph.scalars import BigInt
from graph.types.events import DataEvent
from resolvers import events
from resolvers.text import choices

EventKinds = Annotated[
    list[DataEventKind] | None, strawberry.argument(description=f"Which kinds. {ALL}")
]


@strawberry.type
class EventQueries:
    """Root fields about events."""

    @guarded(
        "What happened to your data, in order, from any place that is still kept (30 days, "
        "unless your operator says otherwise). Walk on with the last `sequence` of each answer "
        "until one is empty.",
        needs=Permission.MEMORY_READ,
        size=sliced(100, events.MAX_EVENTS),
    )
    async def events(
        self,
        info: Info,
        *,
        after: Annotated[
            BigInt | None,
            strawberry.argument(
                description=(
                    "Answer what follows this sequence; an error if some of that is no longer "
                    "kept. Left out: from the oldest that is."
                )
            ),
        ] = None,
        first: Annotated[
            int, strawberry.argument(description="How many to answer, 1 to 1,000.")
        ] = 100,
        kinds: EventKinds = None,
    ) -> list[DataEvent]:
        """One read of the outbox."""
        found = await events.events(info.context.session, after, first, choices(kinds, "kinds"))
        return [DataEvent.from_record(record) for record in found]
