"""Ports of exports."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol
from uuid import UUID

from core.records.exports import ExportRecord, ExportState
from core.records.pages import Page, PageRequest
from core.scope import TenantScope


class ExportStore(Protocol):
    """Exports."""

    async def by_ids(self, scope: TenantScope, ids: Sequence[UUID]) -> dict[UUID, ExportRecord]:
        """Those of `ids` that exist, in whatever state."""
        ...

    async def page(
        self, scope: TenantScope, request: PageRequest, states: Sequence[ExportState] = ()
    ) -> Page[ExportRecord]:
        """One page, newest first; the cursor is (id,)."""
        ...


class ExportRemovalStore(Protocol):
    """The end of exports."""

    async def delete(self, scope: TenantScope, export_id: UUID) -> ExportRecord:
        """End one; NotFound without it, Conflict while its run is open."""
        ...


class ObjectRemoval(Protocol):
    """Files outside the database."""

    async def delete(self, scope: TenantScope, names: Sequence[str]) -> None:
        """Forget objects; those that are not there are passed over."""
        ...
