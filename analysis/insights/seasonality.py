"""SEASONALITY: what the days of the week bring, learned from the subject's own history.

Months and weeks of the year need years; `analysis.seasonality` estimates those with intervals.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from analysis.insights.judging import Judged, Settings
from analysis.insights.maturity import settled
from analysis.insights.panel import Floats, Panel
from core.records.findings import Effect, EffectUnit, Finding, SubjectLevel
from core.records.insights import InsightKind
from core.units import DateRange

METRICS: Final = ("spend", "conversions", "conversion_value")
LEVELS: Final = frozenset({SubjectLevel.TENANT, SubjectLevel.CONNECTION, SubjectLevel.CHANNEL})
LEAST_WEEKS: Final = 8
MOST_WEEKS: Final = 52
"""Weeks up to the panel's end that count."""
LEAST_EFFECT: Final = 0.15
"""A strongest day that is nearer to the week's usual day than this share is none to plan by."""
T = TypeVar("T", bound=np.generic)
LEAST_SURE: Final = 0.05
"""Of its interval the end that is nearer to the usual day."""
_WEEK: Final = 7
_TURNS: Final = 999
_CONFIDENCE: Final = 0.95


@dataclass(frozen=True, slots=True)
class _Weeks:
    """Logarithms less the mean of their week, (weeks, 7) from Monday, of whole settled weeks."""

    row: int
    metric: str
    window: DateRange
    logs: Floats


def seasonality(panel: Panel, _: Settings) -> Judged:
    """Whether days of the week differ: p by turning each week by a random number of days.

    A turned week keeps how its days follow one another, and loses which day is which. The
    strongest day is told, with Student's interval over the weeks, widened for the choice among
    seven. Weeks with a day that is unknown, unsettled or nothing are left out, as are weeks more
    than a year ago. A channel that is all of its account is told once.
    """
    asked = tuple(_weeks(panel))
    findings = (_finding(panel, each) for each in asked)
    tests = Counter(each.window.until for each in asked)
    return Judged(tuple(each for each in findings if each is not None), tests)


def _weeks(panel: Panel) -> Iterator[_Weeks]:
    monday = (_WEEK - panel.since.weekday()) % _WEEK
    for metric in METRICS:
        seen: set[bytes] = set()
        known = settled(panel, metric) & (panel.figures[metric] > 0)
        for row, subject in enumerate(panel.subjects):
            if subject.level not in LEVELS:
                continue
            figures = _by_week(panel.figures[metric][row], monday)
            (kept,) = np.nonzero(_by_week(known[row], monday).all(axis=1))
            kept = kept[kept >= len(figures) - MOST_WEEKS]
            if len(kept) < LEAST_WEEKS or figures[kept].tobytes() in seen:
                continue
            seen.add(figures[kept].tobytes())
            first, last = (
                panel.since + timedelta(days=monday + int(week) * _WEEK)
                for week in (kept[0], kept[-1])
            )
            logs = np.log(figures[kept])
            window = DateRange(first, last + timedelta(days=_WEEK - 1))
            yield _Weeks(row, metric, window, logs - logs.mean(axis=1, keepdims=True))


def _by_week(days: NDArray[T], monday: int) -> NDArray[T]:
    whole = (len(days) - monday) // _WEEK
    return days[monday : monday + whole * _WEEK].reshape(whole, _WEEK)


def _finding(panel: Panel, weeks: _Weeks) -> Finding | None:
    logs, count = weeks.logs, len(weeks.logs)
    means = logs.mean(axis=0)
    strongest = int(np.argmax(np.abs(means)))
    deviation = float(logs[:, strongest].std(ddof=1))
    quantile = stats.t.ppf(1 - (1 - _CONFIDENCE) / 2 / _WEEK, count - 1)
    margin = float(quantile) * deviation / np.sqrt(count)
    size, low, high = (
        float(np.expm1(each)) for each in (means[strongest], *_ends(means[strongest], margin))
    )
    if abs(size) < LEAST_EFFECT or (low < LEAST_SURE and high > -LEAST_SURE):
        return None
    return Finding(
        kind=InsightKind.SEASONALITY,
        subject=panel.subjects[weeks.row],
        metric=weeks.metric,
        currency=panel.currency,
        window=weeks.window,
        observed=None,
        expected=None,
        effect=Effect(size, low, high, EffectUnit.SHARE, _CONFIDENCE),
        method="days of the week within their weeks, against weeks turned at random",
        n=count * _WEEK,
        p=_chance(logs),
        facts={
            "day_of_week": strongest + 1,
            "factors": [round(float(np.exp(each)), 4) for each in means],
            "weeks": count,
        },
    )


def _ends(middle: float, margin: float) -> tuple[float, float]:
    return middle - margin, middle + margin


def _chance(logs: Floats) -> float:
    """How many of the turned histories have days that differ as much, of all with the real one."""
    turns = np.random.default_rng(len(logs)).integers(_WEEK, size=(_TURNS, len(logs)))
    places = (np.arange(_WEEK) + turns[:, :, None]) % _WEEK
    turned = np.take_along_axis(logs[None], places, axis=2).mean(axis=1)
    as_much = (turned**2).sum(axis=1) >= (logs.mean(axis=0) ** 2).sum()
    return (1 + int(as_much.sum())) / (1 + _TURNS)
