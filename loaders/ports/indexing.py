"""Port of the index that is made of documents."""

from __future__ import annotations

from typing import Protocol

from core.records.documents import SearchStatus
from core.scope import TenantScope


class SearchStatusStore(Protocol):
    """How the index stands."""

    async def status(self, scope: TenantScope) -> SearchStatus:
        """As it is now."""
        ...
