"""Port of what became of insights."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from core.records.insights import (
    InsightAct,
    InsightJudgement,
    InsightRecord,
    InsightScore,
    InsightState,
    InsightVerdict,
)
from core.scope import TenantScope


class InsightActStore(Protocol):
    """States that insights were brought into, and verdicts on them."""

    async def act(
        self, scope: TenantScope, insight_id: UUID, state: InsightState, note: str | None = None
    ) -> InsightRecord:
        """Bring an insight into a state, in the name of the caller."""
        ...

    async def judge(
        self, scope: TenantScope, insight_id: UUID, verdict: InsightVerdict, note: str | None = None
    ) -> InsightRecord:
        """Say what an insight turned out to be, in the name of the caller."""
        ...

    async def acts(
        self, scope: TenantScope, ids: Sequence[UUID]
    ) -> Mapping[UUID, tuple[InsightAct, ...]]:
        """Every change of state of each insight that had one, oldest first."""
        ...

    async def judgements(
        self, scope: TenantScope, ids: Sequence[UUID]
    ) -> Mapping[UUID, tuple[InsightJudgement, ...]]:
        """Every verdict on each insight that has one, oldest first."""
        ...

    async def ledger(
        self, scope: TenantScope, as_of: datetime | None = None
    ) -> tuple[InsightScore, ...]:
        """How the insights of each kind turned out."""
        ...
