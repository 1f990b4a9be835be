"""The port of what health follows from."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from core.records.health import HealthCounts, HealthFilter
from core.scope import TenantScope


class HealthStore(Protocol):
    """Counts of entries by their checks, and of days by when they were read."""

    async def counts(
        self, scope: TenantScope, where: HealthFilter, as_of: datetime | None
    ) -> HealthCounts:
        """What is known of `where` at `as_of`; None: at present."""
        ...
