"""ASSOCIATION: one channel's spend and another's conversions move together, days apart or not."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
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

LEAST_DAYS: Final = 120
MOST_DAYS: Final = 400
MOST_LAG: Final = 14
LEAST_SHARE: Final = 0.9
"""Of the days of the window so many must be known, with something on them."""
_BLOCK: Final = 14
_DRAWS: Final = 999
_AT_ONCE: Final = 111
_ORDER: Final = 7
_CONFIDENCE: Final = 0.95
_LEADS, _FOLLOWS = "spend", "conversions"


@dataclass(frozen=True, slots=True)
class _Whitened:
    """(channels, days): what no day of the channel's own week before told, as normal scores."""

    rows: tuple[int, ...]
    scores: Floats


def association(panel: Panel, _: Settings) -> Judged:
    """The largest correlation of spend with another channel's conversions 0 to 14 days later.

    Both are made white first (day of the week, a trend and seven days of their own past taken
    away; Box and Jenkins), or any two series that drift would seem alike, and put as normal
    scores, so that no single day carries it. p: how often the spend in blocks of two weeks, put
    together at random, has as large a correlation at any of the lags.
    """
    known = {metric: settled(panel, metric) for metric in (_LEADS, _FOLLOWS)}
    is_channel = np.array([each.level is SubjectLevel.CHANNEL for each in panel.subjects])
    days = _window(known, is_channel)
    if days is None:
        return Judged()
    leading, following = (
        _whitened(panel.figures[metric], known[metric] & is_channel[:, None], days)
        for metric in (_LEADS, _FOLLOWS)
    )
    pairs = [
        (x, y)
        for x, leader in enumerate(leading.rows)
        for y, follower in enumerate(following.rows)
        if leader != follower
    ]
    if not pairs:
        return Judged()
    window = DateRange(_day(panel, days.start), _day(panel, days.stop - 1))
    strongest, chances = _judge(leading.scores, following.scores)
    findings = (
        _finding(
            panel, window, (leading.rows[x], following.rows[y]), strongest[x, y], chances[x, y]
        )
        for x, y in pairs
    )
    return Judged(tuple(findings), Counter({window.until: len(pairs)}))


def _window(known: dict[str, Flags], is_channel: Flags) -> slice | None:
    """The days up to the last one that is settled in any channel."""
    told = np.logical_and.reduce(list(known.values())) & is_channel[:, None]
    (days,) = np.nonzero(told.any(axis=0))
    if len(days) < LEAST_DAYS:
        return None
    return slice(max(int(days[0]), int(days[-1]) + 1 - MOST_DAYS), int(days[-1]) + 1)


def _whitened(figures: Floats, known: Flags, days: slice) -> _Whitened:
    is_told = (known & (figures > 0))[:, days]
    rows = np.flatnonzero(is_told.mean(axis=1) >= LEAST_SHARE)
    if not len(rows) or is_told.shape[1] < LEAST_DAYS:
        return _Whitened((), np.empty((0, is_told.shape[1] - _ORDER)))
    scores = np.stack([_scores(figures[row, days], is_told[row]) for row in rows])
    return _Whitened(tuple(int(row) for row in rows), scores)


def _scores(figures: Floats, is_told: Flags) -> Floats:
    """What is left of the logarithms; 0, which is the middle, on a day that is not known."""
    count = len(figures)
    logs = np.where(is_told, np.log(np.where(is_told, figures, 1.0)), np.nan)
    logs = np.where(is_told, logs, np.nanmean(logs))
    past = [np.roll(logs, lag) for lag in range(1, _ORDER + 1)]
    of_week = np.eye(_ORDER)[np.arange(count) % _ORDER]
    design = np.column_stack([*past, of_week, np.linspace(-1, 1, count)])
    used = np.zeros(count, bool)
    used[_ORDER:] = is_told[_ORDER:]
    weights, *_ = np.linalg.lstsq(design[used], logs[used], rcond=None)
    left = (logs - design @ weights)[used]
    scores = np.zeros(count)
    scores[used] = stats.norm.ppf(stats.rankdata(left) / (len(left) + 1))
    return scores[_ORDER:]


def _judge(leading: Floats, following: Floats) -> tuple[Floats, Floats]:
    """(leading, following, 2) the strongest correlation and its lag, and (…) the chance of it."""
    found = _correlations(leading[None], following)[0]
    lags = np.abs(found).argmax(axis=0)
    strongest = np.take_along_axis(found, lags[None], axis=0)[0]
    as_much = np.zeros(strongest.shape, np.int64)
    random = np.random.default_rng(leading.shape[1])
    # What fitting took from both makes them a little more alike than their shuffled blocks.
    taken = np.sqrt(1 - 2 * _ORDER / leading.shape[1])
    for _ in range(_DRAWS // _AT_ONCE):
        places = _blocks(random, leading.shape[1])
        drawn = _correlations(np.moveaxis(leading[:, places], 1, 0), following)
        as_much += (np.abs(drawn).max(axis=1) >= taken * np.abs(strongest)).sum(axis=0)
    return np.stack([strongest, lags.astype(np.float64)], axis=-1), (1 + as_much) / (1 + _DRAWS)


def _blocks(random: np.random.Generator, days: int) -> Places:
    """(draws, days): days put together anew from blocks, around the end to the start.

    Blocks begin where weeks do: what was taken out by day of the week stays out.
    """
    starts = _ORDER * random.integers(-(-days // _ORDER), size=(_AT_ONCE, -(-days // _BLOCK)))
    places = (starts[:, :, None] + np.arange(_BLOCK)).reshape(_AT_ONCE, -1)[:, :days]
    return places % days


def _correlations(leading: Floats, following: Floats) -> Floats:
    """(draws, lags, leading, following) of (draws, leading, days) and (following, days)."""
    draws, rows, days = leading.shape
    flat = leading.reshape(-1, days)
    ahead, behind = _powers(flat), _powers(following[:, ::-1])
    lagged = []
    for lag in range(MOST_LAG + 1):
        both = np.sqrt(ahead[:, lag, None] * behind[:, lag])
        products = flat[:, : days - lag] @ following[:, lag:].T
        lagged.append((products / np.maximum(both, 1e-12)).reshape(draws, rows, -1))
    return np.stack(lagged, axis=1)


def _powers(rows: Floats) -> Floats:
    """(rows, lags): sums of squares, of all days and of all but as many of the last."""
    power: Floats = np.cumsum(rows**2, axis=1)[:, ::-1][:, : MOST_LAG + 1]
    return power


def _finding(
    panel: Panel, window: DateRange, rows: tuple[int, int], strongest: Floats, chance: float
) -> Finding:
    leader, follower = rows
    correlation, lag = float(strongest[0]), int(strongest[1])
    days = window.days - lag - _ORDER
    margin = float(stats.norm.ppf((1 + _CONFIDENCE) / 2)) / np.sqrt(max(days - 3, 1))
    low, high = (float(np.tanh(np.arctanh(correlation) + each)) for each in (-margin, margin))
    return Finding(
        kind=InsightKind.ASSOCIATION,
        subject=panel.subjects[follower],
        metric=_FOLLOWS,
        currency=panel.currency,
        window=window,
        observed=None,
        expected=None,
        effect=Effect(correlation, low, high, EffectUnit.CORRELATION, _CONFIDENCE),
        method="correlation of what their own past does not tell, against shuffled blocks",
        n=days,
        p=float(chance),
        facts={
            "other_channel": panel.subjects[leader].key,
            "other_metric": _LEADS,
            "lag_days": lag,
        },
    )


def _day(panel: Panel, place: int) -> date:
    return panel.since + timedelta(days=place)
