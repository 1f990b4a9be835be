"""Postgres tells when a run has moved: the notification is part of the step's transaction."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import asyncpg

from core.errors import Transient
from core.scope import TenantId
from stores.postgres.logins import Logins

_CHANNEL = "liftos_run_event"


@asynccontextmanager
async def watch_runs(logins: Logins) -> AsyncIterator[AsyncIterator[tuple[TenantId, UUID]]]:
    """Which runs have moved, as it is committed, over a connection of its own.

    Raises Transient when the connection is lost: what moved meanwhile is not told.
    """
    moved: asyncio.Queue[str | None] = asyncio.Queue()
    connection = await asyncpg.connect(logins.app)
    connection.add_termination_listener(lambda _: moved.put_nowait(None))

    def hear(_connection: Any, _pid: int, _channel: str, payload: object) -> None:
        moved.put_nowait(str(payload))

    try:
        await connection.add_listener(_CHANNEL, hear)
        yield _told(moved)
    finally:
        await connection.close(timeout=2)


async def _told(moved: asyncio.Queue[str | None]) -> AsyncIterator[tuple[TenantId, UUID]]:
    while (payload := await moved.get()) is not None:
        tenant_id, _, run_id = payload.partition(" ")
        yield TenantId(UUID(tenant_id)), UUID(run_id)
    raise Transient("the database connection was lost")
