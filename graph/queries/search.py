"""Questions in plain words."""

from __future__ import annotations

from typing import Annotated

import strawberry

from core.records.search import SearchMode
from core.scope import Permission
from graph.bounds.sizes import paged
from graph.context import Info
from graph.fields import guarded
from graph.inputs.search import SearchFilter, document_filter
from graph.pagination import After, Before, First, Last
from graph.types.search import SearchHitConnection, SearchText, hit_connection
from resolvers import search
from resolvers.paging import PageArguments

WEIGHT = 20
"""Points of a question beside those of its hits: four modes are asked."""


@strawberry.type
class SearchQueries:
    """Root fields that search."""

    @guarded(
        "What you have that answers a question, best first: accounts, campaigns, ad sets and ads "
        "in a month, insights, events and exports. Every number is read from entries as the "
        "answer is given.",
        needs=Permission.MEMORY_READ,
        size=paged(search.MAX_PAGE),
        weight=WEIGHT,
    )
    async def search(
        self,
        info: Info,
        *,
        text: SearchText,
        mode: Annotated[
            SearchMode, strawberry.argument(description="By what documents are found.")
        ] = SearchMode.HYBRID,
        filter: Annotated[  # noqa: A002 - the argument's name in the schema
            SearchFilter | None,
            strawberry.argument(description="Which documents. Left out: all."),
        ] = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> SearchHitConnection:
        """One page."""
        asked = search.Asked(text, mode, document_filter(filter))
        arguments = PageArguments(first, after, last, before)
        return hit_connection(await search.search(info.context.session, asked, arguments))
