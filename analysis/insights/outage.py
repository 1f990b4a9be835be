"""OUTAGE: a connection was read and brought nothing, where it never rested like that."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

import numpy as np

from analysis.insights.judging import Judged, Settings
from analysis.insights.maturity import settled
from analysis.insights.measures import usual
from analysis.insights.panel import Flags, Floats, Panel
from analysis.insights.stakes import Worth
from core.records.findings import Finding, SubjectLevel
from core.records.insights import InsightKind
from core.units import DateRange

METHOD: Final = "empirical run of empty days, and Poisson's chance of none"
LEAST: Final = {"impressions": 1000.0, "conversions": 30.0}
"""Which figures are asked, and what a day must let expect."""

_DAYS: Final = 56
_LEAST_DAYS: Final = 28
_MOST_DAYS: Final = 28
"""What has rested for longer was ended, and is no outage."""
_STEADY: Final = 0.02
_LEAST_SHARE: Final = 0.2
"""A day of which less may have come so far may yet fill."""


def outage(panel: Panel, settings: Settings) -> Judged:
    """One question a connection, figure and day on which something was to be expected.

    p is the largest of Poisson's chance of none, where the quietest tenth of the days before is
    what was to be expected; of how often as many empty days followed each other in the
    connection's past; and of how often they did in that of all that seldom rest, with the asked
    one counted in.
    Whether somebody paused all campaigns at once is not known here. What is empty for more than
    four weeks is not asked any more.
    """
    found: list[Finding] = []
    tests: Counter[date] = Counter()
    rows = [n for n, each in enumerate(panel.subjects) if each.level is SubjectLevel.CONNECTION]
    first = max((settings.judged_since - panel.since).days, _LEAST_DAYS)
    for metric, least in LEAST.items():
        if metric not in panel.figures or not rows:
            continue
        read = _is_told(panel, metric)[rows]
        empty = read & (panel.figures[metric][rows] == 0)
        asked = read & (usual(panel, metric)[rows] >= least)
        for day, count in enumerate(asked[:, first:].sum(axis=0).tolist(), start=first):
            tests[panel.since + timedelta(days=day)] += count
        for place, since, until in _runs(empty):
            is_news = until >= first and until - since < _MOST_DAYS
            if is_news and asked[place, since]:
                p = _chance(panel.figures[metric][rows], (read, empty), (place, since, until))
                found.append(_finding(panel, metric, rows[place], (since, until), p))
    return Judged(tuple(each for each in found if (each.p or 0.0) <= settings.false_share), tests)


def _is_told(panel: Panel, metric: str) -> Flags:
    known = panel.was_read & np.isfinite(panel.figures[metric])
    if metric in panel.final_share:
        known &= panel.final_share[metric][0] >= _LEAST_SHARE
    return known


def _runs(empty: Flags) -> Iterator[tuple[int, int, int]]:
    """(row, first day, last day) of days that are empty one after the other."""
    edges = np.diff(np.pad(empty.astype(np.int8), ((0, 0), (1, 1))), axis=1)
    starts, ends = np.argwhere(edges == 1), np.argwhere(edges == -1)
    for (row, since), (_, after) in zip(starts.tolist(), ends.tolist(), strict=True):
        yield row, since, after - 1


def _chance(figures: Floats, known: tuple[Flags, Flags], run: tuple[int, int, int]) -> float:
    (read, empty), (place, since, until) = known, run
    length = until - since + 1
    before = figures[place, max(since - _DAYS, 0) : since]
    quiet = float(np.quantile(before[before > 0], 0.1))
    past = empty[:, :since]
    as_long = np.array([_ends_of_runs(row, length) for row in past])
    days = read[:, :since].sum(axis=1)
    own = as_long[place] / max(days[place], 1)
    steady = past.sum(axis=1) <= _STEADY * days
    of_all = (as_long[steady].sum() + 1) / (days[steady].sum() + 1)
    return float(max(np.exp(-quiet * length), own, of_all))


def _ends_of_runs(empty: Flags, length: int) -> int:
    """How many days were at least the `length`-th empty one after the other."""
    if len(empty) < length:
        return 0
    windows = np.lib.stride_tricks.sliding_window_view(empty, length)
    return int(windows.all(axis=1).sum())


def _finding(panel: Panel, metric: str, row: int, run: tuple[int, int], p: float) -> Finding:
    since, until = run
    expected = float(usual(panel, metric)[row, since]) * (until - since + 1)
    return Finding(
        kind=InsightKind.OUTAGE,
        subject=panel.subjects[row],
        metric=metric,
        currency=None,
        window=DateRange(panel.since + timedelta(days=since), panel.since + timedelta(days=until)),
        observed=0.0,
        expected=expected,
        effect=None,
        method=METHOD,
        n=int(panel.was_read[row, :since].sum()),
        p=p,
        at_stake=_stake(panel, metric, (row, since), expected),
        is_final=bool(settled(panel, metric)[row, since : until + 1].all()),
        facts={"days": until - since + 1},
    )


def _stake(panel: Panel, metric: str, at: tuple[int, int], expected: float) -> Decimal | None:
    """What the missing conversions are usually worth; of delivery, what it usually costs."""
    if metric == "conversions":
        each = float(Worth.of(panel).of_one[at])
    else:
        each = float(usual(panel, "spend")[at] / usual(panel, metric)[at])
    money = each * expected
    return round(Decimal(money), 2) if np.isfinite(money) else None
