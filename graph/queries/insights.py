"""Lists of insights."""

from __future__ import annotations

from typing import Annotated

import strawberry

from core.records.answers import Area
from core.records.insights import InsightFilter, InsightKind
from core.scope import Permission
from graph.bounds.sizes import about, paged
from graph.context import Info
from graph.fields import guarded
from graph.inputs.dates import DateRangeInput
from graph.inputs.entries import ALL, AsOf
from graph.inputs.insights import InsightFilterInput, insight_filter
from graph.pagination import After, Before, Connection, First, Last, connection
from graph.types.insight_acts import InsightLedgerLine
from graph.types.insights import Insight
from resolvers import insight_acts, insights
from resolvers.paging import PageArguments
from resolvers.text import choices

InsightKinds = Annotated[
    list[InsightKind] | None, strawberry.argument(description=f"Which kinds. {ALL}")
]
WhichInsights = Annotated[
    InsightFilterInput | None,
    strawberry.argument(name="filter", description="Which of them. Left out: all."),
]


@strawberry.type
class InsightQueries:
    """Root fields about insights."""

    @guarded(
        "What was found in your data, newest first.",
        needs=Permission.MEMORY_READ,
        size=paged(insights.MAX_INSIGHTS),
        reads=(Area.INSIGHTS,),
    )
    async def insights(
        self,
        info: Info,
        *,
        kinds: InsightKinds = None,
        dates: Annotated[
            DateRangeInput | None,
            strawberry.argument(description="Only those about any of these days."),
        ] = None,
        filter_: WhichInsights = None,
        as_of: AsOf = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[Insight]:
        """One page."""
        page = await insights.page(
            info.context.session,
            PageArguments(first, after, last, before),
            insight_filter(
                filter_,
                InsightFilter(
                    kinds=choices(kinds, "kinds"),
                    dates=dates.to_range("dates") if dates else None,
                ),
            ),
            as_of,
        )
        return connection(page, insights.INSIGHTS, Insight.from_record)

    @guarded(
        "How your insights turned out, kind by kind: analysis judges each of its own once its "
        "days are final, and people say which were of use.",
        needs=Permission.MEMORY_READ,
        size=about(10),
        reads=(Area.INSIGHTS,),
    )
    async def insight_ledger(self, info: Info, *, as_of: AsOf = None) -> list[InsightLedgerLine]:
        """One line a kind that was ever raised."""
        found = await insight_acts.ledger(info.context.session, as_of)
        return [InsightLedgerLine.from_record(each) for each in found]
