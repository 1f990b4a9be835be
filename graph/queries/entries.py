"""Lists of marketing entries."""

from __future__ import annotations

from typing import Annotated

import strawberry

from core.records.answers import Area
from core.records.entries import EntryOrder
from core.scope import Permission
from graph.bounds.sizes import paged
from graph.context import Info
from graph.fields import guarded
from graph.inputs.entries import AsOf, Filter, entry_filter
from graph.pagination import After, Before, First, Last
from graph.types.entries import MarketingEntryConnection, entry_connection
from resolvers.entries import MAX_ENTRIES
from resolvers.paging import PageArguments


@strawberry.type
class EntryQueries:
    """Root fields about entries."""

    @guarded(
        "Your marketing entries, as they stand or as they stood.",
        needs=Permission.MEMORY_READ,
        size=paged(MAX_ENTRIES),
        reads=(Area.DAYS, Area.SOURCES, Area.LABELS),
    )
    async def marketing_entries(
        self,
        info: Info,
        *,
        filter: Filter = None,  # noqa: A002 - the argument's name in the schema
        order_by: Annotated[
            EntryOrder, strawberry.argument(description="In which order.")
        ] = EntryOrder.DATE_DESC,
        as_of: AsOf = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> MarketingEntryConnection:
        """One page."""
        return await entry_connection(
            info,
            entry_filter(filter),
            order_by,
            PageArguments(first, after, last, before),
            as_of,
        )
