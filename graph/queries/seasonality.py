"""Seasons of the tenant's own history."""

from __future__ import annotations

from typing import Annotated

import strawberry

from core.records.answers import Area
from core.records.seasonality import SeasonalMetric
from core.scope import Permission
from graph.bounds.sizes import about
from graph.context import Info
from graph.fields import guarded
from graph.inputs.entries import AsOf, texts
from graph.types.seasonality import SeasonalityEstimation, SeasonalityOfHistory
from resolvers import seasonality


@strawberry.type
class SeasonalityQueries:
    """Root fields about seasons."""

    @guarded(
        "How many times the usual days of the week, weeks, months and quarters bring, estimated "
        "from your own settled history. A history of which nothing is known yet is left out.",
        needs=Permission.MEMORY_READ,
        size=about(10),
        reads=(Area.CALENDAR,),
    )
    async def seasonality(
        self,
        info: Info,
        *,
        metric: Annotated[
            SeasonalMetric,
            strawberry.argument(description="Which count or amount has the seasons."),
        ],
        channels: Annotated[
            list[str] | None,
            strawberry.argument(
                description=(
                    "Of each of these channels, spelled exactly, at most 1,000. Empty or left "
                    "out: of all channels together."
                )
            ),
        ] = None,
        series: Annotated[
            list[str] | None,
            strawberry.argument(
                description=(
                    "Of the metric SERIES: KPI series by name, at most 1,000. Empty or left out: "
                    "all of them."
                )
            ),
        ] = None,
        as_of: AsOf = None,
    ) -> list[SeasonalityOfHistory]:
        """One item a history."""
        names = texts(channels, "channels"), texts(series, "series")
        found = await seasonality.seasons(info.context.session, metric, *names, as_of)
        return [SeasonalityOfHistory.from_record(each) for each in found]

    @guarded(
        "Where the newest estimation of your seasons stands; null before the first.",
        needs=Permission.MEMORY_READ,
    )
    async def seasonality_estimation(self, info: Info) -> SeasonalityEstimation | None:
        """One per tenant."""
        found = await seasonality.estimation(info.context.session)
        return None if found is None else SeasonalityEstimation.from_record(found)
