"""Which figures are settled: what a kind may learn from and speak of."""

from __future__ import annotations

from typing import Final

import numpy as np

from analysis.insights.panel import Flags, Floats, Panel

FINAL: Final = 0.995
"""A figure that has come to this share of its final one, even by the low end, is settled."""


def settled(panel: Panel, *metrics: str) -> Flags:
    """(subjects, days): read, known, and no longer moving, in each of `metrics`."""
    flags = panel.was_read.copy()
    for metric in metrics:
        flags &= ~np.isnan(panel.figures[metric])
        if metric in panel.final_share:
            flags &= panel.final_share[metric][0] >= FINAL
    return flags


def last_days(flags: Flags, most: int) -> Flags:
    """Of each row the newest `most` days that are flagged."""
    from_end = np.cumsum(flags[:, ::-1], axis=1)[:, ::-1]
    return flags & (from_end <= most)


def sums(figures: Floats, flags: Flags) -> Floats:
    """By row: the sum over the days that are flagged."""
    total: Floats = np.where(flags, figures, 0.0).sum(axis=1)
    return total
