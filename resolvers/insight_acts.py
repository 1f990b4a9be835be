"""What became of insights, and how they turned out."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from core.records.insights import InsightAct, InsightJudgement, InsightScore
from resolvers.session import Session


async def acts(session: Session, insight_id: UUID) -> tuple[InsightAct, ...]:
    """Every change of its state, oldest first."""
    return await session.loaders.insight_acts.load(insight_id) or ()


async def judgements(session: Session, insight_id: UUID) -> tuple[InsightJudgement, ...]:
    """Every verdict on it, oldest first."""
    return await session.loaders.insight_judgements.load(insight_id) or ()


async def ledger(session: Session, as_of: datetime | None) -> tuple[InsightScore, ...]:
    """How the insights of each kind turned out."""
    return await session.stores.insight_acts.ledger(session.scope, as_of)


def figures(record: InsightJudgement) -> tuple[float | None, float | None]:
    """What was observed when the insight was told, and when it was judged."""
    return _figure(record, "observed"), _figure(record, "now")


def _figure(record: InsightJudgement, name: str) -> float | None:
    value = record.figures.get(name)
    return float(value) if isinstance(value, int | float) else None
