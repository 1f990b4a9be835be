"""All that Redis holds of a tenant."""

from __future__ import annotations

from redis.asyncio import Redis
from redis.exceptions import RedisError

from core.errors import Transient
from core.scope import TenantScope

_AT_ONCE = 500


class TenantKeys:
    """Keys by the tenant that every one of them has in braces."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    async def remove(self, scope: TenantScope) -> int:
        """Forget every key of the tenant; how many there were. Transient while Redis is away."""
        return await self._remove(scope.key("*"))

    async def remove_answers(self, scope: TenantScope) -> int:
        """Forget the tenant's kept answers; how many there were. Transient while Redis is away."""
        removed = await self._remove(scope.key("answer", "*"))
        await self._remove(scope.key("answers*"))
        return removed

    async def _remove(self, pattern: str) -> int:
        removed = 0
        some: list[bytes] = []
        try:
            async for key in self._redis.scan_iter(match=pattern, count=_AT_ONCE):
                some.append(key)
                if len(some) == _AT_ONCE:
                    removed += await self._redis.unlink(*some)
                    some.clear()
            return removed + (await self._redis.unlink(*some) if some else 0)
        except (RedisError, OSError) as error:
            raise Transient("the cache does not answer") from error
