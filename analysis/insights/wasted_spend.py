"""WASTED_SPEND: money that brought fewer conversions than its channel's campaigns do for it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Final

import numpy as np
from scipy import special

from analysis.insights.judging import Judged, Settings, judged
from analysis.insights.maturity import settled
from analysis.insights.panel import Floats, Panel
from analysis.insights.peers import Peers, Places, by_channel
from core.records.findings import Effect, EffectUnit, Finding
from core.records.insights import InsightKind
from core.units import DateRange

LEAST_PEERS: Final = 5
LEAST_OTHERS: Final = 30
"""Conversions of the other campaigns, without which the channel has no rate."""
LEAST_EXPECTED: Final = 10
"""Conversions that the spend should have brought; of fewer, chance may bring none."""
LEAST_DAYS: Final = 14
LEAST_EFFECT: Final = 0.3
_WEEKS: Final = 4
_WEEK: Final = 7
_CONFIDENCE: Final = 0.95


@dataclass(frozen=True, slots=True)
class _Spent:
    """By campaign of a channel: spend and conversions of each week, and its days."""

    rows: Places
    spend: Floats
    conversions: Floats
    days: Places
    window: DateRange


@dataclass(frozen=True, slots=True)
class _Expected:
    """By campaign: conversions at the others' rate, and the variance with which they come.

    `clumping`: the variance of counts over their mean, from how weeks differ.
    """

    counts: Floats
    variances: Floats
    others: Floats
    clumping: float


def wasted_spend(panel: Panel, _: Settings) -> Judged:
    """Four settled weeks of spend at the rate of the other campaigns of its channel.

    Counts are negative binomial (a gamma prior of campaigns' rates, whose spread is estimated
    from the others by moments, and Poisson counts that clump as weeks say): p is the chance of so
    few. Days that may still bring conversions are never looked at. What a campaign is for is not
    known: one that is to be seen rather than to sell is told in the same words.
    """
    found = judged(finding for peers in by_channel(panel) for finding in _of_channel(panel, peers))
    return Judged(tuple(each for each in found.findings if _is_told(each)), found.tests)


def _is_told(finding: Finding) -> bool:
    return finding.effect is not None and finding.effect.size <= -LEAST_EFFECT


def _of_channel(panel: Panel, peers: Peers) -> Iterator[Finding]:
    spent = _spent(panel, peers.rows)
    if spent is None or len(spent.rows) <= LEAST_PEERS:
        return
    expected = _expected(spent)
    if expected is None:
        return
    enough = (expected.counts >= LEAST_EXPECTED) & (expected.others >= LEAST_OTHERS)
    for place in np.flatnonzero(enough):
        yield _finding(panel, spent, expected, int(place))


def _spent(panel: Panel, rows: Places) -> _Spent | None:
    flags = settled(panel, "spend", "conversions")[rows]
    (days,) = np.nonzero(flags.any(axis=0))
    if not len(days) or days[-1] + 1 < _WEEKS * _WEEK:
        return None
    span = slice(int(days[-1]) + 1 - _WEEKS * _WEEK, int(days[-1]) + 1)
    told = flags[:, span]
    spend, conversions = (
        np.where(told, panel.figures[each][rows, span], 0.0).reshape(-1, _WEEKS, _WEEK).sum(axis=2)
        for each in ("spend", "conversions")
    )
    kept = (told.sum(axis=1) >= LEAST_DAYS) & (spend.sum(axis=1) > 0)
    since, last = (panel.since + timedelta(days=each) for each in (span.start, span.stop - 1))
    return _Spent(
        rows[kept], spend[kept], conversions[kept], told[kept].sum(axis=1), DateRange(since, last)
    )


def _expected(spent: _Spent) -> _Expected | None:
    spend, counts = spent.spend.sum(axis=1), spent.conversions.sum(axis=1)
    others = counts.sum() - counts
    if not (others > 0).all():
        return None
    rates = others / (spend.sum() - spend)
    clumping = _clumping(spent)
    # (campaign that is judged, campaign that its rate is from)
    usual = rates[:, None] * spend[None, :]
    excess = (counts[None, :] - usual) ** 2 - clumping * usual
    squares = usual**2
    for each in (excess, squares):
        np.fill_diagonal(each, 0.0)
    apart = np.maximum(excess.sum(axis=1) / squares.sum(axis=1), 0.0) * (1 + 2 / len(spend))
    expected = rates * spend
    of_rate = clumping / others + apart * (squares.sum(axis=1) / usual.sum(axis=1) ** 2)
    return _Expected(
        expected, clumping * expected + (apart + of_rate) * expected**2, others, clumping
    )


def _clumping(spent: _Spent) -> float:
    """Pearson's chi-square over its degrees of freedom, of weeks within campaigns; 1 at least."""
    share = spent.spend / spent.spend.sum(axis=1, keepdims=True)
    usual = share * spent.conversions.sum(axis=1, keepdims=True)
    counted = usual >= 1
    if not counted.any():
        return 1.0
    squares = ((spent.conversions - usual)[counted] ** 2 / usual[counted]).sum()
    freedom = max(float(counted.sum()) * (_WEEKS - 1) / _WEEKS, 1.0)
    return max(1.0, float(squares) / freedom)


def _finding(panel: Panel, spent: _Spent, expected: _Expected, place: int) -> Finding:
    counted = float(spent.conversions[place].sum())
    usual, spend = float(expected.counts[place]), float(spent.spend[place].sum())
    low, high = _interval(counted, expected.clumping)
    subject = panel.subjects[int(spent.rows[place])]
    return Finding(
        kind=InsightKind.WASTED_SPEND,
        subject=subject,
        metric="conversions",
        currency=panel.currency,
        window=spent.window,
        observed=counted,
        expected=usual,
        effect=Effect(
            counted / usual - 1, low / usual - 1, high / usual - 1, EffectUnit.SHARE, _CONFIDENCE
        ),
        method="negative binomial tail at the rate of the other campaigns of its channel",
        n=int(spent.days[place]),
        p=_chance(counted, usual, float(expected.variances[place]), len(spent.rows) - 1),
        at_stake=Decimal(str(round(spend * max(0.0, 1 - counted / usual), 2))),
        facts={
            "channel": panel.channels[subject],
            "peers": len(spent.rows) - 1,
            "spend": round(spend, 2),
        },
    )


def _interval(counted: float, clumping: float) -> tuple[float, float]:
    """Garwood's exact limits of a Poisson mean, of counts that come in clumps."""
    tail = (1 - _CONFIDENCE) / 2
    low = special.gammaincinv(counted / clumping, tail) * clumping if counted else 0.0
    return float(low), float(special.gammaincinv(counted / clumping + 1, 1 - tail) * clumping)


def _chance(counted: float, usual: float, variance: float, others: int) -> float:
    """Of at most so many, where conversions may be fractions: rounded up, against us.

    Few others tell badly how far campaigns lie apart: what is a normal quantile were that known
    is one of Student's t.
    """
    size = usual**2 / max(variance - usual, 1e-9 * usual)
    tail = special.betainc(size, np.ceil(counted) + 1, size / (size + usual))
    return float(special.stdtr(others - 2, special.ndtri(tail)))
