"""Testing a connection: a worker asks the source, the caller waits a while or looks later."""

from __future__ import annotations

import asyncio
from uuid import UUID

from core.errors import BadInput, Transient
from core.records.credentials import ConnectionTestRecord, ConnectionTestStatus
from resolvers.session import Session

MAX_WAIT_SECONDS = 60
WAIT_SECONDS = 10


async def test(session: Session, connection_id: UUID, wait_seconds: int) -> ConnectionTestRecord:
    """The test once it has ended, or as it stands when the caller has waited long enough."""
    if not 0 <= wait_seconds <= MAX_WAIT_SECONDS:
        raise BadInput(
            f"waitSeconds is {wait_seconds}, but must be between 0 and {MAX_WAIT_SECONDS}",
            field="waitSeconds",
            mend="leave it out, and look at the connection's lastTest later",
        )
    started = await session.stores.connection_tests.start(session.scope, connection_id)
    try:
        async with asyncio.timeout(wait_seconds):
            return await _ended(session, started)
    except (TimeoutError, Transient):
        return await _now(session, started)


async def latest(session: Session, connection_id: UUID) -> ConnectionTestRecord | None:
    """The newest test of a connection; None when it was never tested."""
    return await session.loaders.latest_tests.load(connection_id)


async def _ended(session: Session, started: ConnectionTestRecord) -> ConnectionTestRecord:
    found = started
    async with session.stores.topics.subscribe(session.scope, started.id) as wake_ups:
        async for _ in wake_ups:
            found = await _now(session, started)
            if found.status is not ConnectionTestStatus.WAITING:
                break
    return found


async def _now(session: Session, started: ConnectionTestRecord) -> ConnectionTestRecord:
    found = await session.stores.connection_tests.by_ids(session.scope, [started.id])
    return found.get(started.id, started)
