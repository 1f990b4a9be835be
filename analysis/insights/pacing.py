"""PACING: what the days of a budget come to, held against it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

import numpy as np
from scipy import stats

from analysis.insights.judging import Judged, Settings, judged
from analysis.insights.maturity import settled
from analysis.insights.panel import Flags, Floats, Panel
from core.records.budgets import Budget
from core.records.findings import Effect, EffectUnit, Finding
from core.records.insights import InsightKind

BUDGET: Final = "budget"
"""The fact that names the budget: of a subject there may be several for a day."""
LEAST_DAYS: Final = 56
"""Settled days without which nothing says how far such a forecast goes wrong."""
LEAST_GAP: Final = 0.05
"""Days that are to end nearer to their budget than this share are on their way."""
_LEARNED: Final = 28
"""Days that a forecast is made from: the level and the days of the week of four weeks."""
_WEEK: Final = 7
_CONFIDENCE: Final = 0.9


@dataclass(frozen=True, slots=True)
class _Forecast:
    """What days still bring: the middle, and by which ratios such forecasts went wrong before.

    Stretches of the past overlap: `apart` is how many of them there are that do not.
    """

    middle: float
    ratios: Floats
    apart: float

    def interval(self) -> tuple[float, float]:
        """Where the days come to with _CONFIDENCE: the wider of what ranks and Student's t say."""
        tail = (1 - _CONFIDENCE) / 2
        low, high = (float(each) for each in np.quantile(self.ratios, (tail, 1 - tail)))
        centre, spread = self._spread()
        margin = float(stats.t.ppf(1 - tail, self._freedom)) * spread
        ends = min(low, np.exp(centre - margin)), max(high, np.exp(centre + margin))
        return self.middle * float(ends[0]), self.middle * float(ends[1])

    def chance(self, needed: float) -> float:
        """Two-sided, of an error that brings the days to `needed`: the larger of both."""
        final = self.middle * self.ratios
        beyond = min(int((final <= needed).sum()), int((final >= needed).sum()))
        by_rank = 2 * (1 + beyond) / (1 + len(final))
        if needed <= 0 or self.middle <= 0:
            return min(1.0, by_rank)
        centre, spread = self._spread()
        distance = abs(np.log(needed / self.middle) - centre) / spread if spread else np.inf
        return float(min(1.0, max(by_rank, 2 * stats.t.sf(distance, self._freedom))))

    @property
    def _freedom(self) -> float:
        return max(self.apart - 1.0, 2.0)

    def _spread(self) -> tuple[float, float]:
        logs = np.log(self.ratios[self.ratios > 0])
        if not len(logs):
            return 0.0, 0.0
        return float(logs.mean()), float(logs.std() * np.sqrt(1 + 1 / self.apart))


@dataclass(frozen=True, slots=True)
class _Standing:
    """What the days of a budget that are known spent, and how many are not.

    `forecast` is of the latter. `days` are those that were learned from.
    """

    spent: float
    forecast: _Forecast
    days: int
    days_left: int
    days_immature: int


def pacing(panel: Panel, _: Settings) -> Judged:
    """Spend so far, brought to its final figure, and a forecast of the days that are left.

    The forecast is that of four weeks by day of the week; its interval are the errors that the
    same forecast made, over as many days, from every day of the subject's history. p is the share
    of those errors that would bring the days to the other side of the budget, both sides counted.
    What is planned for the days that are over says nothing of where they end: it is told with it.
    """
    known = settled(panel, "spend")
    places = {(each.level, each.key): row for row, each in enumerate(panel.subjects)}
    found = judged(
        each
        for budget in panel.budgets
        if (row := places.get((budget.subject.level, budget.subject.key))) is not None
        if (each := _finding(panel, known[row], row, budget)) is not None
    )
    return Judged(tuple(each for each in found.findings if _is_off(each)), found.tests)


def _is_off(finding: Finding) -> bool:
    effect = finding.effect
    if effect is None or abs(effect.size) < LEAST_GAP:
        return False
    return effect.low > 0 or effect.high < 0


