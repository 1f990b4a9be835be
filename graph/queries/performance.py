"""The metric layer: definitions, figures by groups, and the entries behind a figure."""

from __future__ import annotations

from typing import Annotated

import strawberry

from core.metrics.catalogue import CATALOGUE, Metric
from core.periods import Grain, Weekday
from core.records.answers import Area
from core.records.attribution import AttributionDefinition, AttributionFacts
from core.records.connections import Source
from core.records.entries import EntryFilter, EntryOrder
from core.records.performance import (
    PerformanceDimension,
    PerformanceOrder,
    PerformanceQuestion,
)
from core.scope import Permission
from core.traces import read
from graph.bounds.sizes import about, paged
from graph.context import Info
from graph.fields import guarded
from graph.inputs.attribution import AttributionRowFilter, filter_parts
from graph.inputs.dates import DateRangeInput
from graph.inputs.entries import ALL, AsOf, texts
from graph.inputs.performance import ComparisonInput, PerformanceOrderInput
from graph.pagination import After, Before, First, Last
from graph.types.entries import MarketingEntryConnection, entry_connection
from graph.types.figures import MetricDefinition
from graph.types.performance import PerformanceConnection
from resolvers import performance
from resolvers.entries import MAX_ENTRIES
from resolvers.paging import PageArguments
from resolvers.text import choices


@strawberry.type
class PerformanceQueries:
    """Root fields of the metric layer."""

    @guarded(
        "Every metric: what it is, its unit and formula, and whether it may be added up.",
        needs=Permission.MEMORY_READ,
        size=about(len(CATALOGUE)),
        reads=(),
    )
    def metrics(self) -> list[MetricDefinition]:
        """In the order of Metric."""
        return [MetricDefinition.from_record(each) for each in CATALOGUE.values()]

    @guarded(
        "Figures by group: sums of entries and ratios of those sums, compared with other days or "
        "with what was known before. Media, orders and series are never added to each other, nor "
        "what cannot be added up. All pages of a walk tell what was known at one moment: `asOf`, "
        "or the moment of the first page, which their cursors carry.",
        needs=Permission.MEMORY_READ,
        size=paged(performance.MAX_FIGURES),
        weight=20,
        reads=(Area.FACTS, Area.SOURCES, Area.LABELS),
    )
    async def performance(
        self,
        info: Info,
        *,
        dates: Annotated[DateRangeInput, strawberry.argument(description="Days of the entries.")],
        group_by: Annotated[
            list[PerformanceDimension] | None,
            strawberry.argument(
                description="What figures are kept apart by. Left out: nothing but periods."
            ),
        ] = None,
        metrics: Annotated[
            list[Metric] | None,
            strawberry.argument(
                description=(
                    "Which metrics, in this order. Left out: SPEND, CONVERSIONS, CONVERSION_VALUE "
                    "and ROAS; VALUE of series."
                )
            ),
        ] = None,
        grain: Annotated[
            Grain | None,
            strawberry.argument(description="How long periods are. Left out: all days are one."),
        ] = None,
        week_start: Annotated[
            Weekday, strawberry.argument(description="On which day weeks begin.")
        ] = Weekday.MONDAY,
        facts: Annotated[
            AttributionFacts,
            strawberry.argument(description="Which entries figures are made of."),
        ] = AttributionFacts.MEDIA,
        sources: Annotated[
            list[Source] | None, strawberry.argument(description=f"Which sources. {ALL}")
        ] = None,
        channels: Annotated[
            list[str] | None,
            strawberry.argument(description=f"Which channels, spelled exactly. {ALL}"),
        ] = None,
        filter: Annotated[  # noqa: A002 - the argument's name in the schema
            AttributionRowFilter | None,
            strawberry.argument(description="Which entries beside. Left out: all."),
        ] = None,
        min_quality: Annotated[
            float | None,
            strawberry.argument(
                description=(
                    "Leave out entries whose quality score is lower, and those never assessed; 0 "
                    "to 1."
                )
            ),
        ] = None,
        currency: Annotated[
            str | None,
            strawberry.argument(
                description=(
                    "ISO 4217 code: every entry's amounts are converted at the rate of its day, "
                    "rounded half up to six places, and then summed. Left out: your reporting "
                    "currency. Series stay as they are."
                )
            ),
        ] = None,
        compare_to: Annotated[
            ComparisonInput | None,
            strawberry.argument(description="What figures are compared with. Left out: nothing."),
        ] = None,
        order_by: Annotated[
            PerformanceOrderInput | None,
            strawberry.argument(description="How they are sorted. Left out: oldest period first."),
        ] = None,
        as_of: AsOf = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> PerformanceConnection:
        """One page."""
        days = dates.to_range("dates")
        question = PerformanceQuestion(
            facts=AttributionDefinition(
                dates=days,
                week_start=week_start,
                facts=facts,
                currency=currency,
                sources=choices(sources, "sources"),
                channels=texts(channels, "channels"),
                min_quality=min_quality,
                **filter_parts(filter),
            ),
            by=choices(group_by, "groupBy"),
            metrics=choices(metrics, "metrics"),
            grain=grain,
            comparison=compare_to.to_comparison(days, grain) if compare_to else None,
            order=order_by.to_order() if order_by else PerformanceOrder(),
        )
        arguments = PageArguments(first, after, last, before)
        found = await performance.page(info.context.session, question, arguments, as_of)
        return PerformanceConnection.from_figures(found)

    @guarded(
        "The entries behind a figure, as they were known when it was answered: their sums are the "
        "figure, to the last digit, once they are in its currency.",
        needs=Permission.MEMORY_READ,
        size=paged(MAX_ENTRIES),
        reads=(Area.FACTS, Area.SOURCES, Area.LABELS),
    )
    async def performance_entries(
        self,
        info: Info,
        *,
        trace: Annotated[
            str, strawberry.argument(description="The `trace` of a figure, unchanged.")
        ],
        order_by: Annotated[
            EntryOrder, strawberry.argument(description="In which order.")
        ] = EntryOrder.DATE_ASC,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> MarketingEntryConnection:
        """One page."""
        found = read(trace)
        where = EntryFilter(behind=found)
        arguments = PageArguments(first, after, last, before)
        return await entry_connection(info, where, order_by, arguments, found.as_of)
