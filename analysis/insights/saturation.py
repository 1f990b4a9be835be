"""SATURATION: weeks in which more was spent brought less than proportionately more."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

import numpy as np
from scipy import stats

from analysis.insights.judging import Judged, Settings
from analysis.insights.maturity import settled
from analysis.insights.panel import Flags, Floats, Panel
from analysis.insights.peers import Places
from core.records.findings import Effect, EffectUnit, Finding, SubjectLevel
from core.records.insights import InsightKind
from core.units import DateRange

LEVELS: Final = frozenset({SubjectLevel.CHANNEL, SubjectLevel.CAMPAIGN})
LEAST_WEEKS: Final = 26
MOST_WEEKS: Final = 52
LEAST_CONVERSIONS: Final = 20
"""A week in the mean: of fewer, the logarithm of a count says more of chance than of spend."""
LEAST_VARIATION: Final = 0.25
"""Standard deviation of the logarithm of weekly spend, a trend taken away."""
LEAST_EFFECT: Final = 0.15
"""An elasticity nearer to 1 than this is none to act on."""
_WEEK: Final = 7
_BLOCK: Final = 4
_MOST_KEPT: Final = 0.9
_DRAWS: Final = 499
_CONFIDENCE: Final = 0.95


@dataclass(frozen=True, slots=True)
class _Weeks:
    """Logarithms of weekly spend and conversions, whole settled weeks, trend taken away."""

    row: int
    window: DateRange
    spend: Floats
    conversions: Floats
    totals: tuple[float, float]


def saturation(panel: Panel, _: Settings) -> Judged:
    """The slope of log conversions on log spend by week: 1 where conversions keep pace.

    Interval and p (one-sided, of a slope below 1) by Student's t with the spread that pairs of
    weeks show when blocks of four of them are drawn anew. A hint, no experiment: what else
    differed between weeks of high and of low spend is not known here.
    """
    asked = tuple(_weeks(panel))
    tests = Counter(each.window.until for each in asked)
    findings = (_finding(panel, each) for each in asked)
    return Judged(tuple(each for each in findings if each is not None), tests)


def _weeks(panel: Panel) -> Iterator[_Weeks]:
    known = settled(panel, "spend", "conversions")
    known &= panel.figures["spend"] > 0
    monday = (_WEEK - panel.since.weekday()) % _WEEK
    count = (known.shape[1] - monday) // _WEEK
    span = slice(monday, monday + count * _WEEK)
    whole: Flags = np.asarray(known[:, span].reshape(-1, count, _WEEK).all(axis=2))
    spend, conversions = (
        panel.figures[each][:, span].reshape(-1, count, _WEEK).sum(axis=2)
        for each in ("spend", "conversions")
    )
    for row, subject in enumerate(panel.subjects):
        (kept,) = np.nonzero(whole[row])
        kept = kept[-MOST_WEEKS:]
        if subject.level not in LEVELS or len(kept) < LEAST_WEEKS:
            continue
        counts, spent = conversions[row, kept], spend[row, kept]
        logs = _without_trend(np.log(spent), kept)
        if counts.mean() < LEAST_CONVERSIONS or logs.std() < LEAST_VARIATION:
            continue
        first, last = (
            panel.since + timedelta(days=monday + int(kept[at]) * _WEEK) for at in (0, -1)
        )
        yield _Weeks(
            row,
            DateRange(first, last + timedelta(days=_WEEK - 1)),
            logs,
            _without_trend(np.log(counts + 0.5), kept),
            (float(spent.sum()), float(counts.sum())),
        )


def _without_trend(logs: Floats, weeks: Places) -> Floats:
    line = np.column_stack([np.ones(len(weeks)), weeks - weeks.mean()])
    weights, *_ = np.linalg.lstsq(line, logs, rcond=None)
    left: Floats = logs - line @ weights
    return left


def _finding(panel: Panel, weeks: _Weeks) -> Finding | None:
    spend, conversions = _whitened(weeks)
    slope = _slope(spend, conversions)
    count = len(weeks.spend)
    spread = _spread(spend, conversions - slope * spend)
    freedom = count / (2 * _BLOCK)
    margin = float(stats.t.ppf((1 + _CONFIDENCE) / 2, freedom)) * spread
    if 1 - slope < LEAST_EFFECT:
        return None
    return Finding(
        kind=InsightKind.SATURATION,
        subject=panel.subjects[weeks.row],
        metric="conversions",
        currency=panel.currency,
        window=weeks.window,
        observed=slope,
        expected=1.0,
        effect=Effect(slope - 1, slope - margin - 1, slope + margin - 1, EffectUnit.SHARE),
        method="log-log slope of weekly conversions on spend, by a bootstrap of blocks of weeks",
        n=count * _WEEK,
        p=float(stats.t.cdf((slope - 1) / spread, freedom)),
        facts={
            "weeks": count,
            "slope_low": slope - margin,
            "slope_high": slope + margin,
            "spend": round(weeks.totals[0], 2),
            "conversions": round(weeks.totals[1], 2),
        },
    )


def _slope(spend: Floats, conversions: Floats) -> float:
    return float(spend @ conversions / (spend @ spend))


def _whitened(weeks: _Weeks) -> tuple[Floats, Floats]:
    """Both, less what the week before said of what spend leaves unsaid (Cochrane, Orcutt 1949)."""
    spend, conversions = weeks.spend, weeks.conversions
    left = conversions - _slope(spend, conversions) * spend
    kept = float(left[1:] @ left[:-1] / (left @ left)) if left.any() else 0.0
    # In short histories it is estimated too low by (1 + 3 rho) / n (Kendall 1954), twice over here
    # as the trend was taken away too.
    kept = min(max(kept + 2 * (1 + 3 * kept) / len(left), 0.0), _MOST_KEPT)
    return spend[1:] - kept * spend[:-1], conversions[1:] - kept * conversions[:-1]


def _spread(spend: Floats, left: Floats) -> float:
    """Of slopes of weeks drawn anew in blocks, around the end; what three fitted numbers take."""
    count = len(spend)
    random = np.random.default_rng(count)
    starts = random.integers(count, size=(_DRAWS, -(-count // _BLOCK)))
    places = ((starts[:, :, None] + np.arange(_BLOCK)).reshape(_DRAWS, -1)[:, :count]) % count
    squares = (spend[places] ** 2).sum(axis=1)
    drawn = (spend * left)[places].sum(axis=1) / squares
    return float(drawn.std() * np.sqrt(count / (count - 3)))
