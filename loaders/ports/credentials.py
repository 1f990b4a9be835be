"""Ports of what is known about connections' credentials."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol
from uuid import UUID

from core.records.credentials import AlertRecord, ConnectionTestRecord, CredentialRecord
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


class ConnectionTestStore(Protocol):
    """Tests of connections."""

    async def start(self, scope: TenantScope, connection_id: UUID) -> ConnectionTestRecord:
        """Ask a worker for a test, or join one that waits; NotFound when there is none."""
        ...

    async def by_ids(
        self, scope: TenantScope, ids: Sequence[UUID]
    ) -> dict[UUID, ConnectionTestRecord]:
        """The tests of these ids that exist."""
        ...

    async def latest(
        self, scope: TenantScope, connections: Sequence[UUID]
    ) -> dict[UUID, ConnectionTestRecord]:
        """The newest test of each of these connections that was ever tested."""
        ...
