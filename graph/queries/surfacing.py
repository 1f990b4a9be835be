"""Insights in the specification's shape."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

import strawberry

from core.records.insights import InsightKind
from core.scope import Permission
from graph.bounds.sizes import sliced
from graph.context import Info
from graph.fields import guarded
from graph.inputs.entries import AsOf
from graph.types.surfacing import SurfacingInsight
from resolvers import surfacing
from resolvers.insights import MAX_INSIGHTS
from resolvers.surfacing import CONFIDENCE, MOST, WINDOW_DAYS, SurfacingQuestion


@strawberry.type
class SurfacingQueries:
    """The root field of surfacing."""

    @guarded(
        "What was found of late and is not over, newest first, in the specification's shape: "
        "beside each insight the figures of whom it is about, what other channels did meanwhile, "
        "the calendar, and how good the data is.",
        needs=Permission.MEMORY_READ,
        size=sliced(MOST, MAX_INSIGHTS),
    )
    async def surfacing_insights(
        self,
        info: Info,
        *,
        kind: Annotated[
            InsightKind | None, strawberry.argument(description="Which kind. Left out: all.")
        ] = None,
        window_days: Annotated[
            int,
            strawberry.argument(
                description="Of how many days, the last included; 1 to 400. An insight about any "
                "of them is one of them."
            ),
        ] = WINDOW_DAYS,
        until: Annotated[
            dt.date | None,
            strawberry.argument(description="The last of those days. Left out: today, in UTC."),
        ] = None,
        min_confidence: Annotated[
            float, strawberry.argument(description="Leave out what is less sure; 0 to 1.")
        ] = CONFIDENCE,
        first: Annotated[
            int, strawberry.argument(description="How many at most; 1 to 100.")
        ] = MOST,
        as_of: AsOf = None,
    ) -> list[SurfacingInsight]:
        """The insights; what stood around them is read where it is selected."""
        asked = SurfacingQuestion(kind, window_days, until, min_confidence, first, as_of)
        found = await surfacing.surface(info.context.session, asked)
        return [SurfacingInsight.of(found, place) for place in range(len(found.insights))]
