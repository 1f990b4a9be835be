"""Having seasons estimated anew."""

from __future__ import annotations

from typing import Annotated, TypeAlias

import strawberry

from core.scope import Permission
from graph.context import Info
from graph.fields import mutation
from graph.types.errors import Refused
from graph.types.seasonality import SeasonalityEstimation
from resolvers import seasonality


@strawberry.type(description="The estimation has ended, or is waiting for a worker.")
class EstimateSeasonalityPayload:
    """What estimateSeasonality leaves behind."""

    estimation: SeasonalityEstimation = strawberry.field(
        description="While it is waiting, look at `seasonalityEstimation` later."
    )


EstimateSeasonalityResult: TypeAlias = Annotated[
    EstimateSeasonalityPayload | Refused,
    strawberry.union(
        "EstimateSeasonalityResult", description="The estimation, or what stood in its way."
    ),
]


@strawberry.type
class SeasonalityMutations:
    """Root fields that have seasons estimated."""

    @mutation(
        "Have a worker estimate your seasons from your history as it is now. That happens by "
        "itself once a day where data has changed. One that is waiting already answers for this "
        "one too.",
        needs=Permission.MEMORY_WRITE,
    )
    async def estimate_seasonality(
        self,
        info: Info,
        *,
        wait_seconds: Annotated[
            int, strawberry.argument(description="How long to wait for it to end, 0 to 60.")
        ] = seasonality.WAIT_SECONDS,
    ) -> EstimateSeasonalityResult:
        """Asked for, then waited for."""
        record = await seasonality.estimate(info.context.session, wait_seconds)
        return EstimateSeasonalityPayload(estimation=SeasonalityEstimation.from_record(record))
