"""How sources' streams changed."""

from __future__ import annotations

from typing import Annotated

import strawberry

from core.records.drift import DriftState
from core.scope import Permission
from graph.bounds.sizes import paged
from graph.context import Info
from graph.fields import guarded
from graph.ids import CONNECTION
from graph.inputs.entries import ALL
from graph.pagination import After, Before, Connection, First, Last, connection
from graph.types.drift import SchemaChange
from resolvers import drift
from resolvers.paging import PageArguments
from resolvers.text import choices


@strawberry.type
class DriftQueries:
    """Root fields about changes of streams."""

    @guarded(
        "Fields of your sources that are new, have another type or are gone, newest first.",
        needs=Permission.MEMORY_READ,
        size=paged(drift.MAX_CHANGES),
    )
    async def schema_changes(
        self,
        info: Info,
        *,
        connections: Annotated[
            list[strawberry.ID] | None,
            strawberry.argument(description=f"Ids of their connections. {ALL}"),
        ] = None,
        states: Annotated[
            list[DriftState] | None,
            strawberry.argument(description=f"Whether somebody has taken note. {ALL}"),
        ] = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[SchemaChange]:
        """One page."""
        ids = choices(connections, "connections")
        page = await drift.page(
            info.context.session,
            PageArguments(first, after, last, before),
            tuple(CONNECTION.decode(global_id, "connections") for global_id in ids),
            choices(states, "states"),
        )
        return connection(page, drift.SCHEMA_CHANGES, SchemaChange.from_record)
