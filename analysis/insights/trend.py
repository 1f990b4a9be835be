"""TREND: a metric grows or falls week after week."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from typing import Final

import numpy as np
from scipy import special

from analysis.insights.judging import Judged, Settings
from analysis.insights.panel import Flags, Floats, Panel
from analysis.insights.regression import (
    Recent,
    by_memory,
    memories,
    recent,
    tamed,
    weekly,
    whitened,
    without,
    without_week,
)
from core.records.findings import Effect, EffectUnit, Finding
from core.records.insights import InsightKind
from core.units import DateRange

METHOD: Final = "Theil-Sen slope, moving-block bootstrap, days of the week removed"
DAYS: Final = 84
METRICS: Final = {"spend": 1.0, "clicks": 30.0, "conversions": 5.0, "conversion_value": 1.0}
"""Which are looked at, and how much a day must bring on average."""

_TURNS: Final = 199
_BLOCK: Final = 7
_WEEK: Final = 7
_LEAST_FREEDOM: Final = 3.0


def trend(panel: Panel, settings: Settings) -> Judged:
    """One slope a subject and metric, over the newest twelve weeks that are settled.

    p is Student's of the slope in whitened errors, with as many degrees of freedom as there are
    days that tell something new, and no smaller than that of the Theil-Sen slope over its
    bootstrap's standard deviation, which is asked of those alone that pass the first. A level
    that moved at once is no trend: what a step explains better than a slope is left to that kind.
    """
    found: list[Finding] = []
    tests: Counter[date] = Counter()
    for metric, least in METRICS.items():
        newest = recent(panel, metric, DAYS, least)
        if newest is None or not len(newest.rows):
            continue
        tests.update(panel.since + timedelta(days=int(last)) for last in newest.last)
        calm = tamed(newest.logs)
        p, freedom = _student(calm)
        passing = np.flatnonzero((p <= settings.false_share) & ~_is_step(calm))
        for place in passing.tolist():
            each = _finding(panel, metric, newest, place, (calm[place], p[place], freedom[place]))
            if each.effect and abs(each.effect.size) * DAYS / _WEEK >= settings.least_effect:
                found.append(each)
    return Judged(tuple(found), tests)


def _student(calm: Floats) -> tuple[Floats, Floats]:
    """Two-sided p of each row's slope, and its degrees of freedom."""
    week, slope = weekly(DAYS, 0), np.linspace(-1, 1, DAYS)[None, :]
    memory = memories(without(calm, weekly(DAYS, 1)), _WEEK + 1)
    p, freedom = np.ones(len(calm)), np.zeros(len(calm))
    for each, rows in by_memory(memory):
        base = whitened(week.T, each).T
        direction = without(whitened(slope, each), base)[0]
        direction = direction / np.sqrt((direction**2).sum())
        errors = without(whitened(calm[rows], each), base)
        onto = errors @ direction
        left = (errors**2).sum(axis=1) - onto**2
        new = max(DAYS * (1 - each) / (1 + each) - _WEEK / 2, _LEAST_FREEDOM)
        t = onto / np.sqrt(np.maximum(left, 1e-12) / (DAYS - _WEEK - 1))
        p[rows] = 2 * special.stdtr(new, -np.abs(t))
        freedom[rows] = new
    return p, freedom


def _is_step(calm: Floats) -> Flags:
    """Whether one step leaves less of a row than a slope."""
    rest = without(calm, weekly(DAYS, 0))
    sloped = (without(calm, weekly(DAYS, 1)) ** 2).sum(axis=1)
    dates = np.arange(_WEEK, DAYS - _WEEK + 1)
    steps = without((np.arange(DAYS) >= dates[:, None]).astype(np.float64), weekly(DAYS, 0))
    steps /= np.sqrt((steps**2).sum(axis=1, keepdims=True))
    stepped = (rest**2).sum(axis=1) - ((rest @ steps.T) ** 2).max(axis=1)
    return np.asarray(stepped < sloped, dtype=np.bool_)


def theil_sen(rows: Floats) -> Floats:
    """The median of the slopes between all pairs of days, of each row."""
    first, second = np.triu_indices(rows.shape[1], k=1)
    slopes = (rows[:, second] - rows[:, first]) / (second - first)
    return np.asarray(np.median(slopes, axis=1), dtype=np.float64)


def _bootstrapped(row: Floats, slope: float) -> Floats:
    """Slopes of moving blocks of what the slope leaves, laid on it again."""
    rng = np.random.default_rng(DAYS)
    at = np.arange(DAYS)
    rest = row - slope * at
    starts = rng.integers(0, DAYS - _BLOCK + 1, (_TURNS, DAYS // _BLOCK))
    taken = (starts[:, :, None] + np.arange(_BLOCK)).reshape(_TURNS, DAYS)
    return theil_sen(rest[taken] - np.median(rest) + slope * at)


def _finding(
    panel: Panel, metric: str, newest: Recent, place: int, seen: tuple[Floats, float, float]
) -> Finding:
    calm, student, freedom = seen
    row = without_week(calm[None, :])
    slope = float(theil_sen(row)[0])
    slopes = _bootstrapped(row[0], slope)
    t = slope / max(float(slopes.std(ddof=1)), 1e-12)
    low, high = (float(each) for each in np.quantile(slopes, [0.025, 0.975]))
    last = int(newest.last[place])
    level = float(np.median(row))
    return Finding(
        kind=InsightKind.TREND,
        subject=panel.subjects[int(newest.rows[place])],
        metric=metric,
        currency=panel.currency if metric in {"spend", "conversion_value"} else None,
        window=DateRange(
            panel.since + timedelta(days=last - DAYS + 1), panel.since + timedelta(days=last)
        ),
        observed=float(np.expm1(level + slope * DAYS / 2)),
        expected=float(np.expm1(level - slope * DAYS / 2)),
        effect=Effect(
            float(np.expm1(_WEEK * slope)),
            float(np.expm1(_WEEK * low)),
            float(np.expm1(_WEEK * high)),
            EffectUnit.SHARE_PER_WEEK,
        ),
        method=METHOD,
        n=DAYS,
        p=max(float(student), float(2 * special.stdtr(freedom, -abs(t)))),
    )
