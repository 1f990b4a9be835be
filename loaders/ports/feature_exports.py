"""Port of exports of features."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from core.feature_exports import FeatureDefinition
from core.records.exports import ExportRecord
from core.scope import TenantScope


class FeatureExportStore(Protocol):
    """Starts exports of features."""

    async def start(
        self, scope: TenantScope, definition: FeatureDefinition, as_of: datetime | None
    ) -> ExportRecord:
        """Write an export, its run and its job, and pin its moment; BadInput for the future."""
        ...
