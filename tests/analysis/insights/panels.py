"""Panels of campaigns made up from rates, the way accounts come to their figures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np

from analysis.insights.panel import Floats, Panel
from core.records.findings import Subject, SubjectLevel

SINCE = date(2025, 10, 1)
FIGURES = ("spend", "impressions", "clicks", "conversions", "conversion_value")


@dataclass(frozen=True, slots=True)
class Nature:
    """How campaigns behave on which nothing happens.

    `noise` is the standard deviation of a day's logarithm around its level, `memory` how much of
    it lasts to the next day, `tails` the degrees of freedom of Student's t it is drawn from (0:
    none, it is normal). `slope`: the most a level grows a day, `year`: how far the seasons move
    it, `rests`: the share of days on which nothing runs, `volume`: usual impressions.
    """

    noise: float = 0.15
    memory: float = 0.0
    weekly: float = 0.25
    slope: float = 0.0
    year: float = 0.0
    tails: float = 0.0
    rests: float = 0.0
    volume: tuple[float, float] = (5e3, 5e5)


def wave(rng: np.random.Generator, shape: tuple[int, int], nature: Nature) -> Floats:
    """Logarithms about 0 of a nature, (rows, days)."""
    rows, days = shape
    weekly = np.tile(rng.normal(0, nature.weekly, (rows, 7)), (1, days // 7 + 1))[:, :days]
    at = np.arange(days)
    slope = rng.uniform(-nature.slope, nature.slope, (rows, 1)) * at
    year = nature.year * np.sin(2 * np.pi * (at / 365 + rng.uniform(0, 1, (rows, 1))))
    return weekly + slope + year + nature.noise * _noise(rng, shape, nature)


def _noise(rng: np.random.Generator, shape: tuple[int, int], nature: Nature) -> Floats:
    drawn = rng.standard_normal(shape)
    if nature.tails:
        drawn = rng.standard_t(nature.tails, shape) / np.sqrt(nature.tails / (nature.tails - 2))
    kept, fresh = nature.memory, np.sqrt(1 - nature.memory**2)
    for day in range(1, shape[1]):
        drawn[:, day] = kept * drawn[:, day - 1] + fresh * drawn[:, day]
    return drawn


def campaigns(seed: int, rows: int, days: int, nature: Nature = Nature()) -> dict[str, Floats]:
    """Figures of campaigns: impressions are bought, some are clicked, some of those convert."""
    rng, shape = np.random.default_rng(seed), (rows, days)
    low, high = np.log(nature.volume)
    runs = rng.random(shape) >= nature.rests
    level = np.exp(rng.uniform(low, high, (rows, 1)) + wave(rng, shape, nature))
    impressions = rng.poisson(level * runs)
    clicks = rng.binomial(impressions, rng.uniform(0.01, 0.04, (rows, 1)))
    conversions = rng.binomial(clicks, rng.uniform(0.02, 0.1, (rows, 1)))
    price = rng.uniform(0.004, 0.012, (rows, 1)) * np.exp(rng.normal(0, 0.05, shape))
    return {
        "spend": (impressions * price).round(2),
        "impressions": impressions.astype(np.float64),
        "clicks": clicks.astype(np.float64),
        "conversions": conversions.astype(np.float64),
        "conversion_value": (rng.gamma(4.0 * np.maximum(conversions, 1e-9)) * 12.5).round(2),
    }


def panel_of(
    figures: Mapping[str, Floats],
    subjects: tuple[Subject, ...] = (),
    final_share: Mapping[str, Floats] | None = None,
) -> Panel:
    """All days read, each final unless shares say otherwise; of campaigns unless told."""
    rows, days = next(iter(figures.values())).shape
    named = subjects or tuple(
        Subject(SubjectLevel.CAMPAIGN, f"campaign {row}") for row in range(rows)
    )
    return Panel(
        subjects=named,
        names=tuple(each.key for each in named),
        since=SINCE,
        currency="EUR",
        figures=dict(figures),
        was_read=np.ones((rows, days), dtype=np.bool_),
        age=np.full((rows, days), 60, dtype=np.int32),
        final_share=dict(final_share or {}),
    )
