"""Ports of what receipts are judged by, and of what they hold back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol
from uuid import UUID

from core.records.connections import ConnectionRecord
from core.records.receipts import HeldShrink, ReceiptPolicy
from core.records.restatements import Lesson
from core.records.runs import RunRecord
from core.scope import TenantScope


class ShrinkStore(Protocol):
    """Shrinks that were held, and the decisions on them."""

    async def by_runs(self, scope: TenantScope, ids: Sequence[UUID]) -> dict[UUID, HeldShrink]:
        """What these runs held back, for those that did."""
        ...

    async def accept(self, scope: TenantScope, run_id: UUID) -> RunRecord:
        """Bury what was shown; Conflict when nothing is held or any of it has moved since."""
        ...

    async def reject(self, scope: TenantScope, run_id: UUID) -> RunRecord:
        """Keep what would have vanished; Conflict when nothing is held."""
        ...


class ReceiptPolicyStore(Protocol):
    """What receipts are judged by."""

    async def by_connections(
        self, scope: TenantScope, ids: Sequence[UUID]
    ) -> dict[UUID, ReceiptPolicy]:
        """The policy of each connection."""
        ...

    async def put(
        self, scope: TenantScope, connection_id: UUID, policy: ReceiptPolicy
    ) -> ReceiptPolicy:
        """Set a connection's policy; NotFound when there is no such connection."""
        ...


class RestatementStore(Protocol):
    """What restatements taught."""

    async def by_connections(self, scope: TenantScope, ids: Sequence[UUID]) -> dict[UUID, Lesson]:
        """The newest lesson of each connection that has one."""
        ...

    async def accept_look_back(self, scope: TenantScope, connection_id: UUID) -> ConnectionRecord:
        """Take the proposed look-back; Conflict when none is proposed, or NotFound."""
        ...
