"""Connections and their sealed credentials."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

import asyncpg
import orjson

from core.commands import ChangeConnection, ConnectSource, Credentials
from core.errors import Conflict
from core.missing import no_connection
from core.records.audit import Act
from core.records.connections import Breakdown, ConnectionRecord, ConnectionStatus, Level, Source
from core.records.credentials import (
    CURED_BY_NEW_CREDENTIALS,
    AlertKind,
    CredentialFacts,
    kind_of,
)
from core.records.pages import Page, PageRequest
from core.scope import TenantScope
from stores.postgres.alerts import resolve_alerts
from stores.postgres.audit import acting, record_act
from stores.postgres.clock import advance_clock
from stores.postgres.conditions import Conditions
from stores.postgres.credentials import note_sealed
from stores.postgres.database import Connection, Database
from stores.postgres.freshness import note_freshness
from stores.postgres.paging import Ordering, page_of
from stores.postgres.run_cancel import cancel_runs_of
from stores.postgres.sealing import (
    held_key,
    hold_key_alone,
    rotate_data_key,
    sealed_for,
    wrapped_key,
)
from stores.vault import Vault

_BY_ID = Ordering(("id",), (UUID,))
_COLUMNS = (
    "id, source, account_id, name, currency, time_zone, level, look_back_days, status, "
    "file_mapping, created_at, last_read_at, breakdown"
)


class ConnectionStore:
    """Connections; a credential goes in, and out only to a connector."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self._database = database
        self._vault = vault

    async def by_ids(self, scope: TenantScope, ids: Sequence[UUID]) -> dict[UUID, ConnectionRecord]:
        """The connections of these ids that exist."""
        sql = f"SELECT {_COLUMNS} FROM connection WHERE tenant_id = $1 AND id = ANY($2)"
        async with self._database.read(scope) as connection:
            rows = await connection.fetch(sql, scope.tenant_id, list(ids))
        return {row["id"]: connection_record(row) for row in rows}

    async def one(self, scope: TenantScope, connection_id: UUID) -> ConnectionRecord:
        """The connection, or NotFound."""
        found = await self.by_ids(scope, [connection_id])
        if connection_id not in found:
            raise no_connection()
        return found[connection_id]

    async def page(self, scope: TenantScope, request: PageRequest) -> Page[ConnectionRecord]:
        """One page, oldest first; the cursor part is the id."""
        where = Conditions(scope.tenant_id)
        where.add("tenant_id = $1")
        _BY_ID.seek(where, request)
        sql = f"SELECT {_COLUMNS} FROM connection WHERE {where} {_BY_ID.clause(request)}"
        async with self._database.read(scope) as connection:
            rows = await connection.fetch(sql, *where.values)
        return page_of(rows, request, connection_record)

    async def create(self, scope: TenantScope, command: ConnectSource) -> ConnectionRecord:
        """Set up a connection and seal its credentials, or Conflict for a known account.

        One that was disconnected is the account's again: what it brought goes on under its id.
        """
        async with self._database.write(scope) as connection:
            if command.credentials is not None and command.credentials.parts:
                await held_key(connection, self._vault, scope)
            row = await connection.fetchrow(_INSERT, scope.tenant_id, *_values(command))
            if row is None:
                row = await _revived(connection, scope, command)
            if command.credentials is not None and command.credentials.parts:
                await self._seal(connection, scope, row["id"], command.credentials)
            subject = f"connection:{row['id']}"
            await record_act(
                connection,
                scope,
                Act.SOURCE_CONNECTED,
                subject,
                source=command.source,
                account=command.account_id,
            )
            return connection_record(row)

    async def rotate(
        self, scope: TenantScope, connection_id: UUID, credentials: Credentials
    ) -> ConnectionRecord:
        """Seal `credentials` in place of what opened the source until now, or NotFound."""
        place = f"connection:{connection_id}"
        async with acting(self._database, scope, Act.CREDENTIALS_ROTATED, place) as connection:
            await held_key(connection, self._vault, scope)
            await _require_connected(connection, scope, connection_id)
            return _found(await self._seal(connection, scope, connection_id, credentials))

    async def change(
        self, scope: TenantScope, connection_id: UUID, change: ChangeConnection
    ) -> ConnectionRecord:
        """Change what `change` names, or NotFound."""
        values = (connection_id, change.name, change.look_back_days)
        place = f"connection:{connection_id}"
        async with acting(
            self._database,
            scope,
            Act.CONNECTION_CHANGED,
            place,
            name=change.name,
            look_back_days=change.look_back_days,
        ) as connection:
            return _found(await connection.fetchrow(_CHANGE, scope.tenant_id, *values))

    async def set_status(
        self, scope: TenantScope, connection_id: UUID, status: ConnectionStatus
    ) -> ConnectionRecord:
        """Say whether the connection may be read from; NotFound, Conflict when disconnected."""
        is_active = status is ConnectionStatus.ACTIVE
        act = Act.CONNECTION_RESUMED if is_active else Act.CONNECTION_PAUSED
        async with acting(self._database, scope, act, f"connection:{connection_id}") as connection:
            await advance_clock(connection, scope)
            await _require_connected(connection, scope, connection_id)
            row = await connection.fetchrow(_SET_STATUS, scope.tenant_id, connection_id, status)
            await note_freshness(connection, scope, connection_id)
            return _found(row)

    async def disconnect(self, scope: TenantScope, connection_id: UUID) -> ConnectionRecord:
        """Destroy its credentials and cancel its runs, all at once; what was read stays.

        The tenant's data key goes with them: no copy of the row opens with a key still kept.
        """
        place = f"connection:{connection_id}"
        async with acting(self._database, scope, Act.SOURCE_DISCONNECTED, place) as connection:
            await hold_key_alone(connection, scope)
            await advance_clock(connection, scope)
            gone = ConnectionStatus.DISCONNECTED
            row = _found(
                await connection.fetchrow(_SET_STATUS, scope.tenant_id, connection_id, gone)
            )
            await note_freshness(connection, scope, connection_id)
            for statement in _DESTROY:
                await connection.execute(statement, scope.tenant_id, connection_id)
            await rotate_data_key(connection, self._vault, scope)
            await resolve_alerts(connection, scope, connection_id, tuple(AlertKind))
            await cancel_runs_of(connection, scope, connection_id)
            return row

    async def credentials(self, scope: TenantScope, connection_id: UUID) -> dict[str, str]:
        """What opens the source, for the connector alone; empty when none was given."""
        async with self._database.read(scope) as connection:
            row = await connection.fetchrow(_SEALED, scope.tenant_id, connection_id)
        if row is None or row["sealed_credentials"] is None:
            return {}
        opened = await self._vault.open(
            wrapped_key(row),
            scope.tenant_id.bytes,
            connection_id.bytes,
            row["sealed_credentials"],
        )
        return {str(name): str(value) for name, value in orjson.loads(opened).items()}

    async def _seal(
        self, connection: Connection, scope: TenantScope, place: UUID, credentials: Credentials
    ) -> asyncpg.Record | None:
        """The connection's row with `credentials` sealed in it; None when there is no such row."""
        secret = orjson.dumps(dict(credentials.parts))
        sealed = await sealed_for(connection, self._vault, scope, place.bytes, secret)
        row = await connection.fetchrow(_SET_SEALED, scope.tenant_id, place, sealed)
        if row is not None:
            facts = CredentialFacts(kind_of(credentials.parts))
            await note_sealed(connection, scope, place, facts)
            await resolve_alerts(connection, scope, place, CURED_BY_NEW_CREDENTIALS)
        return row


