"""Connections and their sealed credentials."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

import asyncpg
import orjson

from core.commands import ConnectSource, Credentials
from core.errors import ConfigError, Conflict, NotFound
from core.records.connections import ConnectionRecord, ConnectionStatus, Level, Source
from core.records.pages import Page, PageRequest
from core.scope import TenantScope
from stores.postgres.conditions import Conditions
from stores.postgres.database import Connection, Database
from stores.postgres.paging import Ordering, page_of
from stores.vault import Vault

_BY_ID = Ordering(("id",), (UUID,))
_COLUMNS = (
    "id, source, account_id, name, currency, time_zone, level, look_back_days, status, "
    "file_mapping, created_at, last_read_at"
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
        return {row["id"]: _record(row) for row in rows}

    async def one(self, scope: TenantScope, connection_id: UUID) -> ConnectionRecord:
        """The connection, or NotFound."""
        found = await self.by_ids(scope, [connection_id])
        if connection_id not in found:
            raise no_connection()
        return found[connection_id]

    async def by_account(
        self, scope: TenantScope, source: Source, account_id: str
    ) -> ConnectionRecord | None:
        """The connection of an account, if there is one."""
        sql = (
            f"SELECT {_COLUMNS} FROM connection "
            "WHERE tenant_id = $1 AND source = $2 AND account_id = $3"
        )
        async with self._database.read(scope) as connection:
            row = await connection.fetchrow(sql, scope.tenant_id, source, account_id)
        return _record(row) if row else None

    async def page(self, scope: TenantScope, request: PageRequest) -> Page[ConnectionRecord]:
        """One page, oldest first; the cursor part is the id."""
        where = Conditions(scope.tenant_id)
        where.add("tenant_id = $1")
        _BY_ID.seek(where, request)
        sql = f"SELECT {_COLUMNS} FROM connection WHERE {where} {_BY_ID.clause(request)}"
        async with self._database.read(scope) as connection:
            rows = await connection.fetch(sql, *where.values)
        return page_of(rows, request, _record)

    async def create(self, scope: TenantScope, command: ConnectSource) -> ConnectionRecord:
        """Set up a connection and seal its credentials, or Conflict for a known account."""
        try:
            async with self._database.write(scope) as connection:
                row = await connection.fetchrow(_INSERT, scope.tenant_id, *_values(command))
                if row is None:
                    raise ConfigError("the connection was not stored")
                if command.credentials is not None and command.credentials.parts:
                    await self._seal(connection, scope, row["id"], command.credentials)
                return _record(row)
        except asyncpg.UniqueViolationError as error:
            raise Conflict(
                f"{command.source} account {command.account_id} is already connected",
                field="accountId",
                mend="use the connection that exists",
            ) from error

    async def rotate(
        self, scope: TenantScope, connection_id: UUID, credentials: Credentials
    ) -> ConnectionRecord:
        """Seal `credentials` in place of what opened the source until now, or NotFound."""
        async with self._database.write(scope) as connection:
            return _found(await self._seal(connection, scope, connection_id, credentials))

    async def set_status(
        self, scope: TenantScope, connection_id: UUID, status: ConnectionStatus
    ) -> ConnectionRecord:
        """Say whether the connection may be read from, or NotFound."""
        async with self._database.write(scope) as connection:
            return _found(
                await connection.fetchrow(_SET_STATUS, scope.tenant_id, connection_id, status)
            )

    async def credentials(self, scope: TenantScope, connection_id: UUID) -> dict[str, str]:
        """What opens the source, for the connector alone; empty when none was given."""
        async with self._database.read(scope) as connection:
            row = await connection.fetchrow(_SEALED, scope.tenant_id, connection_id)
        if row is None or row["sealed_credentials"] is None:
            return {}
        opened = self._vault.open(
            row["wrapped_key"],
            scope.tenant_id.bytes,
            connection_id.bytes,
            row["sealed_credentials"],
        )
        return {str(name): str(value) for name, value in orjson.loads(opened).items()}

    async def _seal(
        self, connection: Connection, scope: TenantScope, place: UUID, credentials: Credentials
    ) -> asyncpg.Record | None:
        """The connection's row with `credentials` sealed in it; None when there is no such row."""
        wrapped = await connection.fetchval(
            _DATA_KEY, scope.tenant_id, self._vault.new_data_key(scope.tenant_id.bytes)
        )
        secret = orjson.dumps(dict(credentials.parts))
        sealed = self._vault.seal(wrapped, scope.tenant_id.bytes, place.bytes, secret)
        return await connection.fetchrow(_SET_SEALED, scope.tenant_id, place, sealed)


_INSERT = f"""
INSERT INTO connection (
    tenant_id, source, account_id, name, currency, time_zone, level, look_back_days
) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING {_COLUMNS}
"""
_SET_STATUS = f"""
UPDATE connection SET status = $3 WHERE tenant_id = $1 AND id = $2 RETURNING {_COLUMNS}
"""
_SET_SEALED = f"""
UPDATE connection SET sealed_credentials = $3 WHERE tenant_id = $1 AND id = $2
RETURNING {_COLUMNS}
"""
_SEALED = """
SELECT c.sealed_credentials, k.wrapped_key
FROM connection c JOIN data_key k ON k.tenant_id = c.tenant_id
WHERE c.tenant_id = $1 AND c.id = $2
"""
_DATA_KEY = """
INSERT INTO data_key (tenant_id, wrapped_key) VALUES ($1, $2)
ON CONFLICT (tenant_id) DO UPDATE SET wrapped_key = data_key.wrapped_key
RETURNING wrapped_key
"""


def no_connection() -> NotFound:
    """The tenant has no connection of that id."""
    return NotFound(
        "no such connection", field="connectionId", mend="use the id of one of your connections"
    )


def _found(row: asyncpg.Record | None) -> ConnectionRecord:
    if row is None:
        raise no_connection()
    return _record(row)


def _values(command: ConnectSource) -> tuple[object, ...]:
    return (
        command.source,
        command.account_id,
        command.name,
        command.currency,
        command.time_zone,
        command.level,
        command.look_back_days,
    )


def _record(row: asyncpg.Record) -> ConnectionRecord:
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
    )
