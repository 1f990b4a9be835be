"""What the figures of a month come to, in words that people look for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Final

from core.records.document_facts import Figures
from transform.documents.bands import Band, Bands, Metric

_PEERS: Final[Mapping[Metric, tuple[str, str]]] = MappingProxyType(
    {
        Metric.SPEND: ("one of the smallest budgets", "one of the biggest spenders"),
        Metric.IMPRESSIONS: ("hardly seen", "very visible, wide exposure"),
        Metric.CLICKS: ("few clicks", "a lot of traffic"),
        Metric.CONVERSIONS: ("few conversions", "one of the best sellers, many conversions"),
        Metric.COST_PER_CONVERSION: (
            "among the cheapest conversions: efficient, low cost per acquisition (CPA)",
            "among the most expensive conversions: inefficient, high cost per acquisition (CPA)",
        ),
        Metric.ROAS: (
            "poor return on ad spend (ROAS): weak payback",
            "excellent return on ad spend (ROAS): strong payback",
        ),
        Metric.CTR: (
            "low click-through rate (CTR): people do not engage",
            "high click-through rate (CTR): engaging, resonates",
        ),
        Metric.CONVERSION_RATE: (
            "visitors rarely buy, low conversion rate",
            "visitors buy, high conversion rate",
        ),
        Metric.CPM: ("cheap reach, low CPM", "costly reach, high CPM"),
    }
)
"""Beside others of its channel: what low and high values mean."""

_OWN: Final[Mapping[Metric, tuple[str, str]]] = MappingProxyType(
    {
        Metric.SPEND: ("spends less than it used to", "spends more than it used to"),
        Metric.CONVERSIONS: ("sells less than it used to", "sells more than it used to"),
        Metric.COST_PER_CONVERSION: (
            "conversions have become cheaper",
            "conversions have become more expensive",
        ),
        Metric.ROAS: ("return has worsened", "return has improved"),
        Metric.CTR: ("engagement is wearing off, fatigue", "engagement has improved"),
        Metric.CONVERSION_RATE: ("converts worse than before", "converts better than before"),
        Metric.CPM: ("reach has become cheaper", "reach has become more expensive"),
    }
)
"""Beside its own last months."""

_EXTREME: Final[Mapping[Metric, tuple[str, str]]] = MappingProxyType(
    {
        Metric.SPEND: ("its lowest spend of the year", "its highest spend of the year"),
        Metric.CONVERSIONS: ("its weakest month of the year", "its best month of the year"),
        Metric.COST_PER_CONVERSION: (
            "its cheapest conversions of the year",
            "its dearest conversions of the year",
        ),
    }
)
"""Beyond nearly all of its own last months."""

_MOVES: Final = (
    (1.9, "jumped, about doubled or more"),
    (1.2, "grew"),
    (0.8, ""),
    (0.55, "declined"),
    (0.0, "collapsed, about halved or worse"),
)
"""From how many times the month before, falling."""

_MOVED: Final[Mapping[Metric, str]] = MappingProxyType(
    {Metric.SPEND: "spend", Metric.CONVERSIONS: "conversions"}
)


def plain_verdicts(figures: Figures) -> Iterator[str]:
    """What the figures say by themselves."""
    f = figures
    if not f.spend and not f.impressions and not f.clicks and not f.conversions:
        yield "no delivery, did not run"
        return
    if f.spend and f.conversions == 0:
        yield "no sales: wasted spend, money without a conversion"
    if f.impressions and f.clicks == 0:
        yield "shown but never clicked"
    if f.spend and f.conversion_value:
        is_paid_back = f.conversion_value >= f.spend
        yield "earned more than it cost" if is_paid_back else "earned less than it cost, at a loss"
    if f.spend is None:
        yield "without media cost of its own"


def told_bands(found: Bands) -> tuple[list[str], list[str]]:
    """What the places mean: beside others, and beside its own past."""
    peers = [_said(_PEERS[metric], band) for metric, band in found.peers.items()]
    own = [
        _said(_EXTREME.get(metric, words) if _is_extreme(band) else words, band)
        for metric, words in _OWN.items()
        if (band := found.own.get(metric)) is not None
    ]
    return [each for each in peers if each], [each for each in own if each] + _moves(found)


def _said(words: tuple[str, str], band: Band) -> str:
    if band is Band.USUAL:
        return ""
    return words[band in {Band.HIGH, Band.HIGHEST}]


def _is_extreme(band: Band) -> bool:
    return band in {Band.LOWEST, Band.HIGHEST}


def _moves(found: Bands) -> list[str]:
    told = ((noun, found.moved.get(metric)) for metric, noun in _MOVED.items())
    moved = ((noun, _move(times)) for noun, times in told if times is not None)
    return [f"{noun} {move} on the month before" for noun, move in moved if move]


def _move(times: float) -> str:
    return next(word for least, word in _MOVES if times >= least)


def told_quality(quality: float | None) -> str:
    """How far the numbers can be trusted."""
    if quality is None:
        return "not assessed"
    for least, words in ((0.95, "excellent"), (0.85, "good"), (0.7, "acceptable"), (0.5, "poor")):
        if quality >= least:
            return f"{words} data quality"
    return "critical data quality, do not trust"