_INSERT = f"""
INSERT INTO connection (
    tenant_id, source, account_id, name, currency, time_zone, level, look_back_days,
    breakdown
) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
ON CONFLICT (tenant_id, source, account_id) DO NOTHING RETURNING {_COLUMNS}
"""
_REVIVE = f"""
UPDATE connection SET status = 'ACTIVE', name = $3, look_back_days = $4
WHERE tenant_id = $1 AND id = $2 RETURNING {_COLUMNS}
"""
_KNOWN = f"""
SELECT {_COLUMNS} FROM connection
WHERE tenant_id = $1 AND source = $2 AND account_id = $3 FOR UPDATE
"""
_STATUS = "SELECT status FROM connection WHERE tenant_id = $1 AND id = $2 FOR UPDATE"
_DESTROY = (
    "UPDATE connection SET sealed_credentials = NULL WHERE tenant_id = $1 AND id = $2",
    "DELETE FROM connection_credential WHERE tenant_id = $1 AND connection_id = $2",
    "DELETE FROM source_authorization WHERE tenant_id = $1 AND connection_id = $2",
)
_CHANGE = f"""
UPDATE connection SET name = coalesce($3, name), look_back_days = coalesce($4, look_back_days)
WHERE tenant_id = $1 AND id = $2 RETURNING {_COLUMNS}
"""
_SET_STATUS = f"""
UPDATE connection SET status = $3 WHERE tenant_id = $1 AND id = $2 RETURNING {_COLUMNS}
"""
_SET_SEALED = f"""
UPDATE connection SET sealed_credentials = $3 WHERE tenant_id = $1 AND id = $2
RETURNING {_COLUMNS}
"""
_SEALED = """
SELECT c.sealed_credentials, k.wrapped_key, k.master_key_id
FROM connection c JOIN data_key k ON k.tenant_id = c.tenant_id
WHERE c.tenant_id = $1 AND c.id = $2
"""


