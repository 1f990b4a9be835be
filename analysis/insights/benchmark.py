"""BENCHMARK: a campaign's rate lies outside of what its channel's other campaigns show."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

import numpy as np
from scipy import stats

from analysis.insights.judging import Judged, Settings, judged
from analysis.insights.maturity import settled
from analysis.insights.panel import Floats, Panel
from analysis.insights.peers import Peers, Places, by_channel
from core.records.findings import Effect, EffectUnit, Finding
from core.records.insights import InsightKind
from core.units import DateRange

LEAST_PEERS: Final = 5
"""Others without which nothing says how far campaigns of a channel lie apart."""
LEAST_EVENTS: Final = 30
LEAST_DAYS: Final = 28
LEAST_EFFECT: Final = 0.1
_WEEKS: Final = 8
_WEEK: Final = 7
_CONFIDENCE: Final = 0.95


@dataclass(frozen=True, slots=True)
class Rate:
    """Events over what they come from, sums over sums; `least`: of the latter."""

    name: str
    events: str
    of: str
    least: int


RATES: Final = (
    Rate("ctr", "clicks", "impressions", 1_000),
    Rate("cvr", "conversions", "clicks", 100),
)


@dataclass(frozen=True, slots=True)
class _Known:
    """By campaign with volume enough: the logarithm of its rate and the variance of that."""

    rows: Places
    logs: Floats
    variances: Floats
    days: Places
    window: DateRange


@dataclass(frozen=True, slots=True)
class _Others:
    """By campaign, of the others: the middle, its variance, and how far they truly lie apart."""

    logs: Floats
    variances: Floats
    apart: Floats


@dataclass(frozen=True, slots=True)
class _Judgement:
    """Logarithms of its own rate and of the others', how far the first may lie off, and p.

    `kept`: how much of its distance from the others is left when noise is taken away.
    """

    own: float
    usual: float
    margin: float
    chance: float
    kept: float


def benchmark(panel: Panel, _: Settings) -> Judged:
    """The rate of the last eight settled weeks among those of the campaigns of the channel.

    A campaign's own noise is taken from how its weeks differ (a jackknife, so that clustered
    conversions count for what they are); how far apart campaigns truly lie is estimated from the
    others (DerSimonian, Laird 1986), and p is that of the prediction interval they give for one
    more (Higgins, Thompson, Spiegelhalter 2009, Student's t). `shrunk` is the campaign's rate
    drawn towards the others by as much as its noise says (empirical Bayes).
    """
    found = judged(
        finding
        for rate in RATES
        for peers in by_channel(panel)
        for finding in _of_channel(panel, rate, peers)
    )
    return Judged(tuple(each for each in found.findings if _is_told(each)), found.tests)


def _is_told(finding: Finding) -> bool:
    return finding.effect is not None and abs(finding.effect.size) >= LEAST_EFFECT


def _of_channel(panel: Panel, rate: Rate, peers: Peers) -> Iterator[Finding]:
    known = _known(panel, rate, peers.rows)
    if known is None or len(known.rows) <= LEAST_PEERS:
        return
    others = _others(known)
    apart = _apart(known)
    freedom = len(known.rows) - 3
    both = np.sqrt(known.variances + others.variances)
    distance = np.abs(known.logs - others.logs) / np.sqrt(both**2 + others.apart)
    chances = 2 * stats.t.sf(distance, freedom)
    margins = stats.t.ppf((1 + _CONFIDENCE) / 2, freedom) * both
    for place in range(len(known.rows)):
        judged_by = _Judgement(
            float(known.logs[place]),
            float(others.logs[place]),
            float(margins[place]),
            float(chances[place]),
            apart / (apart + float(known.variances[place])),
        )
        yield _finding(panel, rate, known, place, judged_by)


def _known(panel: Panel, rate: Rate, rows: Places) -> _Known | None:
    flags = settled(panel, rate.events, rate.of)[rows]
    (days,) = np.nonzero(flags.any(axis=0))
    if not len(days) or days[-1] + 1 < _WEEKS * _WEEK:
        return None
    until = int(days[-1]) + 1
    span = slice(until - _WEEKS * _WEEK, until)
    told = flags[:, span]
    events, of = (
        np.where(told, panel.figures[each][rows, span], 0.0).reshape(-1, _WEEKS, _WEEK).sum(axis=2)
        for each in (rate.events, rate.of)
    )
    enough = (events.sum(axis=1) >= LEAST_EVENTS) & (of.sum(axis=1) >= rate.least)
    enough &= told.sum(axis=1) >= LEAST_DAYS
    events, of = events[enough], of[enough]
    since, last = (panel.since + timedelta(days=each) for each in (span.start, span.stop - 1))
    return _Known(
        rows[enough],
        np.log(events.sum(axis=1) / of.sum(axis=1)),
        _variances(events, of),
        told[enough].sum(axis=1),
        DateRange(since, last),
    )


def _variances(events: Floats, of: Floats) -> Floats:
    """Of log(sum/sum) by leaving out each week in turn; no less than whole events give."""
    without = np.log(
        np.maximum(events.sum(axis=1, keepdims=True) - events, 0.5)
        / np.maximum(of.sum(axis=1, keepdims=True) - of, 1.0)
    )
    spread = ((without - without.mean(axis=1, keepdims=True)) ** 2).sum(axis=1)
    least: Floats = np.maximum(spread * (_WEEKS - 1) / _WEEKS, 1 / events.sum(axis=1))
    return least


def _others(known: _Known) -> _Others:
    weights = 1 / known.variances
    total = weights.sum() - weights
    mean = ((weights * known.logs).sum() - weights * known.logs) / total
    squares = (weights * known.logs**2).sum() - weights * known.logs**2 - mean**2 * total
    scale = total - ((weights**2).sum() - weights**2) / total
    apart = np.maximum((squares - (len(weights) - 2)) / scale, 0.0)
    by_both = 1 / (known.variances[None, :] + apart[:, None])
    np.fill_diagonal(by_both, 0.0)
    worth = by_both.sum(axis=1)
    return _Others(by_both @ known.logs / worth, 1 / worth, apart)


def _apart(known: _Known) -> float:
    """How far all campaigns truly lie apart, the one that is judged among them."""
    weights = 1 / known.variances
    total = weights.sum()
    mean = weights @ known.logs / total
    squares = float(weights @ (known.logs - mean) ** 2)
    scale = total - (weights @ weights) / total
    return max((squares - (len(weights) - 1)) / float(scale), 0.0)


def _finding(panel: Panel, rate: Rate, known: _Known, place: int, its: _Judgement) -> Finding:
    subject = panel.subjects[int(known.rows[place])]
    apart = its.own - its.usual
    size, low, high = (
        float(np.expm1(each)) for each in (apart, apart - its.margin, apart + its.margin)
    )
    return Finding(
        kind=InsightKind.BENCHMARK,
        subject=subject,
        metric=rate.name,
        currency=panel.currency,
        window=known.window,
        observed=float(np.exp(its.own)),
        expected=float(np.exp(its.usual)),
        effect=Effect(size, low, high, EffectUnit.SHARE, _CONFIDENCE),
        method="random effects over the campaigns of its channel, each judged by the others",
        n=int(known.days[place]),
        p=its.chance,
        facts={
            "channel": panel.channels[subject],
            "peers": len(known.rows) - 1,
            "shrunk": round(float(np.exp(its.usual + its.kept * apart)), 8),
        },
    )
