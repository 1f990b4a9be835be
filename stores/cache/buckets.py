"""Leaky buckets in Redis, which every process shares: all of many callers' in one round trip.

core/buckets.py has the sum; here it is done where the numbers are, so that two processes never
both take the last points.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from redis.asyncio import Redis
from redis.exceptions import NoScriptError

from core.buckets import DEEPEST_DEBT, Rate, Taken, taken
from core.errors import Transient
from core.scope import TenantScope

_MICROSECONDS = 1_000_000
# A key holds the microsecond at which its bucket will be empty, and goes with it.
_TAKE = """
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local points, forced = tonumber(ARGV[1]), ARGV[2] == '1'
local wait, before, after = 0, {}, {}
for i, key in ipairs(KEYS) do
    local rate, burst = tonumber(ARGV[2 * i + 1]), tonumber(ARGV[2 * i + 2])
    local span, share = burst * 1000000 / rate, points * 1000000 / rate
    before[i] = math.max(tonumber(redis.call('GET', key) or 0), now)
    after[i] = math.min(math.max(now, before[i] + share), now + tonumber(ARGV[#ARGV]) * span)
    wait = math.max(wait, math.ceil(before[i] + share - now - span))
end
if forced then wait = 0 end
local told = {wait}
for i, key in ipairs(KEYS) do
    local empty_at = wait > 0 and before[i] or after[i]
    if wait == 0 and points ~= 0 then
        local left = math.ceil((empty_at - now) / 1000)
        if left > 0 then
            redis.call('SET', key, string.format('%.0f', empty_at), 'PX', left)
        else
            redis.call('DEL', key)
        end
    end
    told[i + 1] = math.floor(empty_at - now)
end
return told
"""
_DIGEST = hashlib.sha1(_TAKE.encode(), usedforsecurity=False).hexdigest()


@dataclass(slots=True)
class _Pouring:
    """Points on their way into the buckets of one caller; nobody waits for what is given back."""

    scope: TenantScope
    points: int
    rates: Sequence[Rate]
    is_forced: bool
    taken: asyncio.Future[Taken] | None = None

    @property
    def command(self) -> list[str | float]:
        """What Redis is asked."""
        keys = _keys(self.scope)[: len(self.rates)]
        numbers: list[float] = [self.points, int(self.is_forced)]
        for rate in self.rates:
            numbers += [rate.per_second, rate.burst]
        return [_DIGEST, len(keys), *keys, *numbers, DEEPEST_DEBT]

    def tell(self, told: Sequence[int] | Exception) -> None:
        """What Redis answered."""
        if self.taken is None or self.taken.done():
            return
        if isinstance(told, Exception):
            self.taken.set_exception(Transient("the cache does not answer"))
            return
        wait, *seconds = (each / _MICROSECONDS for each in told)
        self.taken.set_result(taken(wait, self.rates, seconds))


class Buckets:
    """The buckets of all tenants and their clients; to be closed.

    What comes while Redis is being asked goes together in the next message: a round trip for
    many requests. Everything is poured in the order in which it came.
    """

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._waiting: list[_Pouring] = []
        self._sender: asyncio.Task[None] | None = None

    async def take(
        self, scope: TenantScope, points: int, rates: Sequence[Rate], *, is_forced: bool = False
    ) -> Taken:
        """Pour `points` into the tenant's bucket and, where a second rate is given, the client's.

        Into all of them or none; `is_forced` overfills instead of refusing. Points below 0 are
        given back, 0 only looks. Transient when Redis is away.
        """
        told: asyncio.Future[Taken] = asyncio.get_running_loop().create_future()
        self._pour(_Pouring(scope, points, rates, is_forced, told))
        return await told

    def settle(self, scope: TenantScope, points: int, rates: Sequence[Rate]) -> None:
        """Pour `points` in whatever the buckets hold, before anything that is poured later.

        Without waiting: what Redis does not take because it is away is forgotten, and drains.
        """
        self._pour(_Pouring(scope, points, rates, is_forced=True))

    async def aclose(self) -> None:
        """Let what is on its way arrive."""
        if self._sender is not None:
            await self._sender

    def _pour(self, pouring: _Pouring) -> None:
        self._waiting.append(pouring)
        if self._sender is None or self._sender.done():
            self._sender = asyncio.create_task(self._send())

    async def _send(self) -> None:
        while self._waiting:
            # Whoever has left already is asked nothing for.
            pourings = [
                each for each in self._waiting if each.taken is None or not each.taken.done()
            ]
            self._waiting = []
            for pouring, told in zip(pourings, await self._told(pourings), strict=True):
                pouring.tell(told)

    async def _told(self, pourings: list[_Pouring]) -> list[Sequence[int] | Exception]:
        try:
            told = await self._asked(pourings)
            unknown = [at for at, each in enumerate(told) if isinstance(each, NoScriptError)]
            if unknown:
                await self._redis.script_load(_TAKE)
                again = await self._asked([pourings[at] for at in unknown])
                for at, each in zip(unknown, again, strict=True):
                    told[at] = each
        except Exception as error:  # noqa: BLE001 - whatever it is, those who wait are told
            return [error] * len(pourings)
        return told

    async def _asked(self, pourings: list[_Pouring]) -> list[Sequence[int] | Exception]:
        async with self._redis.pipeline(transaction=False) as pipeline:
            for pouring in pourings:
                pipeline.execute_command("EVALSHA", *pouring.command)
            return await pipeline.execute(raise_on_error=False)


def _keys(scope: TenantScope) -> tuple[str, str]:
    return scope.key("points"), scope.key("points", scope.client or "")
