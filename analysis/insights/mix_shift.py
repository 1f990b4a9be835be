"""MIX_SHIFT: the total of a metric stands, and a part of it gained or lost against the others."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final
from uuid import UUID

import numpy as np
from scipy import special

from analysis.insights.judging import Judged, Settings
from analysis.insights.maturity import settled
from analysis.insights.panel import Floats, Panel
from analysis.insights.regression import by_memory, memories, tamed, weekly, whitened, without
from core.records.findings import Effect, EffectUnit, Finding, SubjectLevel
from core.records.insights import InsightKind
from core.units import DateRange

METHOD: Final = "logit of the share, newest four weeks against eight before, total equivalent"
AFTER: Final = 28
DAYS: Final = 84
METRICS: Final = ("spend", "conversions", "conversion_value")
EQUIVALENT: Final = 0.1
"""The total stands while the 90 % interval of its change lies within this share either way."""

LEAST_SHARE: Final = 0.05
"""A part is told that gained or lost this much of the total, in shares of it."""

_WEEK: Final = 7
_LEAST_FREEDOM: Final = 3.0
_PAD: Final = 0.5
_PRESENT: Final = 0.9
"""A part is asked about that brought something on this share of the days."""


@dataclass(frozen=True, slots=True)
class _Whole:
    """Rows of a panel that add up to a whole, on its newest settled days: `parts` (rows, days)."""

    rows: list[int]
    last: int
    parts: Floats


def mix_shift(panel: Panel, settings: Settings) -> Judged:
    """One question a part of each whole: campaigns of a connection, channels of the tenant.

    The logarithm of a part against the rest of its whole, beside days of the week, is compared
    between the newest four weeks and the eight before, in whitened errors: p is Student's, with
    as many degrees of freedom as there are days that tell something new.
    """
    found: list[Finding] = []
    tests: Counter[date] = Counter()
    for metric in METRICS:
        for whole in _wholes(panel, metric):
            tests[panel.since + timedelta(days=whole.last)] += len(whole.rows)
            total = whole.parts.sum(axis=0)
            if not _stands(total):
                continue
            steps = _stepped(np.log((whole.parts + _PAD) / (total - whole.parts + _PAD)))
            found.extend(
                _finding(panel, metric, (whole, place), steps[place])
                for place in range(len(whole.rows))
                if steps[place].p <= settings.false_share and _is_large(whole, place)
            )
    return Judged(tuple(found), tests)


def _wholes(panel: Panel, metric: str) -> Iterator[_Whole]:
    figures = panel.figures.get(metric)
    if figures is None:
        return
    known = settled(panel, metric)
    groups: dict[tuple[SubjectLevel, UUID | None], list[int]] = {}
    for row, subject in enumerate(panel.subjects):
        if subject.level is SubjectLevel.CAMPAIGN:
            groups.setdefault((subject.level, subject.connection_id), []).append(row)
        elif subject.level is SubjectLevel.CHANNEL:
            groups.setdefault((subject.level, None), []).append(row)
    for rows in groups.values():
        days = np.flatnonzero(known[rows].any(axis=0))
        if not len(days):
            continue
        last = int(days[-1])
        parts = np.nan_to_num(figures[rows, max(last - DAYS + 1, 0) : last + 1])
        kept = np.flatnonzero((parts > 0).mean(axis=1) >= _PRESENT)
        if last >= DAYS - 1 and len(kept) > 1 and (parts.sum(axis=0) > 0).all():
            yield _Whole([rows[each] for each in kept], last, parts[kept])


@dataclass(frozen=True, slots=True)
class _Step:
    """How far a row lies after the change from before it, with its standard error."""

    size: float
    error: float
    freedom: float

    @property
    def p(self) -> float:
        """Two-sided, Student's."""
        return float(2 * special.stdtr(self.freedom, -abs(self.size) / self.error))


def _stepped(rows: Floats) -> list[_Step]:
    week = weekly(DAYS, 0)
    step = (np.arange(DAYS) >= DAYS - AFTER).astype(np.float64)[None, :]
    both = np.column_stack([week, step[0]])
    calm = tamed(rows)
    memory = memories(without(calm, both), both.shape[1])
    found = [_Step(0.0, 1.0, _LEAST_FREEDOM)] * len(rows)
    for each, places in by_memory(memory):
        base = whitened(week.T, each).T
        direction = without(whitened(step, each), base)[0]
        length = float(np.sqrt((direction**2).sum()))
        errors = without(whitened(calm[places], each), base)
        onto = errors @ direction / length
        left = np.maximum((errors**2).sum(axis=1) - onto**2, 1e-12)
        freedom = max(DAYS * (1 - each) / (1 + each) - _WEEK / 2, _LEAST_FREEDOM)
        spread = np.sqrt(left / (DAYS - _WEEK - 1))
        for place, size, error in zip(places, onto / length, spread / length, strict=True):
            found[int(place)] = _Step(float(size), float(error), freedom)
    return found


def _stands(total: Floats) -> bool:
    """Whether the 90 % interval of how far the total moved lies within what is equivalent."""
    step = _stepped(np.log(total)[None, :])[0]
    reach = float(special.stdtrit(step.freedom, 0.95)) * step.error
    low, high = math.log1p(-EQUIVALENT), math.log1p(EQUIVALENT)
    return low < step.size - reach and step.size + reach < high


def _shares(whole: _Whole, place: int) -> tuple[float, float]:
    before, after = whole.parts[:, :-AFTER].sum(axis=1), whole.parts[:, -AFTER:].sum(axis=1)
    return float(before[place] / before.sum()), float(after[place] / after.sum())


def _is_large(whole: _Whole, place: int) -> bool:
    before, after = _shares(whole, place)
    return abs(after - before) >= LEAST_SHARE


def _finding(panel: Panel, metric: str, part: tuple[_Whole, int], step: _Step) -> Finding:
    whole, place = part
    row, values = whole.rows[place], whole.parts[place]
    before, after = _shares(whole, place)
    reach = float(special.stdtrit(step.freedom, 0.975)) * step.error
    of_share = [
        float(special.expit(special.logit(before) + move)) / before - 1
        for move in (step.size, step.size - reach, step.size + reach)
    ]
    until = panel.since + timedelta(days=whole.last)
    return Finding(
        kind=InsightKind.MIX_SHIFT,
        subject=panel.subjects[row],
        metric=metric,
        currency=panel.currency if metric != "conversions" else None,
        window=DateRange(until - timedelta(days=AFTER - 1), until),
        observed=float(values[-AFTER:].mean()),
        expected=float(values[:-AFTER].mean()),
        effect=Effect(of_share[0], of_share[1], of_share[2], EffectUnit.SHARE),
        method=METHOD,
        n=DAYS,
        p=step.p,
        facts={"share_before": before, "share_after": after, "parts": len(whole.rows)},
    )
