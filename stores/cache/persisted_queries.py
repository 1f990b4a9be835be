"""Documents that clients persist by themselves, as Apollo's do: by hash, for a while.

They are kept in Redis alone. When it forgets one, or is away, the client sends its document
again; so nothing here raises.
"""

from __future__ import annotations

import time

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from core.scope import TenantScope

MAX_DOCUMENTS = 1_000
MAX_BYTES = 64 * 1024

log = structlog.get_logger(__name__)


class PersistedQueries:
    """At most `MAX_DOCUMENTS` per tenant; those that were asked for last are kept."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    async def find(self, scope: TenantScope, sha256: str, keep_seconds: int) -> str | None:
        """The document of that hash, which is kept for so long again."""
        async with self._redis.pipeline(transaction=False) as commands:
            commands.getex(_key(scope, sha256), ex=keep_seconds)
            commands.zadd(_index(scope), {sha256: time.time()}, xx=True)
            try:
                found = (await commands.execute())[0]
            except (RedisError, OSError) as error:
                log.warning("the cache does not answer", error=type(error).__name__)
                return None
        return None if found is None else found.decode()

    async def keep(self, scope: TenantScope, sha256: str, document: str, keep_seconds: int) -> None:
        """Keep a document, unless it is too long; one that was not asked for long makes room."""
        body = document.encode()
        if len(body) > MAX_BYTES:
            return
        try:
            await self._keep(scope, sha256, body, keep_seconds)
        except (RedisError, OSError) as error:
            log.warning("the cache does not answer", error=type(error).__name__)

    async def _keep(self, scope: TenantScope, sha256: str, body: bytes, keep_seconds: int) -> None:
        async with self._redis.pipeline() as commands:
            commands.set(_key(scope, sha256), body, ex=keep_seconds)
            commands.zadd(_index(scope), {sha256: time.time()})
            commands.expire(_index(scope), keep_seconds)
            commands.zrange(_index(scope), 0, -MAX_DOCUMENTS - 1)
            oldest = [each.decode() for each in (await commands.execute())[3]]
        if oldest:
            await self._redis.delete(*(_key(scope, each) for each in oldest))
            await self._redis.zrem(_index(scope), *oldest)


def _key(scope: TenantScope, sha256: str) -> str:
    return scope.key("persisted-query", sha256)


def _index(scope: TenantScope) -> str:
    return scope.key("persisted-queries")
