"""Lists of attribution rows."""

from __future__ import annotations

from typing import Annotated

import strawberry

from core.records.attribution import AttributionFilter
from core.records.connections import Source
from core.scope import Permission
from graph.context import Info
from graph.fields import guarded
from graph.inputs.dates import DateRangeInput
from graph.inputs.entries import ALL, AsOf, texts
from graph.pagination import After, Before, Connection, First, Last, connection
from graph.types.attribution import AttributionRow
from resolvers import attribution
from resolvers.paging import PageArguments
from resolvers.text import choices


@strawberry.type
class AttributionQueries:
    """Root fields about attribution rows."""

    @guarded(
        "Rows ready for a model, oldest first. Null, with an error, for callers without "
        "the permission, so that the rest of their answer stands.",
        needs=Permission.CAUSAL_DATA_ACCESS,
    )
    async def attribution_rows(
        self,
        info: Info,
        *,
        dates: Annotated[DateRangeInput, strawberry.argument(description="Which days.")],
        sources: Annotated[
            list[Source] | None, strawberry.argument(description=f"Which sources. {ALL}")
        ] = None,
        channels: Annotated[
            list[str] | None,
            strawberry.argument(description=f"Which channels, spelled exactly. {ALL}"),
        ] = None,
        as_of: AsOf = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[AttributionRow] | None:
        """One page."""
        where = AttributionFilter(
            dates.to_range("dates"), choices(sources, "sources"), texts(channels, "channels")
        )
        arguments = PageArguments(first, after, last, before)
        page = await attribution.page(info.context.session, where, arguments, as_of)
        return connection(
            page, attribution.ROWS, lambda row: AttributionRow.from_record(row, as_of)
        )
