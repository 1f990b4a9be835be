"""What each day was expected to bring, as known the day before: one pass over all rows.

Level and profile are those of additive exponential smoothing in its error-correction form (Holt,
Winters), with errors clipped as in Gelper, Fried, Croux (2010), so that one strange day does not
become what is expected. Several levels, from sluggish to quick, run side by side, and each row
goes by the one that erred least so far: autocorrelated rows follow their last days, noisy ones
their long mean.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from analysis.insights.panel import Flags, Floats

GAINS: Final = (0.03, 0.1, 0.3, 0.6)
"""Which share of an error a level takes up: from sluggish to quick."""

_GAIN_COLUMN: Final = np.array(GAINS)[:, None]
_PROFILE_GAIN: Final = 0.1
_SPREAD_GAIN: Final = 0.05
_CLIP: Final = 2.5
"""Errors count for no more than so many standard deviations."""

_SHIFT: Final = 3
"""So many errors in a row beyond the clip, to one side: the level has moved, and is followed."""

_LEAST_VARIANCE: Final = 1e-6

_REST: Final = 7
"""After so many days without a figure the level is learned anew, over `_SHIFT` days."""


@dataclass(frozen=True, slots=True)
class Forecast:
    """Of each row and day, (rows, days), from the days before it alone.

    `expected` and `spread`, the standard deviation of its error, are on the scale of the values;
    `score` is the error in spreads, NaN where nothing is known or too little was learned.
    `learned`: from how many days.
    """

    expected: Floats
    spread: Floats
    score: Floats
    learned: Floats

    def of(self, rows: slice) -> Forecast:
        """Of some rows alone."""
        return Forecast(
            self.expected[rows], self.spread[rows], self.score[rows], self.learned[rows]
        )


def forecast(values: Floats, noise: Floats, learns: Flags, period: int = 7) -> Forecast:
    """One step ahead, of values whose variance is stable, in rows of days.

    `noise` is the variance that a day's volume alone explains, known beforehand. Days that do not
    `learns` are judged but not learned from. Four periods are learned before any is judged.
    """
    # A day is one run of memory over all rows: what is done to it is done in one go.
    by_day, noise_by_day, learns_by_day = map(np.ascontiguousarray, (values.T, noise.T, learns.T))
    days, rows = by_day.shape
    state = _State.of(rows, period)
    told = Forecast(*(np.full((days, rows), np.nan) for _ in range(4)))
    every = np.arange(rows)
    for day, (now, noisy) in enumerate(zip(by_day, noise_by_day, strict=True)):
        place, is_known = day % period, np.isfinite(now)
        ahead = state.level + state.profile[place]
        spread = np.sqrt(state.variance + noisy)
        best = state.erred.argmin(axis=0)
        told.expected[day], told.spread[day] = ahead[best, every], spread[best, every]
        told.learned[day] = state.learned
        state.fresh = np.where(is_known & (state.gap >= _REST), _SHIFT, state.fresh)
        is_ready = is_known & (state.learned >= 4 * period) & (state.fresh == 0)
        score = (now - told.expected[day]) / told.spread[day]
        told.score[day] = np.where(is_ready, score, np.nan)
        error = np.where(is_known, now - ahead, 0.0)
        state.take(error, spread, noisy, learns_by_day[day] & is_known, place)
        state.gap = np.where(is_known, 0, state.gap + 1)
    return Forecast(
        *(
            np.ascontiguousarray(each.T)
            for each in (told.expected, told.spread, told.score, told.learned)
        )
    )


@dataclass(slots=True)
class _State:
    """What was learned so far, of each gain (first axis) and row (last).

    `profile` is (period, gains, rows), `visits` (period, rows); the last four have no gains.
    """

    level: Floats
    profile: Floats
    variance: Floats
    erred: Floats
    beyond: Floats
    noise: Floats
    visits: Floats
    learned: Floats
    gap: Floats
    fresh: Floats

    @classmethod
    def of(cls, rows: int, period: int) -> _State:
        wide = (len(GAINS), rows)
        return cls(
            level=np.zeros(wide),
            profile=np.zeros((period, *wide)),
            variance=np.full(wide, _LEAST_VARIANCE),
            erred=np.zeros(wide),
            beyond=np.zeros(wide),
            noise=np.zeros(rows),
            visits=np.zeros((period, rows)),
            learned=np.zeros(rows),
            gap=np.zeros(rows),
            fresh=np.zeros(rows),
        )

    def take(self, error: Floats, spread: Floats, noise: Floats, learns: Flags, place: int) -> None:
        """Learn from a day's errors, where it is learned from."""
        usual = np.maximum(_SPREAD_GAIN, 1 / (self.learned + 1))
        self.noise += np.where(learns, usual * (noise - self.noise), 0)
        limit = np.where(self.learned < 2 * len(self.profile), np.inf, _CLIP * spread)
        clipped = np.clip(error, -limit, limit)
        self._count_beyond(error, limit, learns)
        follows = (np.abs(self.beyond) >= _SHIFT) | (self.fresh > 0)
        trust = (self.variance + self.noise) / spread**2
        gain = np.maximum(_GAIN_COLUMN, 1 / (self.learned + 1)) * np.minimum(trust, 1)
        anew = np.where(self.fresh == _SHIFT, 1.0, 0.5)
        gain = np.where(follows, np.maximum(gain, anew), gain)
        moved = gain * np.where(follows, error, clipped)
        self.level += np.where(learns, moved, 0)
        self._turn(clipped - moved, learns & ~follows, place)
        self._spread(clipped, noise, learns & (self.fresh == 0))
        self.visits[place] += learns
        self.learned += learns
        self.fresh = np.where(learns, np.maximum(self.fresh - 1, 0), self.fresh)

    def _count_beyond(self, error: Floats, limit: Floats, learns: Flags) -> None:
        side = np.where(np.abs(error) > limit, np.sign(error), 0)
        goes_on = np.where(side * self.beyond >= 0, self.beyond + side, side)
        self.beyond = np.where(learns, np.where(side == 0, 0, goes_on), self.beyond)

    def _turn(self, rest: Floats, turns: Flags, place: int) -> None:
        gain = np.maximum(_PROFILE_GAIN, 1 / (self.visits[place] + 2))
        self.profile[place] += np.where(turns, gain * rest, 0)

    def _spread(self, clipped: Floats, noise: Floats, learns: Flags) -> None:
        after = self.learned - len(self.profile)
        is_told = learns & (after >= 0)
        gain = np.where(is_told, np.maximum(_SPREAD_GAIN, 1 / np.maximum(after + 1, 1)), 0)
        excess = np.maximum(clipped**2 - noise, _LEAST_VARIANCE)
        self.variance += gain * (excess - self.variance)
        self.erred += gain * (clipped**2 - self.erred)
