"""Health of data: what the store counted, assessed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

from core.errors import BadInput
from core.health import THRESHOLD, Assessment
from core.quality import QualityVector
from core.records.health import DataHealth, Health, HealthFilter
from core.units import DateRange
from loaders.health import RecentHealth
from resolvers.quality import score
from resolvers.session import Session

MOST_DAYS = 1_500
RECENT_DAYS = 28
"""Of what a connection's own health is told."""


async def health(
    session: Session,
    where: HealthFilter,
    as_of: datetime | None = None,
    threshold: float = THRESHOLD,
) -> DataHealth:
    """Health of what `where` names, as it was known at `as_of`; BadInput for what is too much."""
    if where.dates.days > MOST_DAYS:
        raise BadInput(
            f"{where.dates.days} days are more than {MOST_DAYS:,}",
            field="dates",
            mend="ask for a shorter range",
        )
    score(threshold, "threshold")
    found = await session.stores.health.counts(session.scope, where, as_of)
    return Assessment(found.as_of, where, threshold).of(found.facts, found.entries)


async def recent(session: Session, connection_id: UUID) -> Health:
    """Health of a connection over its last `RECENT_DAYS` that are over."""
    yesterday = session.clock().astimezone(UTC).date() - timedelta(days=1)
    dates = DateRange(yesterday - timedelta(days=RECENT_DAYS - 1), yesterday)
    found = await session.loaders.health.load(RecentHealth(connection_id, dates))
    return found or Health(QualityVector())