def _finding(panel: Panel, known: Flags, row: int, budget: Budget) -> Finding | None:
    standing = _standing(panel, known, row, budget)
    if standing is None:
        return None
    amount, spent, days = float(budget.amount), standing.spent, standing.days_left
    low, high = (spent + each for each in standing.forecast.interval())
    middle = spent + standing.forecast.middle
    return Finding(
        kind=InsightKind.PACING,
        subject=panel.subjects[row],
        metric="spend",
        currency=panel.currency,
        window=budget.dates,
        observed=middle,
        expected=amount,
        effect=Effect(
            middle / amount - 1,
            low / amount - 1,
            high / amount - 1,
            EffectUnit.SHARE,
            _CONFIDENCE,
        ),
        method="four weeks by day of the week, with the errors of such forecasts in the past",
        n=standing.days,
        p=standing.forecast.chance(amount - spent),
        is_final=days == 0 and standing.days_immature == 0,
        at_stake=Decimal(str(round(abs(middle - amount), 2))),
        facts={
            BUDGET: budget.name,
            "planned": float(round(budget.planned(_last(panel)), 2)),
            "spent": round(spent, 2),
            "low": round(low, 2),
            "high": round(high, 2),
            "days_left": days,
            "days_immature": standing.days_immature,
        },
    )


def _last(panel: Panel) -> date:
    return panel.since + timedelta(days=panel.figures["spend"].shape[1] - 1)


def _standing(panel: Panel, known: Flags, row: int, budget: Budget) -> _Standing | None:
    """None where the history does not tell, or does not hold all of the days that are over."""
    figures, shares = panel.figures["spend"][row], panel.final_share["spend"][1][row]
    spend = figures / np.where(shares > 0, shares, np.nan)
    first = (budget.dates.since - panel.since).days
    left = (budget.dates.until - _last(panel)).days
    if first < 0 or left < 0 or known.sum() < LEAST_DAYS:
        return None
    is_told = ~np.isnan(spend[first:])
    forecast = _forecast(np.where(known, spend, np.nan), is_told, left)
    if forecast is None:
        return None
    spent = float(np.nansum(spend[first:]))
    unknown, immature = int((~is_told).sum()), int((is_told & ~known[first:]).sum())
    return _Standing(spent, forecast, int(known.sum()), left + unknown, immature)


def _forecast(spend: Floats, is_told: Flags, left: int) -> _Forecast | None:
    """Of the days of the budget that are not told, and of the `left` ones after the last."""
    ahead = int((~is_told).sum()) + left
    usual = _usual(spend)
    if ahead == 0:
        return _Forecast(0.0, np.ones(LEAST_DAYS), LEAST_DAYS)
    errors = _errors(spend, usual, ahead)
    profile = usual[-1]
    if len(errors) < _LEARNED or np.isnan(profile).any():
        return None
    days = np.concatenate([np.flatnonzero(~is_told), len(is_told) + np.arange(left)])
    places = (len(spend) - len(is_told) + days) % _WEEK
    return _Forecast(float(profile[places].sum()), errors, len(errors) / ahead)


def _usual(spend: Floats) -> Floats:
    """(days + 1, 7): by day, what each day of the week brought in the four weeks before it.

    A day of the week is its place in the panel modulo 7; its usual is shrunk halfway to the mean of
    the four weeks, as four days alone say little.
    """
    padded = np.concatenate([np.full(_LEARNED, np.nan), spend])
    windows = np.lib.stride_tricks.sliding_window_view(padded, _LEARNED)
    by_place = windows.reshape(len(windows), _LEARNED // _WEEK, _WEEK)
    known = ~np.isnan(by_place)
    counts = known.sum(axis=1)
    totals = np.where(known, by_place, 0.0).sum(axis=1)
    level = totals.sum(axis=1, keepdims=True) / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    weight = counts / (counts + _LEARNED / _WEEK)
    profile = weight * totals / np.maximum(counts, 1) + (1 - weight) * level
    profile[counts.sum(axis=1) < _LEARNED // 2] = np.nan
    # Windows begin at any day of the week: place 0 of each is put where it belongs.
    turn = (np.arange(_WEEK)[None, :] - np.arange(len(windows))[:, None]) % _WEEK
    usual: Floats = np.take_along_axis(profile, turn, axis=1)
    return usual


def _errors(spend: Floats, usual: Floats, ahead: int) -> Floats:
    """Final over forecast, of every stretch of `ahead` settled days of the history."""
    origins = np.arange(_LEARNED, len(spend) - ahead + 1)
    if not len(origins):
        return np.empty(0)
    days = origins[:, None] + np.arange(ahead)
    forecast = np.take_along_axis(usual[origins], days % _WEEK, axis=1).sum(axis=1)
    final = spend[days].sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratios = final / forecast
    told: Floats = ratios[np.isfinite(ratios)]
    return told
