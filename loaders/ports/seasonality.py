"""Port of the seasons of a tenant's own history."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from core.records.seasonality import Estimation, Seasonality, SeasonalMetric
from core.scope import TenantScope


class SeasonalityStore(Protocol):
    """Seasons, and the estimations that are asked for."""

    async def by_metric(
        self,
        scope: TenantScope,
        metric: SeasonalMetric,
        names: Sequence[str],
        as_of: datetime | None = None,
    ) -> tuple[Seasonality, ...]:
        """Those of channels (of SERIES: series) of these names; none: all together (all)."""
        ...

    async def request(self, scope: TenantScope) -> Estimation:
        """Have a worker estimate anew."""
        ...

    async def estimation(self, scope: TenantScope) -> Estimation | None:
        """Where the newest estimation stands."""
        ...
