"""Lists of connections."""

from __future__ import annotations

import strawberry

from core.scope import Permission
from graph.context import Info
from graph.fields import guarded
from graph.pagination import After, Before, Connection, First, Last, connection
from graph.types.connections import SourceConnection
from resolvers import connections
from resolvers.paging import PageArguments


@strawberry.type
class ConnectionQueries:
    """Root fields about connections."""

    @guarded("The accounts you have connected.", needs=Permission.MEMORY_READ)
    async def connections(
        self,
        info: Info,
        *,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[SourceConnection]:
        """One page."""
        arguments = PageArguments(first, after, last, before)
        page = await connections.page(info.context.session, arguments)
        return connection(page, connections.CONNECTIONS, SourceConnection.from_record)
