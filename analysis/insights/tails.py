"""How rare an error is among those that were made before, also where none was as large."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from analysis.insights.panel import Flags, Floats

_TAIL: Final = 0.1
_LEAST: Final = 6
"""A tail is the largest tenth of the errors on a side, and no fewer than these."""

_USUAL_SHAPE: Final = 0.25
_WEIGHT: Final = 40.0
"""Shape of a tail before any was seen, and how many exceedances it counts for."""

_GREATEST_SHAPE: Final = 0.5
_FAR: Final = 0.1
_LEAST_FAR: Final = 20
_MARGIN: Final = 1.5
_UNKNOWN: Final = -1e9
"""Below every error, so that it is in no tail."""


def chances(past: Floats, now: Floats) -> Floats:
    """Two-sided p of each of `now` (rows, k) among the errors that its row made before.

    `past` is (rows, n), NaN where nothing is known. What lies in the tail of its row's own past
    errors is told in units of how far those reach beyond where the tail begins, and is compared
    with all rows' past, each error told in units of its row's others: that one was large while
    few were known, or a row whose tail is heavy, is in what it is compared with. Beyond the
    largest tenth of those p falls as a generalised Pareto distribution.
    Towards the middle p is 1, and it is 1 where too little is known.

    What comes out is raised by half. By itself it is up to 1.8 times too small for rows of 150
    days with tails as of Student's t with four degrees of freedom, as rows go on learning while
    their errors are collected.
    """
    up, down = _beyond(past, now), _beyond(-past, -now)
    return np.asarray(np.minimum(_MARGIN * 2 * np.minimum(up, down), 1.0), dtype=np.float64)


def _beyond(past: Floats, now: Floats) -> Floats:
    tail = _Tail.of(past)
    reach = np.maximum(now - tail.threshold, 0) / tail.mean
    told = tail.share * _Survival.of(tail.by_others()).at(reach)
    is_told = (now > tail.threshold) & tail.is_usable
    return np.where(is_told, told, 1.0)


@dataclass(frozen=True, slots=True)
class _Tail:
    """Of each row: where it begins, what share lies beyond, how far (rows, most), on average."""

    threshold: Floats
    share: Floats
    excess: Floats
    inside: Flags
    mean: Floats
    is_usable: Flags

    @classmethod
    def of(cls, past: Floats) -> _Tail:
        known = np.isfinite(past).sum(axis=1, keepdims=True)
        taken = np.maximum(np.ceil(_TAIL * known), _LEAST).astype(np.int64)
        most = min(int(taken.max(initial=_LEAST)), past.shape[1] - 1)
        taken = np.minimum(taken, most)
        low = np.where(np.isfinite(past), past, _UNKNOWN)
        top = np.sort(np.partition(low, -most - 1, axis=1)[:, -most - 1 :], axis=1)[:, ::-1]
        threshold = np.take_along_axis(top, taken, axis=1)
        inside = np.arange(most) < taken
        excess = np.where(inside, top[:, :most] - threshold, 0.0)
        mean = excess.sum(axis=1, keepdims=True) / np.maximum(taken, 1)
        is_usable = (known > 2 * _LEAST) & (mean > 0)
        mean = np.where(is_usable, mean, 1.0)
        return cls(threshold, (taken + 1) / (known + 1), excess, inside, mean, is_usable)

    def by_others(self) -> Floats:
        """Each exceedance over the mean of the others of its row, largest first."""
        count = self.inside.sum(axis=1, keepdims=True)
        others = (self.mean * count - self.excess) / np.maximum(count - 1, 1)
        told = (
            self.excess[self.inside & self.is_usable]
            / np.maximum(others, 1e-12)[self.inside & self.is_usable]
        )
        return np.asarray(np.sort(told)[::-1], dtype=np.float64)


@dataclass(frozen=True, slots=True)
class _Survival:
    """Which share of exceedances reaches how far."""

    largest_last: Floats
    far: float
    share: float
    scale: float
    shape: float

    @classmethod
    def of(cls, reached: Floats) -> _Survival:
        count = len(reached)
        many = min(count - 1, max(int(_FAR * count), _LEAST_FAR))
        if many < _LEAST - 1:
            return cls(reached[::-1], 0.0, 1.0, 1.0, _USUAL_SHAPE)
        far = float(reached[many])
        scale, shape = _pareto(reached[:many] - far)
        return cls(reached[::-1], far, (many + 1) / (count + 1), scale, shape)

    def at(self, reach: Floats) -> Floats:
        """The empirical share up to where the far tail begins, the fitted one beyond."""
        count = len(self.largest_last)
        near = (count - np.searchsorted(self.largest_last, reach) + 1) / (count + 1)
        over = np.maximum(reach - self.far, 0) / self.scale
        return np.where(
            reach > self.far, self.share * (1 + self.shape * over) ** (-1 / self.shape), near
        )


def _pareto(excess: Floats) -> tuple[float, float]:
    """Scale and shape by probability-weighted moments (Hosking, Wallis 1987), largest first.

    The shape is drawn towards the usual one, and a standard error is added to it.
    """
    count, mean = len(excess), float(excess.mean())
    rank = (np.arange(count) + 0.65) / count
    ratio = float((rank * excess).mean()) / mean if mean > 0 else 0.25
    fitted = 2 - 1 / max(1 - 2 * ratio, 1e-3)
    shrunk = max((count * fitted + _WEIGHT * _USUAL_SHAPE) / (count + _WEIGHT), 0.0)
    shape = min(shrunk + count**-0.5, _GREATEST_SHAPE)
    return mean * (1 - shape), shape
