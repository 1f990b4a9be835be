"""Stand-in store of seasons."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from core.records.seasonality import Estimation, Seasonality, SeasonalMetric
from core.scope import TenantScope
from tests.graph.memory import Memory

ASKED = datetime(2026, 11, 1, tzinfo=UTC)


class Seasons:
    def __init__(self, memory: Memory) -> None:
        self.memory = memory

    async def by_metric(
        self,
        scope: TenantScope,
        metric: SeasonalMetric,
        names: Sequence[str],
        as_of: datetime | None = None,
    ) -> tuple[Seasonality, ...]:
        del scope, metric, names, as_of
        return ()

    async def request(self, scope: TenantScope) -> Estimation:
        return Estimation(
            scope.tenant_id,
            is_waiting=True,
            requested_at=ASKED,
            requested_by=scope.actor,
            estimated_at=None,
        )

    async def estimation(self, scope: TenantScope) -> Estimation | None:
        del scope
        return None
