"""Seasonal factors of a history of days: how many times the usual each season brings.

A factor multiplies the level: 1.2 is a fifth more than usual. Of values that are all positive
(LOG_RATIO) factors are exp of shrunk effects on the logarithm, and 1 in the geometric mean; with
zeros among them (RATIO_OF_SUMS) sums over sums of the level, shrunk as they are, and 1 in the
mean. Only what is given is looked at: give no day that may still change.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
import pandas as pd

from analysis.seasonality.fit import fit_logs, fit_ratios, level_design
from analysis.seasonality.history import CYCLES, Cycle, Periods, periods_of, trimmed
from analysis.seasonality.shrinking import Shrunk, shrink
from core.records.seasonality import SeasonalFactor, SeasonalMethod, SeasonalPeriod, Seasons

MOST_ZEROS: Final = 0.5
"""With a larger share of periods at zero there is no usual that anything is a multiple of."""

_DIGITS: Final = 6


class _Known(NamedTuple):
    factor: float | None
    low: float | None
    high: float | None


def seasonality(
    history: pd.Series[float], period: SeasonalPeriod, *, covers_days: int = 1
) -> Seasons:
    """The seasons of `period` in a history by day; NaN where a day is unknown, 0 a true zero.

    The index are days, in any order, each once; `covers_days` is how many days one figure was
    spread over, beyond which no season can be told. Leading and trailing zeros are not history.
    """
    known = trimmed(history)
    if known.empty:
        return _unknown(period, None, "there is no history")
    if covers_days > 1 and period is SeasonalPeriod.DAY_OF_WEEK:
        return _unknown(period, None, f"the figures cover {covers_days} days each")
    periods = periods_of(known, period)
    reason = _reason(periods, CYCLES[period])
    return _estimated(periods, period) if reason is None else _unknown(period, periods, reason)


def _estimated(periods: Periods, period: SeasonalPeriod) -> Seasons:
    cycle = CYCLES[period]
    is_weekly = period is SeasonalPeriod.DAY_OF_WEEK
    level = level_design(periods, cycle.seasons, is_weekly=is_weekly)
    is_positive = bool((periods.value > 0).all())
    fit = (fit_logs if is_positive else fit_ratios)(periods, level)
    if fit is None:
        return _unknown(period, periods, "the history has too many holes")
    seen = np.bincount(periods.season, minlength=cycle.numbers + 1)
    shrunk = shrink(fit, seen[fit.seasons].astype(np.float64))
    method = SeasonalMethod.LOG_RATIO if is_positive else SeasonalMethod.RATIO_OF_SUMS
    by_season = dict(zip(fit.seasons.tolist(), _factors(shrunk, method), strict=True))
    unseen = _Known(None, None, None)
    factors = tuple(
        _numbered(season, by_season.get(season, unseen), int(seen[season]))
        for season in range(1, cycle.numbers + 1)
    )
    k = _rounded(shrunk.shrinkage)
    cycles = _cycles(periods, cycle)
    return Seasons(period, factors, cycles, k, method, periods.since, periods.until, None)


def _numbered(season: int, known: _Known, seen: int) -> SeasonalFactor:
    return SeasonalFactor(season, known.factor, known.low, known.high, seen)


def _factors(shrunk: Shrunk, method: SeasonalMethod) -> list[_Known]:
    effects, margins = shrunk.effects, shrunk.margins
    if margins is None:
        return [_Known(_factor(effect, method), None, None) for effect in effects]
    return [
        _Known(*(_factor(each, method) for each in (effect, effect - margin, effect + margin)))
        for effect, margin in zip(effects, margins, strict=True)
    ]


def _factor(effect: float, method: SeasonalMethod) -> float:
    is_log = method is SeasonalMethod.LOG_RATIO
    return _rounded(float(np.exp(effect)) if is_log else max(1.0 + effect, 0.0))


def _rounded(value: float) -> float:
    return float(f"{value:.{_DIGITS}g}")


def _cycles(periods: Periods, cycle: Cycle) -> float:
    return round(len(periods.value) / cycle.seasons, 2)


def _reason(periods: Periods, cycle: Cycle) -> str | None:
    """Why nothing can be said; None when something can."""
    if len(periods.value) < cycle.seasons:
        return "the history holds no full cycle"
    if float((periods.value <= 0).mean()) > MOST_ZEROS:
        return f"more than {MOST_ZEROS:.0%} of the periods have nothing"
    return None


def _unknown(period: SeasonalPeriod, periods: Periods | None, reason: str) -> Seasons:
    cycle = CYCLES[period]
    factors = tuple(
        SeasonalFactor(season, None, None, None, 0) for season in range(1, cycle.numbers + 1)
    )
    if periods is None:
        return Seasons(period, factors, 0.0, None, None, None, None, reason)
    since, until = periods.since, periods.until
    return Seasons(period, factors, _cycles(periods, cycle), None, None, since, until, reason)
