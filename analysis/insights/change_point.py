"""CHANGE_POINT: the level of a metric moved between two days and stayed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import Final

import numpy as np
from ruptures import KernelCPD

from analysis.insights.judging import Judged, Settings
from analysis.insights.panel import Floats, Panel
from analysis.insights.regression import (
    MAD,
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

METHOD: Final = "step beside a curve and days of the week, confirmed by permuted weeks and PELT"
DAYS: Final = 112
METRICS: Final = {"spend": 1.0, "clicks": 30.0, "conversions": 5.0, "conversion_value": 1.0}
"""Which are looked at, and how much a day must bring on average."""

_CURVE: Final = 2
_EDGE: Final = 7
"""Days that must lie on either side."""

_NEWS: Final = 42
"""A change is told of so many days at most; before, it was to be told then."""

_BASIS: Final = weekly(DAYS, _CURVE)
_DATES: Final = np.arange(_EDGE, DAYS - _EDGE + 1)
_STEPS: Final = (np.arange(DAYS) >= _DATES[:, None]).astype(np.float64)
"""(dates, days): 1 from the date on."""

_SCREEN: Final = 3.3
_TURNS: Final = 99
_BLOCK: Final = 7
_DRAWN: Final = 999
_PERMUTED: Final = 0.05
_PENALTY: Final = 3.0
_NEAR: Final = 3.84
"""Chi-squared of 1 degree at 95 %: dates that are no less likely than this are in the interval."""


def change_point(panel: Panel, settings: Settings) -> Judged:
    """At most one change a subject and metric: the likeliest of the newest sixteen weeks.

    Each date is asked for a step, in whitened errors, beside a curve of two powers and the days of
    the week, so that a trend or a season's turn is no step. p is the chance of so large a greatest
    step where errors are normal, by Gumbel's distribution through drawn ones; no more than a
    twentieth of the row's own errors with their weeks permuted may bring as large a one, and PELT
    must cut within a week of the date.
    """
    found: list[Finding] = []
    tests: Counter[date] = Counter()
    for metric, least in METRICS.items():
        newest = recent(panel, metric, DAYS, least)
        if newest is None or not len(newest.rows):
            continue
        tests.update(panel.since + timedelta(days=int(last)) for last in newest.last)
        found.extend(
            _finding(panel, metric, newest, step)
            for step in _steps(newest.logs, settings)
            if abs(np.expm1(step.size)) >= settings.least_effect and step.at >= DAYS - _NEWS
        )
    return Judged(tuple(found), tests)


@dataclass(frozen=True, slots=True)
class _Step:
    """Of a row: the first day of the new level, the days it may have been, how far, how sure."""

    row: int
    at: int
    earliest: int
    latest: int
    size: float
    error: float
    p: float


def _steps(logs: Floats, settings: Settings) -> Iterator[_Step]:
    calm = tamed(logs)
    for memory, rows in by_memory(_memory(calm)):
        looks = _looks(memory)
        errors = without(whitened(calm[rows], memory), looks.base)
        found, scale = _greatest(errors, looks.unit)
        for place in np.flatnonzero(np.abs(found).max(axis=1) >= _SCREEN):
            best = int(np.abs(found[place]).argmax())
            greatest = float(abs(found[place][best]))
            p = looks.rarity.beyond(greatest)
            is_sure = p <= settings.false_share and _is_rare(errors[place], looks.unit, greatest)
            if not is_sure or not _is_cut(calm[rows[place]], found[place]):
                continue
            near = np.flatnonzero(found[place] ** 2 >= found[place][best] ** 2 - _NEAR)
            error = float(scale[place, best] / looks.length[best])
            yield _Step(
                int(rows[place]), int(_DATES[best]), int(_DATES[near[0]]), int(_DATES[near[-1]]),
                float(found[place][best]) * error, error, p,
            )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Gumbel:
    """The distribution of a largest of many, by its mean and spread."""

    mode: float
    scale: float

    @classmethod
    def of(cls, largest: Floats) -> _Gumbel:
        scale = float(largest.std(ddof=1)) * np.sqrt(6) / np.pi
        return cls(float(largest.mean()) - np.euler_gamma * scale, scale)

    def beyond(self, value: float) -> float:
        return float(-np.expm1(-np.exp(-(value - self.mode) / self.scale)))


@dataclass(frozen=True, slots=True)
class _Looks:
    """For a step on each of _DATES, where errors last by one memory.

    `unit` and `length` of what the basis leaves of a step; `rarity`: how large the greatest t gets
    where errors are normal and nothing moved.
    """

    base: Floats
    unit: Floats
    length: Floats
    rarity: _Gumbel


@cache
def _looks(memory: float) -> _Looks:
    """By memory alone, of which there are no more than places on its grid."""
    base = whitened(_BASIS.T, memory).T
    unit, length = _normed(without(whitened(_STEPS, memory), base))
    drawn = np.random.default_rng(DAYS).standard_normal((_DRAWN, DAYS))
    greatest = np.abs(_greatest(without(drawn, base), unit)[0]).max(axis=1)
    return _Looks(base, unit, length, _Gumbel.of(greatest))


def _normed(rows: Floats) -> tuple[Floats, Floats]:
    length = np.sqrt((rows**2).sum(axis=1))
    return rows / length[:, None], length


def _memory(calm: Floats) -> Floats:
    """Of what the likeliest step leaves, so that a step is not taken for memory."""
    unit, _ = _normed(without(_STEPS, _BASIS))
    rest = without(calm, _BASIS)
    onto = rest @ unit.T
    best = np.abs(onto).argmax(axis=1)
    left = rest - np.take_along_axis(onto, best[:, None], axis=1) * unit[best]
    return memories(left, _BASIS.shape[1] + 1)


def _greatest(errors: Floats, unit: Floats) -> tuple[Floats, Floats]:
    """The t of each step, and the standard deviation of errors with it taken out."""
    onto = errors @ unit.T
    freedom = errors.shape[1] - _BASIS.shape[1] - 1
    left = np.maximum((errors**2).sum(axis=1, keepdims=True) - onto**2, 1e-12)
    scale = np.sqrt(left / freedom)
    return onto / scale, scale


def _is_rare(errors: Floats, unit: Floats, greatest: float) -> bool:
    """Whether few of the same errors, their weeks permuted, bring so large a greatest t."""
    rng = np.random.default_rng(DAYS)
    blocks = errors.reshape(-1, _BLOCK)
    order = rng.permuted(np.tile(np.arange(len(blocks)), (_TURNS, 1)), axis=1)
    turned, _ = _greatest(blocks[order].reshape(_TURNS, -1), unit)
    return float((np.abs(turned).max(axis=1) >= greatest).mean()) <= _PERMUTED


def _is_cut(row: Floats, found: Floats) -> bool:
    rest = without_week(row[None, :])[0]
    noise = float(np.median(np.abs(np.diff(rest)))) * MAD / np.sqrt(2)
    penalty = _PENALTY * noise**2 * np.log(DAYS)
    cuts = KernelCPD(kernel="linear", min_size=_EDGE).fit(rest[:, None]).predict(pen=penalty)
    best = int(np.abs(found).argmax()) + _EDGE
    return any(abs(cut - best) <= _EDGE for cut in cuts[:-1])


def _finding(panel: Panel, metric: str, newest: Recent, step: _Step) -> Finding:
    row, last = int(newest.rows[step.row]), int(newest.last[step.row])
    first = last - DAYS + 1
    logs = newest.logs[step.row]
    after = float(np.expm1(logs[step.at :].mean()))
    day = panel.since + timedelta(days=first)
    return Finding(
        kind=InsightKind.CHANGE_POINT,
        subject=panel.subjects[row],
        metric=metric,
        currency=panel.currency if metric in {"spend", "conversion_value"} else None,
        window=DateRange(day + timedelta(days=step.at), panel.since + timedelta(days=last)),
        observed=after,
        expected=float(np.expm1(np.log1p(after) - step.size)),
        effect=Effect(
            float(np.expm1(step.size)),
            float(np.expm1(step.size - 1.96 * step.error)),
            float(np.expm1(step.size + 1.96 * step.error)),
            EffectUnit.SHARE,
        ),
        method=METHOD,
        n=DAYS,
        p=step.p,
        facts={
            "earliest": (day + timedelta(days=step.earliest)).isoformat(),
            "latest": (day + timedelta(days=step.latest)).isoformat(),
        },
    )
