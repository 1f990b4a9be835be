"""Ports of registered operations and of what a tenant lets pass."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from core.records.operations import (
    NewOperation,
    OperationKey,
    OperationRecord,
    SeenOperation,
    Stage,
    StageRecord,
)
from core.records.pages import Page, PageRequest
from core.scope import TenantScope


class OperationStore(Protocol):
    """Registered operations."""

    async def register(
        self, scope: TenantScope, operations: Sequence[NewOperation]
    ) -> tuple[OperationRecord, ...]:
        """All of them or none; Conflict beyond the most that may be in force."""
        ...

    async def find(self, scope: TenantScope, key: OperationKey) -> OperationRecord | None:
        """An operation, retired or not."""
        ...

    async def page(
        self,
        scope: TenantScope,
        request: PageRequest,
        clients: Sequence[str] = (),
        *,
        include_retired: bool = False,
    ) -> Page[OperationRecord]:
        """One page by client and name; the cursor's parts are client, name and id."""
        ...

    async def retire(self, scope: TenantScope, key: OperationKey) -> OperationRecord:
        """Let it be asked for no more; NotFound without it."""
        ...


class StageStore(Protocol):
    """What a tenant lets pass, and what was seen."""

    async def stages(self, scope: TenantScope) -> tuple[StageRecord, ...]:
        """The tenant's own first, then those of its clients by name."""
        ...

    async def set_stage(self, scope: TenantScope, client: str | None, stage: Stage | None) -> None:
        """Let `client`, or every one without a stage of its own, send so much from now on."""
        ...

    async def seen(
        self,
        scope: TenantScope,
        request: PageRequest,
        clients: Sequence[str],
        known: Sequence[str],
    ) -> Page[SeenOperation]:
        """One page, newest first; the cursor's parts are moment, client and id."""
        ...

    async def all_seen(self, scope: TenantScope, known: Sequence[str]) -> tuple[SeenOperation, ...]:
        """Every one, those seen most often first."""
        ...
