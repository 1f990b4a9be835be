"""Effects drawn towards none, by as much as chance alone could have made them.

Empirical Bayes after C. N. Morris, "Parametric empirical Bayes inference" (JASA 78, 1983): the
seasons' true effects are taken for draws around 0, whose spread is estimated from how far the
estimates lie apart beyond their noise. An effect seen n times is multiplied by n / (n + k), k
being noise over spread. The interval adds what is unknown of k itself; without that it would be
too narrow just where k is small by luck.
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist
from typing import Final

import numpy as np

from analysis.seasonality.fit import Fit
from analysis.seasonality.history import Floats
from core.records.seasonality import CONFIDENCE

UNKNOWN_SHRINKAGE: Final = 1.0
"""k where the history is too short to estimate it: one cycle counts for half."""

LEAST_FREEDOM: Final = 3
"""Degrees of freedom of the noise, below which neither k nor an interval is estimated."""


@dataclass(frozen=True, slots=True)
class Shrunk:
    """By season: the effect that is left, and how far the truth may lie from it (CONFIDENCE).

    `margins` is None where the noise is unknown.
    """

    effects: Floats
    margins: Floats | None
    shrinkage: float


def shrink(fit: Fit, counts: Floats) -> Shrunk:
    """Draw the effects of a fit towards 0; `counts` says how often each season was seen."""
    if fit.freedom < LEAST_FREEDOM:
        return Shrunk(fit.effects * counts / (counts + UNKNOWN_SHRINKAGE), None, UNKNOWN_SHRINKAGE)
    # What the trend takes away, a season's estimate is not worth: it counts for fewer.
    worth = _worth(fit, counts)
    k = _shrinkage(fit, worth)
    kept = worth / (worth + k)
    free = max(len(fit.effects) - 3, 1)
    of_shrinkage = 2.0 / free * (1.0 - kept) ** 2 * fit.effects**2
    spread = np.sqrt(fit.variances * kept + of_shrinkage)
    return Shrunk(fit.effects * kept, _quantile(fit.freedom) * spread, k)


def _worth(fit: Fit, counts: Floats) -> Floats:
    """How many independent sightings each estimate is worth; no more than there were."""
    known = fit.variances > 0
    worth = np.divide(fit.noise, fit.variances, out=counts.copy(), where=known)
    return np.minimum(worth, counts)


def _shrinkage(fit: Fit, worth: Floats) -> float:
    """k: noise over the spread of the true effects, after Morris' (m - 3) / (m - 1).

    That share of the noise is the most that is taken away, however little the effects differ, so
    that no factor is said to be exactly 1 with certainty.
    """
    seasons = len(fit.effects)
    if fit.noise <= 0:
        return 0.0
    most = max(seasons - 3, 1) / max(seasons - 1, 1)
    noise = float(fit.variances.mean())
    seen = float(fit.effects @ fit.effects) / max(seasons - 1, 1)
    taken = most * min(noise / seen, 1.0) if seen > 0 else most
    return float(worth.mean()) * taken / (1.0 - taken)


def _quantile(freedom: int) -> float:
    """Student's t, two-sided at CONFIDENCE; Abramowitz and Stegun, 26.7.5."""
    z = NormalDist().inv_cdf(0.5 + CONFIDENCE / 2)
    return (
        z
        + (z**3 + z) / (4 * freedom)
        + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * freedom**2)
        + (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / (384 * freedom**3)
    )
