"""Port of incidents."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from core.records.incidents import IncidentFilter, IncidentMoment, IncidentRecord
from core.records.insight_acts import InsightWish
from core.records.insights import InsightRecord
from core.records.pages import Page, PageRequest
from core.scope import TenantScope


class IncidentStore(Protocol):
    """Insights that tell of one thing that happened, together."""

    async def by_ids(
        self, scope: TenantScope, ids: Sequence[UUID], as_of: datetime | None = None
    ) -> Mapping[UUID, IncidentRecord]:
        """The incidents of these ids that there are."""
        ...

    async def page(
        self,
        scope: TenantScope,
        request: PageRequest,
        asked: IncidentFilter = ...,
        as_of: datetime | None = None,
    ) -> Page[IncidentRecord]:
        """One page, the newest first. The cursor is when it was raised, and the id."""
        ...

    async def members(
        self, scope: TenantScope, moments: Sequence[IncidentMoment]
    ) -> Mapping[IncidentMoment, tuple[InsightRecord, ...]]:
        """The first of the insights of each incident that there is, the headline before all."""
        ...

    async def act(self, scope: TenantScope, incident_id: UUID, wish: InsightWish) -> IncidentRecord:
        """Bring those of its insights into a state that a way leads from, in the caller's name.

        NotFound where there is none, Conflict where no way leads from any. Where all are as far
        already nothing changes.
        """
        ...
