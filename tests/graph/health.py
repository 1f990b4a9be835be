"""A stand-in of the store that health follows from."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from core.records.health import ConnectionFacts, EntryCount, HealthCounts, HealthFilter
from core.scope import TenantScope
from tests.graph.memory import Memory


@dataclass
class Healths:
    memory: Memory

    async def counts(
        self, scope: TenantScope, where: HealthFilter, as_of: datetime | None
    ) -> HealthCounts:
        shelf = self.memory.of(scope)
        facts = tuple(
            ConnectionFacts(
                id=each.id, source=each.source, time_zone=each.time_zone,
                created_at=each.created_at, is_active=True, promises=(), first_day=None,
                last_day=None, fresh_at=None, read_days=(), mature_days=0, compared={},
                records=0, rejected=0,
            )
            for each in shelf.connections.values()
            if not where.connections or each.id in where.connections
        )  # fmt: skip
        days = where.dates
        told = [e for e in shelf.entries.values() if days.since <= e.key.date <= days.until]
        keys = Counter(
            (e.connection_id, e.key.date - timedelta(days=e.key.date.weekday()),
             e.checks_applied, e.checks_failed, e.currency)
            for e in told
        )  # fmt: skip
        counts = tuple(EntryCount(*key, number, Decimal(0)) for key, number in keys.items())
        return HealthCounts(as_of or datetime.now(UTC), facts, counts)
