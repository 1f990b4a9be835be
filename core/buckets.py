"""Leaky buckets: points pour in as they are asked for, and drain at a steady rate.

A bucket is one number, the moment at which it will be empty; what is in it now follows. The
same sum is done in Redis (stores/cache/buckets.py), where all processes share a bucket.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

DEEPEST_DEBT = 2.0
"""How far a bucket may be overfilled by what cannot be refused, in bursts."""


@dataclass(frozen=True, slots=True)
class Rate:
    """Points that drain in a second, and how many the bucket holds."""

    per_second: int
    burst: int

    @property
    def span(self) -> float:
        """Seconds in which a full bucket drains."""
        return self.burst / self.per_second

    def level(self, seconds: float) -> Level:
        """A bucket that will be empty in so many seconds."""
        held = min(self.burst, max(0, round(seconds * self.per_second)))
        return Level(self, self.burst - held, max(0.0, seconds))


@dataclass(frozen=True, slots=True)
class Level:
    """How many points a bucket still takes, and in how many seconds it is empty again."""

    rate: Rate
    remaining: int
    reset_seconds: float


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of points: in how many seconds they fit, 0 where they were taken.

    `level` is that of the bucket that takes the fewest, `seconds` in how many each is empty.
    """

    retry_after_seconds: float
    level: Level
    seconds: tuple[float, ...]

    @property
    def is_taken(self) -> bool:
        """Whether the points were taken."""
        return self.retry_after_seconds == 0


def taken(wait: float, rates: Sequence[Rate], seconds: Sequence[float]) -> Taken:
    """The outcome, from how many seconds it takes until each bucket is empty."""
    levels = [rate.level(each) for rate, each in zip(rates, seconds, strict=True)]
    return Taken(wait, min(levels, key=lambda level: level.remaining), tuple(seconds))


def poured(now: float, empty_at: float, points: int, rate: Rate) -> float:
    """When the bucket will be empty once `points` are in it; fewer than none are given back."""
    after = max(now, empty_at) + points / rate.per_second
    return min(max(now, after), now + DEEPEST_DEBT * rate.span)


def overflow(now: float, empty_at: float, points: int, rate: Rate) -> float:
    """In how many seconds `points` fit into the bucket; 0 for at once."""
    return max(0.0, max(now, empty_at) + points / rate.per_second - now - rate.span)
