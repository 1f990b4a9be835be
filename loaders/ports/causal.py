"""Ports of causal exports."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from core.causal import CausalDefinition
from core.records.causal import Choice
from core.records.exports import ExportRecord
from core.scope import TenantScope
from core.units import DateRange


class CausalStore(Protocol):
    """What exports are made of."""

    async def choices(
        self, scope: TenantScope, dates: DateRange, as_of: datetime | None
    ) -> tuple[Choice, ...]:
        """What entries there had been by `as_of` (now when None), by connection and kind."""
        ...

    async def start(
        self, scope: TenantScope, definition: CausalDefinition, as_of: datetime | None
    ) -> ExportRecord:
        """Write an export, its run and its job, and pin its moment; BadInput for the future."""
        ...
