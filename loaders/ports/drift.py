"""Port of what changed in sources' streams."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol
from uuid import UUID

from core.records.drift import DriftPolicy, DriftState, SchemaChangeRecord
from core.records.pages import Page, PageRequest
from core.records.runs import RunRecord
from core.scope import TenantScope


class DriftStore(Protocol):
    """Changes of streams, and what is to become of them."""

    async def page(
        self,
        scope: TenantScope,
        request: PageRequest,
        connections: Sequence[UUID] = (),
        states: Sequence[DriftState] = (),
    ) -> Page[SchemaChangeRecord]:
        """One page, newest first; the cursor is (id,)."""
        ...

    async def accept(
        self, scope: TenantScope, ids: Sequence[UUID]
    ) -> tuple[tuple[SchemaChangeRecord, ...], tuple[RunRecord, ...]]:
        """Take note of changes; also the runs that go on for it. NotFound for an unknown one."""
        ...

    async def policies(
        self, scope: TenantScope, ids: Sequence[UUID]
    ) -> dict[UUID, dict[str, DriftPolicy]]:
        """The policies that were set for these connections, by stream."""
        ...

    async def set_policy(
        self, scope: TenantScope, connection_id: UUID, stream: str, policy: DriftPolicy
    ) -> None:
        """Put a policy in force; '' is every stream without its own."""
        ...
