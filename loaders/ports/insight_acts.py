"""Port of what became of insights."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from core.records.insight_acts import InsightRating, InsightWish
from core.records.insights import (
    InsightAct,
    InsightJudgement,
    InsightRecord,
    InsightScore,
)
from core.scope import TenantScope


class InsightActStore(Protocol):
    """States that insights were brought into, their owners, and verdicts on them."""

    async def act(self, scope: TenantScope, insight_id: UUID, wish: InsightWish) -> InsightRecord:
        """Bring an insight into a state, in the name of the caller.

        NotFound where there is none; Conflict where its state does not lead there, or where it is
        another version than the one that was decided by. What says nothing new changes nothing.
        """
        ...

    async def assign(
        self,
        scope: TenantScope,
        insight_id: UUID,
        owner: str | None,
        learned_at: datetime | None = None,
    ) -> InsightRecord:
        """Give an insight to somebody, or to nobody; NotFound, Conflict and twice as `act`."""
        ...

    async def rate(
        self,
        scope: TenantScope,
        insight_id: UUID,
        rating: InsightRating,
        note: str | None = None,
        learned_at: datetime | None = None,
    ) -> InsightRecord:
        """Say of what use an insight was; NotFound, Conflict and twice as `act`."""
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
