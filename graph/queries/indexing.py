"""How the index of documents stands."""

from __future__ import annotations

import strawberry

from core.scope import Permission
from graph.context import Info
from graph.fields import guarded
from graph.types.indexing import IndexStanding
from resolvers import indexing


@strawberry.type
class IndexingQueries:
    """Root fields about the index."""

    @guarded(
        "How your search stands: how far documents say what is known, their vectors, and how well "
        "these are found.",
        needs=Permission.MEMORY_READ,
    )
    async def search_index(self, info: Info) -> IndexStanding:
        """One per tenant."""
        return IndexStanding.from_record(await indexing.status(info.context.session))
