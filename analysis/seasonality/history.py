"""A history of days, cut into the periods whose seasons are looked at."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from core.records.seasonality import SeasonalPeriod

_FROM_MONDAY = 3
"""1970-01-01, from which numpy counts, was a Thursday."""

Floats = npt.NDArray[np.float64]
Days = npt.NDArray[np.datetime64]
Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Cycle:
    """How one kind of season repeats: after `seasons` of them, looked at for `most` cycles.

    `numbers` is how many seasons have a number, of which the last is not in every cycle.
    """

    seasons: int
    numbers: int
    most: int


CYCLES: Final[Mapping[SeasonalPeriod, Cycle]] = {
    SeasonalPeriod.DAY_OF_WEEK: Cycle(7, 7, 104),
    SeasonalPeriod.WEEK_OF_YEAR: Cycle(52, 53, 10),
    SeasonalPeriod.MONTH: Cycle(12, 12, 10),
    SeasonalPeriod.QUARTER: Cycle(4, 4, 10),
}


@dataclass(frozen=True, slots=True)
class Periods:
    """Whole periods of a history, ascending: the mean of a day in each, and its season.

    `place` counts periods, so that a hole leaves out numbers. `since` and `until` are the first
    and the last day; None without a period.
    """

    value: Floats
    season: Numbers
    place: Numbers
    since: dt.date | None
    until: dt.date | None


def trimmed(history: pd.Series[float]) -> pd.Series[float]:
    """From the first to the last day with anything, every day a row; unknown days are NaN."""
    kept = history[history.notna() & (history != 0)]
    if kept.empty:
        return history.iloc[:0]
    days = pd.date_range(kept.index.min(), kept.index.max(), freq="D")
    return history.reindex(days)


def periods_of(history: pd.Series[float], period: SeasonalPeriod) -> Periods:
    """The whole periods of a trimmed history, at most as many cycles as CYCLES says.

    A period of which a day is unknown, or that the history only touches, is left out.
    """
    days = pd.DatetimeIndex(history.index)
    starts, season = _places(days, period)
    first, at = np.unique(starts.to_numpy("M8[D]"), return_inverse=True)
    lengths = _lengths(first, period)
    # Of a period with an unknown day the sum is unknown: NaN.
    sums = np.bincount(at, history.to_numpy(np.float64))
    place = _ordinals(first, period)
    kept = (np.bincount(at) == lengths) & ~np.isnan(sums)
    kept &= place > place[-1] - CYCLES[period].most * CYCLES[period].seasons
    seasons = np.zeros(len(first), np.int64)
    seasons[at] = season
    used, days_used = first[kept], lengths[kept]
    return Periods(
        sums[kept] / days_used,
        seasons[kept],
        place[kept],
        used[0].item() if len(used) else None,
        (used[-1] + days_used[-1] - 1).item() if len(used) else None,
    )


def _places(days: pd.DatetimeIndex, period: SeasonalPeriod) -> tuple[pd.DatetimeIndex, Numbers]:
    """By day: the first day of the period it lies in, and the number of its season."""
    if period is SeasonalPeriod.DAY_OF_WEEK:
        return days, days.day_of_week.to_numpy(np.int64) + 1
    if period is SeasonalPeriod.WEEK_OF_YEAR:
        week = days.isocalendar()["week"].to_numpy(np.int64)
        return days - pd.to_timedelta(days.day_of_week, unit="D"), week
    if period is SeasonalPeriod.MONTH:
        return days.to_period("M").to_timestamp(), days.month.to_numpy(np.int64)
    return days.to_period("Q").to_timestamp(), days.quarter.to_numpy(np.int64)


def _lengths(starts: Days, period: SeasonalPeriod) -> Numbers:
    """How many days each period has."""
    if period is SeasonalPeriod.DAY_OF_WEEK:
        return np.ones(len(starts), np.int64)
    if period is SeasonalPeriod.WEEK_OF_YEAR:
        return np.full(len(starts), 7, np.int64)
    after = starts.astype("M8[M]") + (1 if period is SeasonalPeriod.MONTH else 3)
    lengths: Numbers = (after.astype("M8[D]") - starts).astype(np.int64)
    return lengths


def _ordinals(starts: Days, period: SeasonalPeriod) -> Numbers:
    """Which period it is, counted from a Monday, a January far back."""
    since_monday = starts.astype(np.int64) + _FROM_MONDAY
    if period is SeasonalPeriod.DAY_OF_WEEK:
        return since_monday
    if period is SeasonalPeriod.WEEK_OF_YEAR:
        return since_monday // 7
    months = starts.astype("M8[M]").astype(np.int64)
    return months if period is SeasonalPeriod.MONTH else months // 3
