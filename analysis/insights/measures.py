"""The metrics that are judged, on a scale on which their errors are about as large every day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from analysis.insights.panel import Flags, Floats, Panel

WEEKS_OF_VOLUME: Final = 28
"""Days over which the volume that is to be expected is taken."""


@dataclass(frozen=True, slots=True)
class Measure:
    """An amount, or a ratio of two amounts summed before they are divided.

    `counted` is what its noise comes from: the variance of a logarithm of a count is about one
    over the count, times `spread` where each counted thing is worth another amount. Of a ratio as
    many are counted as the day's `exposed` lets expect. A day on which less than `least` of
    `volume` was to be expected is not judged.
    """

    name: str
    over: str
    under: str | None
    counted: str
    volume: str
    least: float
    spread: float = 1.0
    exposed: str | None = None

    @property
    def is_money(self) -> bool:
        """Whether it is an amount of money, and not a share, a count or a multiple."""
        return self.name in {"spend", "conversion_value", "cpc", "cpa"}


MEASURES: Final = (
    Measure("spend", "spend", None, "impressions", "impressions", 1000),
    Measure("impressions", "impressions", None, "impressions", "impressions", 1000),
    Measure("clicks", "clicks", None, "clicks", "clicks", 30),
    Measure("conversions", "conversions", None, "conversions", "conversions", 30),
    Measure("conversion_value", "conversion_value", None, "conversions", "conversions", 30, 2),
    Measure("ctr", "clicks", "impressions", "clicks", "impressions", 1000, 1, "impressions"),
    Measure("cpc", "spend", "clicks", "clicks", "clicks", 30, 1, "spend"),
    Measure("cvr", "conversions", "clicks", "conversions", "conversions", 30, 1, "clicks"),
    Measure("cpa", "spend", "conversions", "conversions", "conversions", 30, 1, "spend"),
    Measure("roas", "conversion_value", "spend", "conversions", "conversions", 30, 2, "spend"),
)


@dataclass(frozen=True, slots=True)
class Measured:
    """A measure of each subject and day; every array is (subjects, days).

    `so_far`: the figure as it was read; `final`: the one to be expected once the day is final;
    `logs`: the same where its variance is stable, log(1 + over) less log(1 + under). `noise`: the
    variance of `logs` that volume alone explains; `doubt`: that of a day that is not final.
    `is_enough`: the volume was to be expected to be large enough, as known the day before.
    """

    measure: Measure
    so_far: Floats
    final: Floats
    logs: Floats
    noise: Floats
    doubt: Floats
    is_enough: Flags
    is_final: Flags


def measured(panel: Panel) -> list[Measured]:
    """Each of MEASURES that the panel has what it is made of."""
    names = {name for each in MEASURES for name in (each.counted, each.volume, each.exposed)}
    usually = {name: usual(panel, name) for name in names if name is not None}
    found = (_measured(panel, each, usually) for each in MEASURES)
    return [each for each in found if each is not None]


def _measured(panel: Panel, measure: Measure, usually: Mapping[str, Floats]) -> Measured | None:
    over = panel.figures.get(measure.over)
    under = panel.figures.get(measure.under) if measure.under else None
    if over is None or (measure.under and under is None):
        return None
    awake = was_active(panel)
    so_far = np.where(awake, over, np.nan)
    over, doubt, is_final = _to_come(panel, measure.over, so_far)
    final, logs = over, np.log1p(np.maximum(over, 0))
    if measure.under and under is not None:
        so_far = np.divide(so_far, under, out=np.full_like(over, np.nan), where=under > 0)
        under, more, is_under_final = _to_come(panel, measure.under, np.where(awake, under, np.nan))
        logs = np.where(under > 0, logs - np.log1p(np.maximum(under, 0)), np.nan)
        final = np.divide(over, under, out=np.full_like(over, np.nan), where=under > 0)
        doubt, is_final = doubt + more, is_final & is_under_final
    share = _exposed(panel, measure, usually)
    counted, volume = usually[measure.counted] * share, usually[measure.volume] * share
    noise = measure.spread / np.maximum(np.nan_to_num(counted), 1.0)
    is_enough = np.isnan(volume) | (volume >= measure.least)
    return Measured(measure, so_far, final, logs, noise, doubt, is_enough, is_final)


def was_active(panel: Panel) -> Flags:
    """Days that were read and brought anything: a campaign that rests is no anomaly."""
    anything = np.zeros(panel.was_read.shape, dtype=np.bool_)
    for figures in panel.figures.values():
        anything |= np.nan_to_num(figures) > 0
    return anything & panel.was_read


def part_days(panel: Panel) -> Flags:
    """Days beside one on which nothing ran: something began or ended on them, at some hour."""
    awake = was_active(panel)
    rests = np.pad(panel.was_read & ~awake, ((0, 0), (1, 1)))
    return awake & (rests[:, :-2] | rests[:, 2:])


def usual(panel: Panel, name: str) -> Floats:
    """Mean of a figure's active days over the weeks before each day; NaN where never known."""
    figures = panel.figures.get(name)
    if figures is None:
        return np.full(panel.was_read.shape, np.nan)
    known = np.isfinite(figures) & was_active(panel)
    sums, days = _before(np.where(known, figures, 0.0)), _before(known.astype(np.float64))
    return np.divide(sums, days, out=np.full_like(sums, np.nan), where=days > 0)


def _exposed(panel: Panel, measure: Measure, usually: Mapping[str, Floats]) -> Floats | float:
    """What a day was exposed to over what days usually are; 1 of what needs no exposure."""
    if measure.exposed is None:
        return 1.0
    usual_day = usually[measure.exposed]
    unknown = np.full_like(usual_day, np.nan)
    return np.divide(panel.figures[measure.exposed], usual_day, out=unknown, where=usual_day > 0)


def _before(figures: Floats) -> Floats:
    total = np.pad(np.cumsum(figures, axis=1), ((0, 0), (1, 0)))[:, :-1]
    late = np.pad(total, ((0, 0), (WEEKS_OF_VOLUME, 0)))[:, : total.shape[1]]
    return np.asarray(total - late, dtype=np.float64)


def _to_come(panel: Panel, name: str, figures: Floats) -> tuple[Floats, Floats, Flags]:
    """Figures as they will be once final, the variance of their logarithm, and which are final.

    A day of which less than a fifth may have come so far is not judged at all.
    """
    if name not in panel.final_share:
        return figures, np.zeros_like(figures), np.ones(figures.shape, dtype=np.bool_)
    low, middle, high = panel.final_share[name]
    told = low >= _LEAST_SHARE
    final = np.divide(figures, middle, out=np.full_like(figures, np.nan), where=told)
    with np.errstate(divide="ignore", invalid="ignore"):
        deviation = np.log(high / low) / _WIDTH_OF_90
    return final, np.where(told, deviation**2, 0.0), (low >= 1) & (high <= 1)


_LEAST_SHARE: Final = 0.2
_WIDTH_OF_90: Final = 2 * 1.6448536269514722
