"""Lists of insights."""

from __future__ import annotations

from typing import Annotated

import strawberry

from core.records.insights import InsightKind
from core.scope import Permission
from graph.context import Info
from graph.fields import guarded
from graph.inputs.dates import DateRangeInput
from graph.inputs.entries import ALL
from graph.pagination import After, Before, Connection, First, Last, connection
from graph.types.insights import Insight
from resolvers import insights
from resolvers.paging import PageArguments
from resolvers.text import choices


@strawberry.type
class InsightQueries:
    """Root fields about insights."""

    @guarded("What was found in your data, newest first.", needs=Permission.MEMORY_READ)
    async def insights(
        self,
        info: Info,
        *,
        kinds: Annotated[
            list[InsightKind] | None, strawberry.argument(description=f"Which kinds. {ALL}")
        ] = None,
        dates: Annotated[
            DateRangeInput | None,
            strawberry.argument(description="Only those about any of these days."),
        ] = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[Insight]:
        """One page."""
        page = await insights.page(
            info.context.session,
            PageArguments(first, after, last, before),
            choices(kinds, "kinds"),
            dates.to_range("dates") if dates else None,
        )
        return connection(page, insights.INSIGHTS, Insight.from_record)
