"""Port of analyses that are asked for."""

from __future__ import annotations

from typing import Protocol

from core.records.runs import RunRecord
from core.scope import TenantScope


class AnalysisStore(Protocol):
    """Asks for analyses."""

    async def start(self, scope: TenantScope) -> RunRecord:
        """A run that analyses what is known; the one that waits already, if any."""
        ...
