"""Answers that all processes keep together, each under what it was made of.

Redis may forget, be away or hold what nobody wrote: then answers are made anew, and nobody is
answered wrongly. So nothing here raises, and nothing is believed that is not whole.
"""

from __future__ import annotations

import time
from typing import Final

import structlog
from redis.asyncio import Redis

from core.records.answers import AnswerBounds, KeptAnswer
from core.scope import TenantScope
from stores.cache.patience import Patience
from stores.cache.sealed import opened, sealed

_POINTS: Final = 8

log = structlog.get_logger(__name__)

# The index holds each answer with its size, by when it was kept; the oldest make room.
_KEEP = """
local held = redis.call('GET', KEYS[3])
if not held then
    held = 0
    for _, each in ipairs(redis.call('ZRANGE', KEYS[2], 0, -1)) do
        held = held + tonumber(string.match(each, ':(%d+)$'))
    end
end
held = tonumber(held)
redis.call('SET', KEYS[1], ARGV[1], 'EX', ARGV[3])
if redis.call('ZADD', KEYS[2], ARGV[4], ARGV[5] .. ':' .. #ARGV[1]) == 1 then
    held = held + #ARGV[1]
end
while held > tonumber(ARGV[2]) do
    local gone = redis.call('ZPOPMIN', KEYS[2])
    if #gone == 0 then held = 0 break end
    local name, size = string.match(gone[1], '^(.*):(%d+)$')
    held = held - tonumber(size)
    redis.call('DEL', ARGV[6] .. name)
end
redis.call('SET', KEYS[3], held, 'EX', ARGV[3])
redis.call('EXPIRE', KEYS[2], ARGV[3])
"""


class AnswerCache:
    """Answers of all tenants."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._keep = redis.register_script(_KEEP)
        self._patience = Patience()

    async def find(self, scope: TenantScope, key: str) -> KeptAnswer | None:
        """The answer under `key`, whole as it was kept."""
        name = _name(scope, key)
        found = await self._patience.ask(lambda: self._redis.get(name))
        if not isinstance(found, bytes):
            return None
        answer = _opened(name, found)
        if answer is None:
            log.warning("an answer in the cache is not what was kept there")
        return answer

    async def keep(
        self, scope: TenantScope, key: str, answer: KeptAnswer, bounds: AnswerBounds
    ) -> None:
        """Keep it, if it is a small part of what may be kept."""
        name = _name(scope, key)
        value = _sealed(name, answer)
        if len(value) > bounds.most_bytes // 4:
            return
        keys = [name, scope.key("answers"), scope.key("answers", "bytes")]
        told = (bounds.most_bytes, bounds.seconds, time.time())
        args: list[bytes | str | float] = [value, *told, key, scope.key("answer", "")]
        await self._patience.ask(lambda: self._keep(keys=keys, args=args))


def _name(scope: TenantScope, key: str) -> str:
    return scope.key("answer", key)


def _sealed(name: str, answer: KeptAnswer) -> bytes:
    return sealed(name, answer.points.to_bytes(_POINTS, "big") + answer.body)


def _opened(name: str, value: bytes) -> KeptAnswer | None:
    """The answer that was sealed under this very name."""
    held = opened(name, value)
    if held is None or len(held) < _POINTS:
        return None
    return KeptAnswer(held[_POINTS:], int.from_bytes(held[:_POINTS], "big"))
