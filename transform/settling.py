"""From which age on the days of a metric have settled, learned from days read again and again.

Days are censored: a young one has not finished moving, and an old one is followed only as far
as it was read. Each step from one age to the next is therefore judged by all days that were
followed through it, and the steps are chained:

- the share known at an age is the product of development factors, as in the chain ladder
  (T. Mack, "Distribution-free calculation of the standard error of chain ladder reserve
  estimates", ASTIN Bulletin 23, 1993);
- the probability that a day no longer moves after an age is the product-limit estimate of
  E. L. Kaplan and P. Meier (JASA 53, 1958). A day may move more than once, and does not leave
  those at risk when it does: the estimate then errs to the side of too old an age.

Days are read at irregular ages. A change between two readings counts at the later one, which
errs to the same side.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from core.records.restatements import CONFIRMING_DAYS, ObservedDay, Settling

SHARE_KNOWN: Final = 0.99
"""Which share of the final totals must be known."""

LARGEST_MOVE: Final = 0.005
"""A day moves when its total changes by more than this share of it."""

STILL_SHARE: Final = 0.95
"""Which share of days must not move any more."""

MIN_DAYS: Final = 28
MIN_AT_RISK: Final = 20
MAX_AGE: Final = 120
RESAMPLES: Final = 200
BLOCK_DAYS: Final = 7
"""Days are resampled by weeks: neighbouring days move alike."""

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class _Steps:
    """By day and age k: the total before and after the step from k - 1 to k, 0 where unseen."""

    before: Floats
    after: Floats
    at_risk: Floats
    moved: Floats


def settling(metric: str, days: Sequence[ObservedDay]) -> Settling:
    """The smallest age from which on a metric has settled.

    At least SHARE_KNOWN of its totals is known then, and at least STILL_SHARE of days move no
    more, by what following them for CONFIRMING_DAYS more has shown. Only days count that were
    read at two ages or more and had anything. The interval holds 90 % of RESAMPLES bootstrap
    resamples by weeks; it does not know of changes beyond the ages seen.
    """
    used = sorted((day for day in days if _tells(day)), key=lambda day: day.date)
    steps = _steps(used)
    first, last = _span(steps)
    if len(used) < MIN_DAYS or last < first:
        return Settling(metric, None, None, None, len(used), max(last, 0))
    whole = np.ones((1, len(used)))
    (age,) = _ages(steps, whole, first, last)
    if age < 0:
        return Settling(metric, None, None, None, len(used), last)
    drawn = _ages(steps, _weights(used), first, last)
    low, high = np.quantile(np.where(drawn < 0, last, drawn), [0.05, 0.95], method="nearest")
    at_least, at_most = min(int(low), int(age)), max(int(high), int(age))
    return Settling(metric, int(age), at_least, at_most, len(used), last)


def _tells(day: ObservedDay) -> bool:
    return len(day.ages) > 1 and any(day.totals)


def _steps(days: Sequence[ObservedDay]) -> _Steps:
    known = np.full((len(days), MAX_AGE + 1), np.nan)
    for row, day in zip(known, days, strict=True):
        for place, (age, total) in enumerate(zip(day.ages, day.totals, strict=True)):
            until = day.ages[place + 1] if place + 1 < len(day.ages) else age + 1
            row[max(age, 0) : max(until, 0)] = total
    seen = ~np.isnan(known[:, :-1]) & ~np.isnan(known[:, 1:])
    before, after = np.where(seen, known[:, :-1], 0.0), np.where(seen, known[:, 1:], 0.0)
    limit = LARGEST_MOVE * np.maximum(np.abs(before), np.abs(after))
    moved = np.abs(after - before) > limit
    return _Steps(before, after, seen.astype(np.float64), moved.astype(np.float64))


def _span(steps: _Steps) -> tuple[int, int]:
    """The first and last age between which every step was seen often enough; last < first: none."""
    often = np.flatnonzero(steps.at_risk.sum(axis=0) >= MIN_AT_RISK)
    if not len(often):
        return 0, -1
    gaps = np.flatnonzero(np.diff(often) > 1)
    end = often[gaps[0]] if len(gaps) else often[-1]
    # Column k is the step from age k to k + 1.
    return int(often[0]), int(end) + 1


def _ages(steps: _Steps, weights: Floats, first: int, last: int) -> npt.NDArray[np.int64]:
    """For each row of `weights` of the days the age at which they have settled; -1 for never."""
    window = slice(first, last)
    at_risk = weights @ steps.at_risk[:, window]
    factor = _ratio(weights @ steps.after[:, window], weights @ steps.before[:, window])
    still = 1.0 - _ratio(weights @ steps.moved[:, window], at_risk, empty=0.0)
    to_come, stays = _chained(factor), _chained(still)
    is_known = np.abs(1.0 / np.maximum(to_come, 1e-9) - 1.0) <= 1.0 - SHARE_KNOWN
    settled = is_known & (stays >= STILL_SHARE)
    settled[:, max(last - first - CONFIRMING_DAYS + 1, 0) :] = False
    return np.where(settled.any(axis=1), first + settled.argmax(axis=1), -1)


def _ratio(over: Floats, under: Floats, *, empty: float = 1.0) -> Floats:
    found: Floats = np.divide(over, under, out=np.full_like(over, empty), where=under > 0)
    return found


def _chained(factors: Floats) -> Floats:
    """The product of all factors from each step to the last, and 1 after it."""
    ones = np.ones((len(factors), 1))
    return np.hstack([np.cumprod(factors[:, ::-1], axis=1)[:, ::-1], ones])


def _weights(days: Sequence[ObservedDay]) -> Floats:
    """How often each day stands in each resample of whole weeks."""
    chance = np.random.default_rng(0)
    origin = days[0].date.toordinal()
    block = np.array([(day.date.toordinal() - origin) // BLOCK_DAYS for day in days])
    blocks = int(block[-1]) + 1
    drawn = chance.multinomial(blocks, np.full(blocks, 1.0 / blocks), size=RESAMPLES)
    weights: Floats = drawn[:, block].astype(np.float64)
    return weights
