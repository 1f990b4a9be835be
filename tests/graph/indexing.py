"""Stand-in for how the index of documents stands: nothing is indexed, unless a test says so."""

from __future__ import annotations

from dataclasses import dataclass, field

from core.records.documents import SearchStatus
from core.scope import TenantId, TenantScope

NEVER_INDEXED = SearchStatus(
    None,
    is_current=False,
    run_id=None,
    documents=0,
    superseded=0,
    indexes=(),
    measures=None,
    measured_at=None,
)


@dataclass
class Status:
    told: dict[TenantId, SearchStatus] = field(default_factory=dict)

    async def status(self, scope: TenantScope) -> SearchStatus:
        return self.told.get(scope.tenant_id, NEVER_INDEXED)
