"""Connections exist only inside `read(scope)` and `write(scope)`.

Both set the tenant for the transaction alone, so that row-level security holds and nothing
leaks to the next user of the connection, behind PgBouncer too.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import TypeAlias

import asyncpg
import orjson

from core.errors import TimedOut, Transient
from core.records.audit import HOUSE
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
    """Two pools: the application's, under row-level security, and upkeep's.

    `statement_seconds` bound each statement of the application; None leaves it to the database.
    `has_sessions`: what is asked twice is asked of the same server, also outside transactions.
    """

    def __init__(
        self,
        app: Pool,
        system: Pool,
        statement_seconds: float | None = None,
        *,
        has_sessions: bool = True,
    ) -> None:
        self._app = app
        self._system = system
        self._has_sessions = has_sessions
        self._limit = "" if statement_seconds is None else _limited(statement_seconds)

    @asynccontextmanager
    async def read(self, scope: TenantScope) -> AsyncIterator[Connection]:
        """A read-only transaction that sees this tenant's rows only.

        Begun and bound in one message, for a page's own statement is often all it waits for.
        """
        async with _connection(self._app) as connection:
            try:
                await connection.execute(f"BEGIN READ ONLY;{self._bound(scope)}")
                yield connection
                await connection.execute("COMMIT")
            except BaseException:
                # Whoever is cancelled while it begins cannot see yet that it has begun.
                with suppress(*_UNAVAILABLE):
                    await connection.execute("ROLLBACK")
                raise

    @asynccontextmanager
    async def write(self, scope: TenantScope) -> AsyncIterator[Connection]:
        """A transaction that sees and changes this tenant's rows only."""
        async with _connection(self._app) as connection, connection.transaction():
            await connection.execute(self._bound(scope))
            yield connection

    @asynccontextmanager
    async def system(self, scope: SystemScope) -> AsyncIterator[Connection]:
        """A transaction across tenants, under another role; the reason is audited with it."""
        async with _connection(self._system) as connection, connection.transaction():
            yield connection
            # Last: the end of the installation's own chain stays locked from here to the commit.
            await connection.execute(_UPKEEP, HOUSE, scope.actor, scope.reason)

    @asynccontextmanager
    async def watch(self) -> AsyncIterator[Connection]:
        """A look across tenants by the worker's own clockwork, several times a minute.

        Read only and not audited: it answers ids of open work, never a tenant's data.
        """
        async with _connection(self._system) as connection, connection.transaction(readonly=True):
            yield connection

    @asynccontextmanager
    async def unbound(self) -> AsyncIterator[Connection]:
        """The application's connection with no tenant: row-level security shows it nothing.

        For single statements, which set nothing that outlives them.
        """
        async with _connection(self._app) as connection:
            if self._has_sessions:
                yield connection
                return
            async with connection.transaction():
                yield connection

    @asynccontextmanager
    async def glance(self) -> AsyncIterator[Connection]:
        """The application's connection for one statement that leaves nothing behind: a round trip.

        No tenant is bound: row-level security shows it nothing but what functions answer.
        """
        async with _connection(self._app) as connection:
            yield connection

    async def ping(self) -> None:
        """Raise Transient unless Postgres answers."""
        async with self.unbound() as connection:
            await connection.fetchval("SELECT 1")

    def _bound(self, scope: TenantScope) -> str:
        """Settings of the transaction alone; a tenant's id is nothing but digits of a UUID."""
        return f"SET LOCAL app.tenant_id = '{scope.tenant_id.hex}';{self._limit}"


_UPKEEP = "SELECT record_upkeep($1, $2, 'UPKEEP', NULL, jsonb_build_object('reason', $3::text))"


def _limited(seconds: float) -> str:
    """For the transaction alone, as the tenant is: behind PgBouncer too."""
    return f"SET LOCAL statement_timeout = '{seconds * 1000:.0f}';"


@asynccontextmanager
async def _connection(pool: Pool) -> AsyncIterator[Connection]:
    try:
        async with pool.acquire(timeout=10) as connection:
            yield connection
    except _UNAVAILABLE as error:
        raise Transient("the database does not answer", mend="try again in a moment") from error
    except asyncpg.QueryCanceledError as error:
        raise TimedOut("the database took longer than it may", mend=TimedOut.advice) from error


async def _prepare(connection: asyncpg.Connection[asyncpg.Record]) -> None:
    # It asks for the type: a pooler holds a server for it through a transaction alone.
    async with connection.transaction(readonly=True):
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


async def _clean(connection: asyncpg.Connection[asyncpg.Record]) -> None:
    """Nothing is left to be undone: what is set ends with its transaction, and only there it is.

    The shipped reset would be one more round trip of every read.
    """


_SETTINGS = {
    "application_name": "liftos",
    "timezone": "UTC",
    "datestyle": "ISO",
    "standard_conforming_strings": "on",
}
"""Of each connection, whatever the server or its roles prefer: Postgres writes dates into answers.
Poolers know them all."""


async def _pool(url: str, size: int, statements_kept: int) -> Pool:
    return await asyncpg.create_pool(
        url,
        min_size=0,
        max_size=size,
        init=_prepare,
        reset=_clean,
        command_timeout=300,
        statement_cache_size=statements_kept,
        server_settings=_SETTINGS,
        # A new connection plans every statement anew, five times each before it keeps a plan.
        max_inactive_connection_lifetime=300,
    )


@asynccontextmanager
async def open_database(
    logins: Logins,
    *,
    size: int = 16,
    statement_seconds: float | None = None,
    statements_kept: int = 100,
) -> AsyncIterator[Database]:
    """Pools for the application and upkeep; closed, or after 5 s cut off, at the end.

    Each connection keeps so many prepared statements. With 0 it relies on nothing that outlasts a
    transaction: behind a pooler that gives the next one to another server.
    """
    app = await _pool(logins.app, size, statements_kept)
    system = await _pool(logins.system, 4, statements_kept)
    try:
        yield Database(app, system, statement_seconds, has_sessions=statements_kept > 0)
    finally:
        for pool in (app, system):
            try:
                await asyncio.wait_for(pool.close(), 5)
            except TimeoutError:
                pool.terminate()
