"""What may be behind a finding, looked for in the order in which it is to be ruled out.

Outage, restatement, tracking, calendar, spend, demand: what comes first would make what comes
after look like something that it is not. A cause was at work at the same time and in the same
direction; that it is the reason is not known here, and never said.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

import numpy as np

from analysis.insights.ladder import at_work, is_within
from analysis.insights.panel import Flags, Floats, Panel
from core.explained import MOVES, days_of
from core.records.findings import Cause, CauseKind, Finding, KnownCauses, Subject, SubjectLevel
from core.records.insights import InsightKind
from core.units import DateRange

LONGEST: Final = 14
"""Days; a longer window has holidays and days of other spend in it whatever happened."""
LIKE: Final = 0.5
"""Spend, or other subjects, moved alike when they moved at least by this share of the finding's
own movement (of logarithms)."""
MOST: Final = 0.7
"""Demand is said of a share of the other subjects of the level that moved alike."""
LEAST_OTHERS: Final = 3
_USUAL_WEEKS: Final = 4
_WEEK: Final = 7
_DAILY: Final = frozenset({InsightKind.ANOMALY, InsightKind.OUTAGE})
"""Kinds that a kept day may be behind: a level that stays moved is no holiday."""
_LEVELS: Final = frozenset({InsightKind.ANOMALY, InsightKind.CHANGE_POINT})
"""Kinds whose figures are those of a day."""
_DRIVEN: Final = frozenset({"impressions", "clicks", "conversions", "conversion_value"})
"""What more spend or more demand brings more of; rates are not among it."""
_SUMS: Final = _DRIVEN | {"spend"}
_ORDER: Final = tuple(CauseKind)


def with_causes(finding: Finding, panel: Panel, known: KnownCauses) -> Finding:
    """The finding, with what was at work on its days, in the order of the ladder."""
    found = dict.fromkeys((*finding.causes, *at_work(finding, panel, known)))
    if finding.kind in _LEVELS:
        found |= dict.fromkeys(_began_or_rested(finding, panel))
    if finding.kind in MOVES and finding.window.days <= LONGEST:
        found |= dict.fromkeys((*_kept_days(finding, known), *_moved(finding, panel)))
    ordered = sorted(found, key=lambda cause: (_ORDER.index(cause.kind), cause.window.since))
    return replace(finding, causes=tuple(ordered))


def _kept_days(finding: Finding, known: KnownCauses) -> Iterator[Cause]:
    for day in days_of(finding.window) if finding.kind in _DAILY else ():
        for name in known.calendar.get(day, ()):
            yield Cause(CauseKind.CALENDAR, DateRange(day, day), name)


def _moved(finding: Finding, panel: Panel) -> Iterator[Cause]:
    """Spend of the subject, and the same metric of others, against their four weeks before."""
    own = _direction(finding)
    if own is None or finding.subject not in panel.subjects or finding.metric not in _DRIVEN:
        return
    row = panel.subjects.index(finding.subject)
    spend = _movement(panel, "spend", finding.window)[[row]]
    if _alike(spend, own).all():
        yield Cause(CauseKind.SPEND, finding.window, "spend moved in the same direction")
    peers = np.array([each.level is finding.subject.level for each in panel.subjects])
    peers[row] = False
    others = _movement(panel, finding.metric, finding.window)[peers]
    others = others[np.isfinite(others)]
    if len(others) >= LEAST_OTHERS and _alike(others, own).mean() >= MOST:
        label = f"{finding.metric.replace('_', ' ')} of most others moved in the same direction"
        yield Cause(CauseKind.DEMAND, finding.window, label)


def _began_or_rested(finding: Finding, panel: Panel) -> Iterator[Cause]:
    """Campaigns of a whole that came or went with its first day, and carried half the move."""
    since = (finding.window.since - panel.since).days
    if finding.metric not in _SUMS or finding.subject not in panel.subjects or since < _WEEK:
        return
    rows = [row for row, each in enumerate(panel.subjects) if _is_part(each, finding, panel)]
    week, days = slice(since - _WEEK, since), slice(since, since + finding.window.days)
    rows = [row for row in rows if panel.was_read[row, week].all()]
    figures = np.nan_to_num(panel.figures[finding.metric][rows])
    usual, came = figures[:, week].mean(axis=1), figures[:, days].mean(axis=1)
    apart = (finding.observed or 0.0) - (finding.expected or 0.0)
    carries = (came - usual) * np.sign(apart) >= LIKE * abs(apart)
    for place in np.flatnonzero(carries & ((usual == 0) != (came == 0))):
        did = "rested" if came[place] == 0 else "began"
        label = f"campaign {panel.names[rows[place]]} {did}"
        yield Cause(CauseKind.SPEND, finding.window, label)


def _is_part(subject: Subject, finding: Finding, panel: Panel) -> bool:
    return subject.level is SubjectLevel.CAMPAIGN and is_within(subject, finding.subject, panel)


def _direction(finding: Finding) -> float | None:
    """How far it moved, as a difference of logarithms; None where that has no meaning."""
    observed, expected = finding.observed, finding.expected
    if observed is None or expected is None or expected <= 0 or observed == expected:
        return None
    return float(np.log(max(observed, expected * 1e-3) / expected))


def _alike(movements: Floats, own: float) -> Flags:
    """Those in the direction of `own`, by enough of it."""
    alike: Flags = movements * np.sign(own) >= LIKE * abs(own)
    return alike


def _movement(panel: Panel, metric: str, window: DateRange) -> Floats:
    """(subjects,): log of the window's mean day over the mean of the same days of the week before.

    Each brought to its final figure; NaN where either is not known or nothing.
    """
    figures = panel.figures[metric]
    if metric in panel.final_share:
        share = panel.final_share[metric][1]
        figures = figures / np.where(share > 0, share, np.nan)
    first = (window.since - panel.since).days
    days = np.arange(first, first + window.days)
    weeks = days[None, :] - _WEEK * np.arange(_first_week(window), _USUAL_WEEKS + 2)[:, None]
    before = weeks[(weeks >= 0) & (weeks < first)]
    days = days[(days >= 0) & (days < figures.shape[1])]
    if not len(before) or not len(days):
        return np.full(len(figures), np.nan)
    now, usual = _mean(figures[:, days]), _mean(figures[:, before])
    is_told = (now > 0) & (usual > 0)
    moved: Floats = np.log(np.where(is_told, now, np.nan) / np.where(is_told, usual, np.nan))
    return moved


def _first_week(window: DateRange) -> int:
    return -(-window.days // _WEEK)


def _mean(figures: Floats) -> Floats:
    known = ~np.isnan(figures)
    counts = known.sum(axis=1)
    total = np.where(known, figures, 0.0).sum(axis=1)
    mean: Floats = np.where(counts > 0, total / np.maximum(counts, 1), np.nan)
    return mean
