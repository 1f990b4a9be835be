"""Ports of what is known about connections' credentials."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol
from uuid import UUID

from core.records.authorizations import AuthorizationRecord, Granted, NewAuthorization
from core.records.credentials import (
    AlertRecord,
    ConnectionTestRecord,
    CredentialFacts,
    CredentialRecord,
)
from core.scope import TenantScope


class CredentialStore(Protocol):
    """Facts of credentials, never one of them."""

    async def by_connections(
        self, scope: TenantScope, ids: Sequence[UUID]
    ) -> dict[UUID, CredentialRecord]:
        """The facts of each of these connections that has credentials."""
        ...

    async def learn(self, scope: TenantScope, connection_id: UUID, facts: CredentialFacts) -> None:
        """Keep what the source said of a connection's credentials."""
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


class AuthorizationStore(Protocol):
    """Authorisations at sources; each is told to the user who began it alone."""

    async def begin(self, scope: TenantScope, new: NewAuthorization) -> AuthorizationRecord:
        """Keep what the way back will be checked against."""
        ...

    async def confirm(
        self, scope: TenantScope, authorization_id: UUID, ticket_hash: bytes
    ) -> AuthorizationRecord:
        """Have the code exchanged; NotFound without the ticket."""
        ...

    async def by_id(self, scope: TenantScope, authorization_id: UUID) -> AuthorizationRecord:
        """The authorisation; NotFound for anybody else."""
        ...

    async def granted(self, scope: TenantScope, authorization_id: UUID) -> Granted:
        """What was granted, to be sealed in a connection; Conflict unless it is READY."""
        ...
