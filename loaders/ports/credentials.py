"""Ports of what is known about connections' credentials."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol
from uuid import UUID

from core.records.credentials import AlertRecord, CredentialRecord
from core.scope import TenantScope


class CredentialStore(Protocol):
    """Facts of credentials, never one of them."""

    async def by_connections(
        self, scope: TenantScope, ids: Sequence[UUID]
    ) -> dict[UUID, CredentialRecord]:
        """The facts of each of these connections that has credentials."""
        ...


class AlertStore(Protocol):
    """Alerts on connections."""

    async def open_by_connections(
        self, scope: TenantScope, ids: Sequence[UUID]
    ) -> dict[UUID, tuple[AlertRecord, ...]]:
        """The open alerts of each of these connections that has any, oldest first."""
        ...
