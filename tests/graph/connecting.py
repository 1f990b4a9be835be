"""Stand-ins for the stores of connections, their credentials and their webhooks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from core.commands import ChangeConnection, ConnectSource, Credentials
from core.errors import Conflict, NotFound
from core.records.authorizations import (
    AuthorizationRecord,
    AuthorizationStatus,
    Granted,
    NewAuthorization,
)
from core.records.connections import ConnectionRecord, ConnectionStatus, Source
from core.records.credentials import (
    AlertRecord,
    ConnectionTestRecord,
    ConnectionTestStatus,
    CredentialFacts,
    CredentialRecord,
)
from core.records.pages import Page, PageRequest
from core.records.webhooks import WebhookSetup
from core.scope import TenantScope
from core.webhook_mapping import WebhookMapping
from tests.graph.memory import Memory, paged
from tests.graph.samples import CONNECTION, NOW


def connection_test(connection_id: UUID = CONNECTION, **changes: object) -> ConnectionTestRecord:
    record = ConnectionTestRecord(
        id=UUID(int=0xD0000),
        connection_id=connection_id,
        status=ConnectionTestStatus.WAITING,
        account=None,
        findings=(),
        requested_by="user:ada",
        created_at=datetime(2026, 11, 22, 11, tzinfo=UTC),
        ended_at=None,
    )
    return replace(record, **changes)  # type: ignore[arg-type]


def authorization(
    source: Source, connection_id: UUID | None = None, actor: str = "user:ada"
) -> AuthorizationRecord:
    return AuthorizationRecord(
        id=UUID(int=0xE0000),
        source=source,
        status=AuthorizationStatus.STARTED,
        connection_id=connection_id,
        accounts=(),
        error=None,
        requested_by=actor,
        created_at=datetime(2026, 11, 22, 11, tzinfo=UTC),
        expires_at=datetime(2026, 11, 22, 11, 15, tzinfo=UTC),
        credential_expires_at=None,
    )


class Connections:
    def __init__(self, memory: Memory) -> None:
        self.memory = memory
        self.sealed: dict[UUID, dict[str, str]] = {}

    async def by_ids(self, scope: TenantScope, ids: Sequence[UUID]) -> dict[UUID, ConnectionRecord]:
        found = self.memory.of(scope).connections
        return {key: found[key] for key in ids if key in found}

    async def page(self, scope: TenantScope, request: PageRequest) -> Page[ConnectionRecord]:
        found = list(self.memory.of(scope).connections.values())
        return paged(found, request, lambda connection: (str(connection.id),))

    async def create(self, scope: TenantScope, command: ConnectSource) -> ConnectionRecord:
        shelf = self.memory.of(scope).connections
        if any(known.account_id == command.account_id for known in shelf.values()):
            raise Conflict("already connected", field="accountId", mend="use that connection")
        record = ConnectionRecord(
            id=UUID(int=0xC0000 + len(shelf)),
            source=command.source,
            account_id=command.account_id,
            name=command.name,
            currency=command.currency,
            time_zone=command.time_zone,
            level=command.level,
            look_back_days=command.look_back_days,
            status=ConnectionStatus.ACTIVE,
            created_at=NOW,
            last_read_at=None,
        )
        shelf[record.id] = record
        return record

    async def rotate(
        self, scope: TenantScope, connection_id: UUID, credentials: Credentials
    ) -> ConnectionRecord:
        self.sealed[connection_id] = dict(credentials.parts)
        return self._one(scope, connection_id)

    async def change(
        self, scope: TenantScope, connection_id: UUID, change: ChangeConnection
    ) -> ConnectionRecord:
        said = {name: value for name, value in asdict(change).items() if value is not None}
        changed = replace(self._one(scope, connection_id), **said)
        self.memory.of(scope).connections[connection_id] = changed
        return changed

    async def set_status(
        self, scope: TenantScope, connection_id: UUID, status: ConnectionStatus
    ) -> ConnectionRecord:
        record = replace(self._one(scope, connection_id), status=status)
        self.memory.of(scope).connections[connection_id] = record
        return record

    async def disconnect(self, scope: TenantScope, connection_id: UUID) -> ConnectionRecord:
        return await self.set_status(scope, connection_id, ConnectionStatus.DISCONNECTED)

    def _one(self, scope: TenantScope, connection_id: UUID) -> ConnectionRecord:
        found = self.memory.of(scope).connections.get(connection_id)
        if found is None:
            raise NotFound("no such connection", field="connectionId", mend="use one of yours")
        return found


class Authorizations:
    """Nobody comes back here: what follows consent is shown on the real thing."""

    def __init__(self) -> None:
        self.begun: list[NewAuthorization] = []

    async def begin(self, scope: TenantScope, new: NewAuthorization) -> AuthorizationRecord:
        self.begun.append(new)
        return authorization(new.source, new.connection_id, scope.actor)

    async def confirm(self, *_: object) -> AuthorizationRecord:
        raise _nobody()

    async def by_id(self, *_: object) -> AuthorizationRecord:
        raise _nobody()

    async def granted(self, *_: object) -> Granted:
        raise _nobody()


def _nobody() -> NotFound:
    return NotFound("no such authorization", field="authorizationId", mend="use one of yours")


class KnownCredentials:
    def __init__(self, memory: Memory) -> None:
        self.memory = memory

    async def learn(self, scope: TenantScope, connection_id: UUID, facts: CredentialFacts) -> None:
        found = CredentialRecord(connection_id, facts, NOW, NOW)
        self.memory.of(scope).credentials[connection_id] = found

    async def by_connections(
        self, scope: TenantScope, ids: Sequence[UUID]
    ) -> dict[UUID, CredentialRecord]:
        found = self.memory.of(scope).credentials
        return {key: found[key] for key in ids if key in found}


class ConnectionTests:
    def __init__(self, memory: Memory) -> None:
        self.memory = memory

    async def start(self, scope: TenantScope, connection_id: UUID) -> ConnectionTestRecord:
        if connection_id not in self.memory.of(scope).connections:
            raise NotFound("no such connection", field="connectionId", mend="use one of yours")
        return connection_test(connection_id)

    async def by_ids(
        self, scope: TenantScope, ids: Sequence[UUID]
    ) -> dict[UUID, ConnectionTestRecord]:
        found = self.memory.of(scope).tests
        return {key: found[key] for key in ids if key in found}

    async def latest(
        self, scope: TenantScope, connections: Sequence[UUID]
    ) -> dict[UUID, ConnectionTestRecord]:
        found = self.memory.of(scope).tests.values()
        return {test.connection_id: test for test in found if test.connection_id in connections}


class Alerts:
    def __init__(self, memory: Memory) -> None:
        self.memory = memory

    async def open_by_connections(
        self, scope: TenantScope, ids: Sequence[UUID]
    ) -> dict[UUID, tuple[AlertRecord, ...]]:
        found = self.memory.of(scope).alerts
        return {key: found[key] for key in ids if key in found}


class Webhooks:
    def __init__(self, memory: Memory) -> None:
        self.memory = memory

    async def setups(
        self, scope: TenantScope, connection_ids: Sequence[UUID]
    ) -> dict[UUID, WebhookSetup]:
        found = self.memory.of(scope).webhooks
        return {key: found[key] for key in connection_ids if key in found}

    async def set_mapping(
        self, scope: TenantScope, connection_id: UUID, mapping: WebhookMapping
    ) -> None:
        self.memory.of(scope).webhooks[connection_id] = WebhookSetup(mapping)

    async def rotate_secret(
        self, scope: TenantScope, connection_id: UUID, secret: str, overlap: timedelta
    ) -> datetime | None:
        del secret
        until = NOW + overlap
        self.memory.of(scope).webhooks[connection_id] = WebhookSetup(previous_until=until)
        return until
