"""The two ways of fitting a level and its seasons together.

Level and seasons are fitted jointly by least squares, so that a trend is not taken for a season,
and no part of the history is lost to a moving average. The level is a line broken once a cycle
(piecewise linear and continuous: a season repeats after each break, a trend does not); of days
of the week it is the mean of each week. Until the history is one and a half cycles long the
level is flat, for nothing tells a trend from a season then.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from analysis.seasonality.history import Floats, Numbers, Periods

TREND_FROM: Final = 1.5
"""From how many cycles on a trend is told from a season."""

_ROUNDS: Final = 50
_LEAST_LEVEL: Final = 1e-3
"""No level lies below this share of the mean: ratios to it would count for too much."""

_SINGULAR: Final = 1e-9


@dataclass(frozen=True, slots=True)
class Fit:
    """By season seen: how far it lies from the level, and the variance of that estimate.

    Effects are zero on average. `noise` is the variance of one period about the fit, with
    `freedom` degrees; both are 0 when the fit leaves none.
    """

    seasons: Numbers
    effects: Floats
    variances: Floats
    noise: float
    freedom: int


def level_design(periods: Periods, cycle: int, *, is_weekly: bool) -> Floats:
    """One row a period: what its level is made of; rows sum to 1."""
    if is_weekly:
        _, week = np.unique(periods.place // cycle, return_inverse=True)
        return np.eye(int(week.max()) + 1)[week]
    span = int(periods.place[-1] - periods.place[0]) + 1
    if span < TREND_FROM * cycle:
        return np.ones((len(periods.place), 1))
    knots = np.linspace(periods.place[0], periods.place[-1], span // cycle + 1)
    at = np.eye(len(knots))
    return np.column_stack([np.interp(periods.place, knots, each) for each in at])


def fit_logs(periods: Periods, level: Floats) -> Fit | None:
    """Logarithms are level + season; None when the holes of the history leave seasons untold."""
    return _least_squares(np.log(periods.value), periods.season, level)


def fit_ratios(periods: Periods, level: Floats) -> Fit | None:
    """Values are level * (1 + season), where zeros have no logarithm.

    Level and seasons take turns: seasons are sums over sums of the level, and the level is fitted
    to what the seasons leave, until both stand still. Ratios to the level then give the noise.
    """
    seasons, of_season = np.unique(periods.season, return_inverse=True)
    factors = np.ones(len(seasons))
    usual = np.full(len(of_season), periods.value.mean())
    for _ in range(_ROUNDS):
        scaled = level * factors[of_season, None]
        weights, *_ = np.linalg.lstsq(scaled.T @ scaled, scaled.T @ periods.value, rcond=None)
        usual = np.maximum(level @ weights, _LEAST_LEVEL * abs(periods.value.mean()))
        sums = np.bincount(of_season, periods.value) / np.bincount(of_season, usual)
        before, factors = factors, sums / sums.mean()
        if np.allclose(before, factors, rtol=0, atol=1e-9):
            break
    found = _least_squares(periods.value / usual, periods.season, level)
    if found is None:
        return None
    return Fit(seasons, factors - 1.0, found.variances, found.noise, found.freedom)


def _least_squares(values: Floats, season: Numbers, level: Floats) -> Fit | None:
    seasons, of_season = np.unique(season, return_inverse=True)
    design = np.hstack([level, np.eye(len(seasons))[of_season]])
    roots, vectors = np.linalg.eigh(design.T @ design)
    told = roots > _SINGULAR * roots[-1]
    rank = int(told.sum())
    # Level and seasons share one constant, which centring gives to the level.
    if rank < design.shape[1] - 1:
        return None
    inverse = (vectors[:, told] / roots[told]) @ vectors[:, told].T
    solved = inverse @ (design.T @ values)
    freedom = len(values) - rank
    residuals = values - design @ solved
    noise = float(residuals @ residuals) / freedom if freedom else 0.0
    effects = solved[level.shape[1] :]
    centring = np.eye(len(seasons)) - 1.0 / len(seasons)
    spread = centring @ inverse[level.shape[1] :, level.shape[1] :] @ centring
    return Fit(seasons, centring @ effects, np.diag(spread) * noise, noise, freedom)
