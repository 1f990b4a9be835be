"""What a caller may spend: points that are taken before an operation runs and settled after it.

The buckets are Redis's, so that all processes share them. While it is away each process keeps
buckets of the same size of its own: nobody is refused for an outage of ours, and nobody may ask
without end either.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

import structlog

from core.buckets import Level, Rate, Taken, overflow, poured, taken
from core.errors import CostTooHigh, RateLimited, Transient
from core.scope import TenantScope
from core.tiers import Tier, Tiers

REMEMBERED = 10_000
COMPLAIN_SECONDS = 60.0
LOG: structlog.stdlib.BoundLogger = structlog.get_logger("limits")


class Buckets(Protocol):
    """Leaky buckets; stores/cache/buckets.py has those of all processes."""

    async def take(
        self, scope: TenantScope, points: int, rates: Sequence[Rate], *, is_forced: bool = False
    ) -> Taken:
        """Pour points in, or say in how many seconds they fit."""
        ...

    def settle(self, scope: TenantScope, points: int, rates: Sequence[Rate]) -> None:
        """Pour points in, without waiting, before whatever is poured later."""
        ...


class OwnBuckets:
    """Leaky buckets of this process."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._empty_at: OrderedDict[str, float] = OrderedDict()

    async def take(
        self, scope: TenantScope, points: int, rates: Sequence[Rate], *, is_forced: bool = False
    ) -> Taken:
        """As `Buckets.take`."""
        return self._pour(scope, points, rates, is_forced=is_forced)

    def settle(self, scope: TenantScope, points: int, rates: Sequence[Rate]) -> None:
        """As `Buckets.settle`."""
        self._pour(scope, points, rates, is_forced=True)

    def _pour(
        self, scope: TenantScope, points: int, rates: Sequence[Rate], *, is_forced: bool
    ) -> Taken:
        now = self._clock()
        keys = [scope.key(), scope.key(scope.client or "")][: len(rates)]
        held = [max(now, self._empty_at.get(key, now)) for key in keys]
        pairs = list(zip(held, rates, strict=True))
        wait = max(overflow(now, empty_at, points, rate) for empty_at, rate in pairs)
        if is_forced:
            wait = 0.0
        if wait == 0:
            held = [poured(now, empty_at, points, rate) for empty_at, rate in pairs]
            self._keep(dict(zip(keys, held, strict=True)))
        return taken(wait, rates, [empty_at - now for empty_at in held])

    def _keep(self, held: dict[str, float]) -> None:
        for key, empty_at in held.items():
            self._empty_at[key] = empty_at
            self._empty_at.move_to_end(key)
        while len(self._empty_at) > REMEMBERED:
            self._empty_at.popitem(last=False)


@dataclass(slots=True)
class Spent:
    """What this process has counted since it started."""

    requested: int = 0
    actual: int = 0
    limited: int = 0
    too_high: int = 0
    unshared: int = 0


@dataclass(frozen=True, slots=True)
class Payment:
    """Points that were taken for an operation: out of which buckets, and how full they were then.

    `at` is a moment of the process's clock.
    """

    scope: TenantScope
    points: int
    taken: Taken
    rates: tuple[Rate, ...]
    buckets: Buckets
    at: float

    def settled(self, points: int, now: float) -> Taken:
        """The buckets once `points` more are in them, as far as this operation knows of them."""
        pairs = zip(self.taken.seconds, self.rates, strict=True)
        gone = now - self.at
        after = [poured(gone, seconds, points, rate) - gone for seconds, rate in pairs]
        return taken(0.0, self.rates, after)


@dataclass(frozen=True, slots=True)
class Balance:
    """What a caller may spend now; `maximum` is what one operation may cost."""

    level: Level
    maximum: int
    resets_at: datetime


class Meter:
    """Takes and settles points of every caller of this process."""

    def __init__(self, buckets: Buckets, tiers: Tiers, own: Buckets | None = None) -> None:
        self._buckets = buckets
        self._own = own or OwnBuckets()
        self._tiers = tiers
        self._complained_at = float("-inf")
        self.spent = Spent()

    async def take(self, scope: TenantScope, points: int, dearest: str) -> Payment:
        """Take what an operation may cost before it runs.

        CostTooHigh when no single operation may cost that; RateLimited until it fits.
        """
        tier = self._tiers.of(scope.tier)
        rates = tier.rates(scope)
        most = _most(tier, rates)
        if points > most:
            self.spent.too_high += 1
            raise _too_high(points, most, dearest)
        found, buckets = await self._pour(scope, points, rates)
        if not found.is_taken:
            self.spent.limited += 1
            raise _limited(found)
        self.spent.requested += points
        return Payment(scope, points, found, rates, buckets, time.monotonic())

    def settle(self, paid: Payment, actual: int) -> Taken:
        """Give back what an operation did not use, or take what it used beyond.

        Nobody waits for it: how full the buckets are then is reckoned from how full they were.
        """
        self.spent.actual += actual
        points = actual - paid.points
        if points:
            if paid.buckets is self._own:
                self._complain()
            paid.buckets.settle(paid.scope, points, paid.rates)
        return paid.settled(points, time.monotonic())

    async def charge(self, scope: TenantScope, points: int) -> None:
        """Take what nobody is refused: a stream's events, once they are told."""
        self.spent.actual += points
        await self._pour(scope, points, self._tiers.of(scope.tier).rates(scope), is_forced=True)

    async def balance(self, scope: TenantScope, now: datetime) -> Balance:
        """The buckets as they are at `now`."""
        tier = self._tiers.of(scope.tier)
        rates = tier.rates(scope)
        found, _ = await self._pour(scope, 0, rates, is_forced=True)
        empty_at = now + timedelta(seconds=found.level.reset_seconds)
        return Balance(found.level, _most(tier, rates), empty_at)

    def most(self, scope: TenantScope) -> int:
        """What one operation of this caller may cost."""
        tier = self._tiers.of(scope.tier)
        return _most(tier, tier.rates(scope))

    async def _pour(
        self, scope: TenantScope, points: int, rates: tuple[Rate, ...], *, is_forced: bool = False
    ) -> tuple[Taken, Buckets]:
        """What became of the points, and whose buckets they were poured into."""
        try:
            found = await self._buckets.take(scope, points, rates, is_forced=is_forced)
        except Transient:
            self._complain()
            found = await self._own.take(scope, points, rates, is_forced=is_forced)
            return found, self._own
        return found, self._buckets

    def _complain(self) -> None:
        self.spent.unshared += 1
        now = time.monotonic()
        if now - self._complained_at >= COMPLAIN_SECONDS:
            self._complained_at = now
            LOG.warning("points are counted by this process alone: the cache does not answer")


def _most(tier: Tier, rates: Sequence[Rate]) -> int:
    """Never more than the smallest bucket holds: it would not fit however long one waits."""
    return min(tier.operation_points, *(rate.burst for rate in rates))


def _too_high(points: int, most: int, dearest: str) -> CostTooHigh:
    return CostTooHigh(
        f"the operation costs {points:,} points, but may cost {most:,}",
        mend=f"most of it is for `{dearest}`: ask for fewer of them at once",
        cost=points,
        limit=most,
        dearest=dearest,
    )


def _limited(found: Taken) -> RateLimited:
    rate = found.level.rate
    return RateLimited(
        f"your subscription drains {rate.per_second:,} points a second, and the bucket of "
        f"{rate.burst:,} points is full",
        retry_after_seconds=found.retry_after_seconds,
    )
