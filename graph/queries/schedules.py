"""Lists of schedules."""

from __future__ import annotations

from typing import Annotated

import strawberry

from core.scope import Permission
from graph.bounds.sizes import paged
from graph.context import Info
from graph.fields import guarded
from graph.ids import CONNECTION
from graph.inputs.entries import ALL
from graph.pagination import After, Before, Connection, First, Last, connection
from graph.types.schedules import IngestionSchedule
from resolvers import schedules
from resolvers.paging import PageArguments
from resolvers.text import choices


@strawberry.type
class ScheduleQueries:
    """Root fields about schedules."""

    @guarded(
        "Your schedules, oldest first.",
        needs=Permission.MEMORY_READ,
        size=paged(schedules.MAX_SCHEDULES),
    )
    async def schedules(
        self,
        info: Info,
        *,
        connections: Annotated[
            list[strawberry.ID] | None,
            strawberry.argument(description=f"Ids of their connections. {ALL}"),
        ] = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[IngestionSchedule]:
        """One page."""
        ids = choices(connections, "connections")
        page = await schedules.page(
            info.context.session,
            PageArguments(first, after, last, before),
            tuple(CONNECTION.decode(global_id, "connections") for global_id in ids),
        )
        return connection(page, schedules.SCHEDULES, IngestionSchedule.from_record)
