"""Ports of what went wrong and waits to be mended."""

from __future__ import annotations

from typing import Protocol

from core.jsonvalue import JSONObject
from core.records.pages import Page, PageRequest
from core.records.rejections import (
    RejectedRecord,
    RejectionChoice,
    RejectionFilter,
    RejectionGroup,
)
from core.records.runs import RunRecord
from core.scope import TenantScope


class RejectionStore(Protocol):
    """Refused records."""

    async def page(
        self, scope: TenantScope, where: RejectionFilter, request: PageRequest
    ) -> Page[RejectedRecord]:
        """One page, oldest first; the cursor is (id,)."""
        ...

    async def groups(
        self, scope: TenantScope, where: RejectionFilter, limit: int
    ) -> tuple[RejectionGroup, ...]:
        """The `limit` largest groups of records with one reason."""
        ...

    async def dismiss(self, scope: TenantScope, choice: RejectionChoice, why: str) -> int:
        """Lay open records aside; how many. NotFound when there is none."""
        ...

    async def replay(
        self, scope: TenantScope, choice: RejectionChoice, patch: JSONObject | None
    ) -> tuple[RunRecord, ...]:
        """Queue a run for each connection of open records; NotFound when there is none."""
        ...