async def _require_connected(
    connection: Connection, scope: TenantScope, connection_id: UUID
) -> None:
    status = await connection.fetchval(_STATUS, scope.tenant_id, connection_id)
    if status == ConnectionStatus.DISCONNECTED:
        raise Conflict(
            "the connection is DISCONNECTED",
            field="connectionId",
            mend="connect the account again",
        )


async def _revived(
    connection: Connection, scope: TenantScope, command: ConnectSource
) -> asyncpg.Record:
    """The account's disconnected connection, active again; Conflict for one that is not."""
    known = await connection.fetchrow(_KNOWN, scope.tenant_id, command.source, command.account_id)
    if known is None or known["status"] != ConnectionStatus.DISCONNECTED:
        raise Conflict(
            f"{command.source} account {command.account_id} is already connected",
            field="accountId",
            mend="use the connection that exists",
        )
    for column, field, asked in _fixed_parts(command):
        if known[column] != asked:
            before = known[column] or f"no {field}"
            raise Conflict(
                f"the account was connected with {before}, and its entries are kept so",
                field=field,
                mend=f"connect it with {before} again",
            )
    values = (command.name, command.look_back_days)
    # The lock of merges is held before any row is changed: the statement's trigger asks for it.
    row = await connection.fetchrow(_REVIVE, scope.tenant_id, known["id"], *values)
    await advance_clock(connection, scope)
    await note_freshness(connection, scope, known["id"])
    return row or known


def _fixed_parts(command: ConnectSource) -> tuple[tuple[str, str, str | None], ...]:
    return (
        ("currency", "currency", command.currency),
        ("time_zone", "timeZone", command.time_zone),
        ("level", "level", command.level),
        ("breakdown", "breakdown", command.breakdown),
    )


def _found(row: asyncpg.Record | None) -> ConnectionRecord:
    if row is None:
        raise no_connection()
    return connection_record(row)


def _values(command: ConnectSource) -> tuple[object, ...]:
    return (
        command.source,
        command.account_id,
        command.name,
        command.currency,
        command.time_zone,
        command.level,
        command.look_back_days,
        command.breakdown,
    )


def connection_record(row: asyncpg.Record) -> ConnectionRecord:
    """The record of a row of `connection`."""
    return ConnectionRecord(
        id=row["id"],
        source=Source(row["source"]),
        account_id=row["account_id"],
        name=row["name"],
        currency=row["currency"],
        time_zone=row["time_zone"],
        level=Level(row["level"]),
        look_back_days=row["look_back_days"],
        status=ConnectionStatus(row["status"]),
        created_at=row["created_at"],
        last_read_at=row["last_read_at"],
        file_mapping=row["file_mapping"],
        breakdown=Breakdown(row["breakdown"]) if row["breakdown"] else None,
    )
