"""Tokens of what answers are made of: two answers under the same tokens are the same."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, TypeAlias
from uuid import UUID

import asyncpg

from core.errors import Transient
from core.records.answers import DataVersions
from core.scope import TenantId, TenantScope
from stores.postgres.database import Database
from stores.postgres.logins import Logins

Changes: TypeAlias = AsyncIterator[tuple[TenantId, frozenset[str]]]


class VersionStore:
    """Reads tokens; triggers draw them, in the transaction of whoever changes what they are of."""

    def __init__(self, database: Database, logins: Logins) -> None:
        self._database = database
        self._logins = logins

    async def current(self, scope: TenantScope) -> DataVersions | None:
        """The tokens of everything that was committed before the call; None while they say nothing.

        One round trip: the function answers for the tenant that it is given.
        """
        async with self._database.glance() as connection:
            row = await connection.fetchrow(_TOKENS, scope.tenant_id)
        if row is None:
            return None
        rates = row["rates"] if row["labels_settled"] else None
        return DataVersions(row["tokens"], row["everything"], rates, row["today"] or "")

    @asynccontextmanager
    async def changes(self) -> AsyncIterator[Changes]:
        """Whose tokens were drawn, and which, as it is committed; over a connection of its own.

        Raises Transient when there is none, or it is lost: what changes then is not told.
        """
        told: asyncio.Queue[str | None] = asyncio.Queue()

        def hear(_connection: Any, _pid: int, _channel: str, payload: object) -> None:
            told.put_nowait(str(payload))

        try:
            connection = await asyncpg.connect(self._logins.app)
        except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            raise Transient("the database does not answer") from error
        try:
            connection.add_termination_listener(lambda _: told.put_nowait(None))
            await connection.add_listener("liftos_data_change", hear)
            yield _changes(told)
        finally:
            await connection.close(timeout=2)


async def _changes(told: asyncio.Queue[str | None]) -> Changes:
    while (payload := await told.get()) is not None:
        tenant_id, *tokens = payload.split(",")
        yield TenantId(UUID(tenant_id)), frozenset(tokens)
    raise Transient("the database connection was lost")


_TOKENS = "SELECT * FROM data_tokens($1)"
