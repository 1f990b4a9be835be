"""How the figures of a connection come in: by age, which share of the final one is there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from analysis.insights.panel import Floats

LEAST_DAYS: Final = 14
"""Fewer settled days that were seen at an age teach nothing about it."""
_INTERVAL: Final = (0.05, 0.95)
UNKNOWN: Final = (0.0, np.nan, 1.0)
FINAL: Final = (1.0, 1.0, 1.0)

Ages = NDArray[np.int64]


def curve(days: Sequence[int], ages: Sequence[int], moved: Floats, settles_after: int) -> Floats:
    """(3, settles_after + 2): low, middle and high of the share that each age has come to.

    `moved` is by how much a figure of the day `days` changed when it was `ages` old; a day that
    was first read at a later age says nothing of that age. The last place is what has settled.
    """
    shares = np.tile(np.array(UNKNOWN)[:, None], settles_after + 2)
    shares[:, -1] = FINAL
    if not len(days):
        return shares
    known, places = np.unique(np.asarray(days), return_inverse=True)
    clipped = np.clip(np.asarray(ages), 0, settles_after + 1)
    came = np.zeros((len(known), settles_after + 2))
    np.add.at(came, (places, clipped), np.nan_to_num(moved))
    first = np.full(len(known), settles_after + 2)
    np.minimum.at(first, places, clipped)
    so_far = np.cumsum(came, axis=1)
    final = so_far[:, -1]
    for age in range(settles_after + 1):
        of = (first <= age) & (final > 0)
        if of.sum() >= LEAST_DAYS:
            shares[:, age] = _share(so_far[of, age], final[of])
    return shares


def _share(so_far: Floats, final: Floats) -> tuple[float, float, float]:
    low, high = (float(each) for each in np.quantile(so_far / final, _INTERVAL))
    middle = float(so_far.sum() / final.sum())
    return min(low, middle), middle, max(high, middle)
