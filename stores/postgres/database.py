"""Connections exist only inside `read(scope)` and `write(scope)`.

Both set the tenant for the transaction alone, so that row-level security holds and nothing
leaks to the next user of the connection, behind PgBouncer too.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TypeAlias

import asyncpg
import orjson

from core.errors import Transient
from core.scope import SystemScope, TenantScope
from stores.postgres.logins import Logins

Connection: TypeAlias = "asyncpg.pool.PoolConnectionProxy[asyncpg.Record]"
Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"

_UNAVAILABLE = (
    asyncpg.PostgresConnectionError,
    asyncpg.CannotConnectNowError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.InsufficientResourcesError,
    asyncpg.DeadlockDetectedError,
    asyncpg.InterfaceError,
    ConnectionError,
    TimeoutError,
    FileNotFoundError,
)


class Database:
    """Two pools: the application's, under row-level security, and upkeep's."""

    def __init__(self, app: Pool, system: Pool) -> None:
        self._app = app
        self._system = system

    @asynccontextmanager
    async def read(self, scope: TenantScope) -> AsyncIterator[Connection]:
        """A read-only transaction that sees this tenant's rows only."""
        async with _connection(self._app) as connection, connection.transaction(readonly=True):
            await _bind(connection, scope)
            yield connection

    @asynccontextmanager
    async def write(self, scope: TenantScope) -> AsyncIterator[Connection]:
        """A transaction that sees and changes this tenant's rows only."""
        async with _connection(self._app) as connection, connection.transaction():
            await _bind(connection, scope)
            yield connection

    @asynccontextmanager
    async def system(self, scope: SystemScope) -> AsyncIterator[Connection]:
        """A transaction across tenants, under another role; the reason is audited with it."""
        async with _connection(self._system) as connection, connection.transaction():
            await connection.execute(
                "INSERT INTO audit_log (actor, reason) VALUES ($1, $2)", scope.actor, scope.reason
            )
            yield connection

    @asynccontextmanager
    async def watch(self) -> AsyncIterator[Connection]:
        """A look across tenants by the worker's own clockwork, several times a minute.

        Read only and not audited: it answers ids of open work, never a tenant's data.
        """
        async with _connection(self._system) as connection, connection.transaction(readonly=True):
            yield connection

    @asynccontextmanager
    async def unbound(self) -> AsyncIterator[Connection]:
        """The application's connection with no tenant: row-level security shows it nothing."""
        async with _connection(self._app) as connection:
            yield connection

    async def ping(self) -> None:
        """Raise Transient unless Postgres answers."""
        async with self.unbound() as connection:
            await connection.fetchval("SELECT 1")


async def _bind(connection: Connection, scope: TenantScope) -> None:
    await connection.execute("SELECT set_config('app.tenant_id', $1, true)", str(scope.tenant_id))


@asynccontextmanager
async def _connection(pool: Pool) -> AsyncIterator[Connection]:
    try:
        async with pool.acquire(timeout=10) as connection:
            yield connection
    except _UNAVAILABLE as error:
        raise Transient("the database does not answer", mend="try again in a moment") from error


async def _prepare(connection: asyncpg.Connection[asyncpg.Record]) -> None:
    await connection.set_type_codec(
        "jsonb",
        encoder=_jsonb,
        decoder=lambda data: orjson.loads(data[1:]),
        schema="pg_catalog",
        format="binary",
    )


def _jsonb(value: object) -> bytes:
    # Text is JSON already: PgQueuer writes its own on our connections. We store no bare strings.
    text = value.encode() if isinstance(value, str) else orjson.dumps(value)
    return b"\x01" + (_NUL.sub(_REPLACED, text) if b"\\u0000" in text else text)


_NUL = re.compile(rb"(?<!\\)((?:\\\\)*)\\u0000")
_REPLACED = rb"\1\\ufffd"
"""Postgres keeps no NUL, neither in text nor in jsonb: U+FFFD stands for it."""


def storable(text: str) -> str:
    """`text` as a column of text can hold it."""
    return text.replace("\x00", "\ufffd")


async def _pool(url: str, size: int) -> Pool:
    return await asyncpg.create_pool(
        url,
        min_size=0,
        max_size=size,
        init=_prepare,
        command_timeout=300,
        server_settings={"application_name": "liftos", "timezone": "UTC"},
        max_inactive_connection_lifetime=60,
    )


@asynccontextmanager
async def open_database(logins: Logins, *, size: int = 16) -> AsyncIterator[Database]:
    """Pools for the application and upkeep; closed, or after 5 s cut off, at the end."""
    app = await _pool(logins.app, size)
    system = await _pool(logins.system, 4)
    try:
        yield Database(app, system)
    finally:
        for pool in (app, system):
            try:
                await asyncio.wait_for(pool.close(), 5)
            except TimeoutError:
                pool.terminate()
