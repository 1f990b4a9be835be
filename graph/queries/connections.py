"""Lists of connections."""

from __future__ import annotations

import strawberry

from core.records.answers import Area
from core.scope import Permission
from graph.bounds.sizes import paged
from graph.context import Info
from graph.fields import guarded
from graph.pagination import After, Before, Connection, First, Last, connection
from graph.types.connections import ConnectedSource
from resolvers import connections
from resolvers.paging import PageArguments


@strawberry.type
class ConnectionQueries:
    """Root fields about connections."""

    @guarded(
        "The accounts you have connected.",
        needs=Permission.MEMORY_READ,
        size=paged(connections.MAX_CONNECTIONS),
        reads=(Area.SOURCES,),
    )
    async def connections(
        self,
        info: Info,
        *,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[ConnectedSource]:
        """One page."""
        arguments = PageArguments(first, after, last, before)
        page = await connections.page(info.context.session, arguments)
        return connection(page, connections.CONNECTIONS, ConnectedSource.from_record)
