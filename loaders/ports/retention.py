"""Ports of what is kept for how long, and of persons who are forgotten."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from core.records.forgetting import SubjectErasure
from core.records.pages import Page, PageRequest
from core.records.retention import LetGo, Retention
from core.records.runs import RunRecord
from core.scope import TenantScope


class RetentionStore(Protocol):
    """What tenants want kept."""

    async def of(self, scope: TenantScope) -> Retention:
        """What the tenant wants; for ever where it never said."""
        ...

    async def put(self, scope: TenantScope, wanted: Retention) -> None:
        """Keep so long from now on."""
        ...

    async def due(self, scope: TenantScope, wanted: Retention) -> LetGo:
        """What would go by `wanted` at this moment."""
        ...


class SubjectErasureStore(Protocol):
    """Persons who are forgotten."""

    async def request(
        self, scope: TenantScope, names: Sequence[str], *, is_preview: bool
    ) -> tuple[SubjectErasure, RunRecord]:
        """Queue the run that forgets the person of these names."""
        ...

    async def page(self, scope: TenantScope, request: PageRequest) -> Page[SubjectErasure]:
        """One page, newest first; the cursor is the run's id."""
        ...
