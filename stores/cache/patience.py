"""A Redis that may be away or hang: it is waited for shortly, and left alone for a while."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

import structlog
from redis.exceptions import RedisError

PATIENCE_SECONDS: Final = 0.1
"""How long an answer is waited for: making it anew takes less than a Redis that hangs."""
REST_SECONDS: Final = 1.0
"""How long a Redis that failed is left alone."""
Value = TypeVar("Value")

log = structlog.get_logger(__name__)


class Patience:
    """Asks, and answers None where nothing came of it."""

    def __init__(self) -> None:
        self._rests_until = float("-inf")

    async def ask(self, ask: Callable[[], Awaitable[Value]]) -> Value | None:
        """What Redis answers; it never raises."""
        if time.monotonic() < self._rests_until:
            return None
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                return await ask()
        except (RedisError, OSError) as error:
            self._rests_until = time.monotonic() + REST_SECONDS
            log.warning("the cache does not answer", error=type(error).__name__)
            return None
