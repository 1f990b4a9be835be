"""The marketing summary of some days."""

from __future__ import annotations

from typing import Annotated

import strawberry

from core.records.answers import Area
from core.records.attribution import AttributionDefinition
from core.records.connections import Source
from core.records.performance import PerformanceQuestion
from core.scope import Permission
from graph.context import Info
from graph.fields import guarded
from graph.inputs.dates import DateRangeInput
from graph.inputs.entries import ALL, AsOf
from graph.inputs.performance import ComparisonInput
from graph.types.marketing_summary import MarketingSummary
from resolvers import marketing_summary
from resolvers.text import choices


@strawberry.type
class MarketingSummaryQueries:
    """The root field of summaries."""

    @guarded(
        "What media came to over some days, at most 1,000: totals, averages as ratios of sums, by "
        "source, campaign, day and kind of day. Orders and series are no part of it.",
        needs=Permission.MEMORY_READ,
        weight=20,
        reads=(Area.FACTS, Area.SOURCES, Area.LABELS),
    )
    async def marketing_summary(
        self,
        info: Info,
        *,
        dates: Annotated[DateRangeInput, strawberry.argument(description="Days of the entries.")],
        sources: Annotated[
            list[Source] | None, strawberry.argument(description=f"Which sources. {ALL}")
        ] = None,
        currency: Annotated[
            str | None,
            strawberry.argument(
                description="ISO 4217 code of the amounts. Left out: your reporting currency."
            ),
        ] = None,
        compare_to: Annotated[
            ComparisonInput | None,
            strawberry.argument(description="What it is compared with. Left out: nothing."),
        ] = None,
        as_of: AsOf = None,
    ) -> MarketingSummary:
        """The totals; what is below is read where it is selected."""
        days = dates.to_range("dates")
        question = PerformanceQuestion(
            facts=AttributionDefinition(
                dates=days, currency=currency, sources=choices(sources, "sources")
            ),
            by=(),
            metrics=(),
            comparison=compare_to.to_comparison(days, None) if compare_to else None,
        )
        found = await marketing_summary.summary(info.context.session, question, as_of)
        return MarketingSummary.from_figures(found)
