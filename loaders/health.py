"""Health of many connections at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from core.health import Assessment
from core.records.health import Health, HealthFilter
from core.scope import TenantScope
from core.units import DateRange
from loaders.ports.health import HealthStore


@dataclass(frozen=True, slots=True)
class RecentHealth:
    """A connection, and the days that its health is asked of."""

    connection_id: UUID
    dates: DateRange


async def recent_health(
    store: HealthStore, scope: TenantScope, keys: Sequence[RecentHealth]
) -> dict[RecentHealth, Health]:
    """The present health of connections; one store call for all that ask of the same days."""
    asked: dict[DateRange, list[UUID]] = defaultdict(list)
    for key in keys:
        asked[key.dates].append(key.connection_id)
    found: dict[RecentHealth, Health] = {}
    for dates, ids in asked.items():
        where = HealthFilter(dates, connections=tuple(ids))
        counts = await store.counts(scope, where, None)
        assessed = Assessment(counts.as_of, where).of(counts.facts, counts.entries)
        found |= {RecentHealth(id_, dates): each for id_, each in assessed.connections.items()}
    return found
