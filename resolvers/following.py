"""Waiting for wake-ups under a session whose credentials may run out meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from resolvers.session import Session


async def woken(session: Session, wakeups: AsyncIterator[None]) -> bool:
    """Wait for a wake-up; False when none will come or the scope expires first."""
    try:
        async with asyncio.timeout(_seconds_left(session)):
            await anext(wakeups)
    except (TimeoutError, StopAsyncIteration):
        return False
    return not session.has_expired


def _seconds_left(session: Session) -> float | None:
    if session.scope.expires_at is None:
        return None
    return (session.scope.expires_at - session.clock()).total_seconds()
