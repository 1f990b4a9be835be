"""What one process has counted of the questions that it was asked."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from core.records.search import Degraded, SearchMode

BOUNDS: Final = (0.005, 0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12)
"""Seconds up to which questions are told apart."""


@dataclass(slots=True)
class Times:
    """How many took up to each of BOUNDS, the last place those beyond; and all of it in seconds."""

    counts: list[int] = field(default_factory=lambda: [0] * (len(BOUNDS) + 1))
    seconds: float = 0.0

    def add(self, seconds: float) -> None:
        """One more."""
        self.counts[bisect_left(BOUNDS, seconds)] += 1
        self.seconds += seconds


@dataclass(slots=True)
class SearchTally:
    """Questions by the mode that was asked for, those that failed, and modes that were missing."""

    times: dict[SearchMode, Times] = field(default_factory=dict)
    failed: Counter[tuple[SearchMode, str]] = field(default_factory=Counter)
    degraded: Counter[SearchMode] = field(default_factory=Counter)

    def count(self, mode: SearchMode, seconds: float, missing: Iterable[Degraded]) -> None:
        """A question was answered; its later pages are no questions."""
        self.times.setdefault(mode, Times()).add(seconds)
        self.degraded.update(each.mode for each in missing)

    def fail(self, mode: SearchMode, seconds: float, code: str) -> None:
        """A question ended by an error of this code, or by `LEFT`: nobody waited any more."""
        self.times.setdefault(mode, Times()).add(seconds)
        self.failed[mode, code] += 1
