"""PACING: what a month's spend comes to, held against its budget."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Final

import numpy as np
from scipy import stats

from analysis.insights.judging import Judged, Settings, judged
from analysis.insights.maturity import settled
from analysis.insights.panel import Flags, Floats, Panel
from analysis.insights.peers import Places
from core.records.findings import Effect, EffectUnit, Finding, Subject, SubjectLevel
from core.records.insights import InsightKind
from core.units import DateRange

LEAST_DAYS: Final = 56
"""Settled days without which nothing says how far such a forecast goes wrong."""
LEAST_GAP: Final = 0.05
"""A month that is to end nearer to its budget than this share is on its way."""
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
class _Month:
    """What is budgeted, what was spent by the days that are known, and how many are not."""

    budget: float
    spent: float
    forecast: _Forecast
    days: int
    days_left: int
    days_immature: int


def pacing(panel: Panel, _: Settings) -> Judged:
    """Spend so far, brought to its final figure, and a forecast of the days that are left.

    The forecast is that of four weeks by day of the week; its interval are the errors that the
    same forecast made, over as many days, from every day of the subject's history. p is the share
    of those errors that would bring the month to the other side of its budget, both sides counted.
    """
    known = settled(panel, "spend")
    found = judged(
        each
        for subject, budget in panel.budgets.items()
        if (each := _finding(panel, known, subject, budget)) is not None
    )
    return Judged(tuple(each for each in found.findings if _is_off(each)), found.tests)


def _is_off(finding: Finding) -> bool:
    effect = finding.effect
    if effect is None or abs(effect.size) < LEAST_GAP:
        return False
    return effect.low > 0 or effect.high < 0


def _finding(panel: Panel, known: Flags, subject: Subject, budget: Decimal) -> Finding | None:
    today = panel.since + timedelta(days=panel.figures["spend"].shape[1] - 1)
    month = _month(panel, known, subject, float(budget)) if budget else None
    if month is None:
        return None
    low, high = (month.spent + each for each in month.forecast.interval())
    middle = month.spent + month.forecast.middle
    length = calendar.monthrange(today.year, today.month)[1]
    return Finding(
        kind=InsightKind.PACING,
        subject=subject,
        metric="spend",
        currency=panel.currency,
        window=DateRange(today.replace(day=1), today.replace(day=length)),
        observed=middle,
        expected=month.budget,
        effect=Effect(
            middle / month.budget - 1,
            low / month.budget - 1,
            high / month.budget - 1,
            EffectUnit.SHARE,
            _CONFIDENCE,
        ),
        method="four weeks by day of the week, with the errors of such forecasts in the past",
        n=month.days,
        p=month.forecast.chance(month.budget - month.spent),
        is_final=month.days_left == 0 and month.days_immature == 0,
        at_stake=Decimal(str(round(abs(middle - month.budget), 2))),
        facts={
            "spent": round(month.spent, 2),
            "low": round(low, 2),
            "high": round(high, 2),
            "days_left": month.days_left,
            "days_immature": month.days_immature,
        },
    )


def _month(panel: Panel, settled_days: Flags, subject: Subject, budget: float) -> _Month | None:
    rows = _rows(panel, subject)
    if not len(rows):
        return None
    known: Flags = np.asarray(settled_days[rows].all(axis=0))
    today = panel.since + timedelta(days=len(known) - 1)
    figures, shares = panel.figures["spend"][rows], panel.final_share["spend"][1][rows]
    spend = (figures / np.where(shares > 0, shares, np.nan)).sum(axis=0)
    first = len(spend) - today.day
    left = calendar.monthrange(today.year, today.month)[1] - today.day
    is_told = ~np.isnan(spend[max(first, 0) :])
    unknown = int((~is_told).sum())
    if first < 0 or known.sum() < LEAST_DAYS:
        return None
    forecast = _forecast(np.where(known, spend, np.nan), is_told, left)
    if forecast is None:
        return None
    spent = float(np.nansum(spend[first:]))
    immature = int((is_told & ~known[first:]).sum())
    return _Month(budget, spent, forecast, int(known.sum()), left + unknown, immature)


def _rows(panel: Panel, subject: Subject) -> Places:
    """The subject's own row; of the tenant those of all its connections."""
    is_its = [
        each == subject
        or (subject.level is SubjectLevel.TENANT and each.level is SubjectLevel.CONNECTION)
        for each in panel.subjects
    ]
    return np.flatnonzero(is_its)


def _forecast(spend: Floats, is_told: Flags, left: int) -> _Forecast | None:
    """Of the days of the month that are not told, and of the `left` ones after the last."""
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
