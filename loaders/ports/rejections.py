"""Ports of what went wrong and waits to be mended."""

from __future__ import annotations

from typing import Protocol

from core.jsonvalue import JSONObject
from core.records.dead_letters import DeadLetter, DeadLetterChoice, DeadLetterFilter
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


class DeadLetterStore(Protocol):
    """Runs that ended badly."""

    async def page(
        self, scope: TenantScope, where: DeadLetterFilter, request: PageRequest
    ) -> Page[DeadLetter]:
        """One page, newest first; the cursor is (id,)."""
        ...

    async def requeue(self, scope: TenantScope, choice: DeadLetterChoice) -> tuple[RunRecord, ...]:
        """Queue runs again; NotFound when there is none, Conflict for what is none."""
        ...

    async def dismiss(self, scope: TenantScope, choice: DeadLetterChoice, why: str) -> int:
        """Lay runs aside; how many."""
        ...
