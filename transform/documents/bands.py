"""Where an entity's month stands: against its own past, and against its peers of that month."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from core.records.document_facts import EntityMonth, Figures

HISTORY_MONTHS: Final = 12
LEAST_HISTORY: Final = 3
LEAST_PEERS: Final = 4
"""Others that there must be, before a place among them means anything."""

_TOP, _HIGH = 0.9, 0.7


class Metric(StrEnum):
    """What is compared. Volumes are per day that has entries, so that a month may be under way."""

    SPEND = "SPEND"
    IMPRESSIONS = "IMPRESSIONS"
    CLICKS = "CLICKS"
    CONVERSIONS = "CONVERSIONS"
    COST_PER_CONVERSION = "COST_PER_CONVERSION"
    ROAS = "ROAS"
    CTR = "CTR"
    CONVERSION_RATE = "CONVERSION_RATE"
    CPM = "CPM"


class Band(StrEnum):
    """The place of a value among others, by the share of them that it exceeds.

    LOWEST to HIGHEST at 0.1, 0.3, 0.7 and 0.9.
    """

    LOWEST = "LOWEST"
    LOW = "LOW"
    USUAL = "USUAL"
    HIGH = "HIGH"
    HIGHEST = "HIGHEST"


@dataclass(frozen=True, slots=True)
class Bands:
    """The places of a month: `own` among its entity's last months, `peers` among others'.

    `moved` is how a volume compares with the month before, 1 for as much. Where there is too
    little to compare with, a metric is missing.
    """

    own: Mapping[Metric, Band]
    peers: Mapping[Metric, Band]
    moved: Mapping[Metric, float]


def values_of(figures: Figures) -> dict[Metric, float]:
    """The metrics that these figures have; rates need something to be divided by."""
    f = figures
    days = max(f.days, 1)
    found = {
        Metric.SPEND: _per(f.spend, days),
        Metric.IMPRESSIONS: _per(f.impressions, days),
        Metric.CLICKS: _per(f.clicks, days),
        Metric.CONVERSIONS: _per(f.conversions, days),
        Metric.COST_PER_CONVERSION: _per(f.spend or None, f.conversions),
        Metric.ROAS: _per(f.conversion_value, f.spend),
        Metric.CTR: _per(f.clicks, f.impressions),
        Metric.CONVERSION_RATE: _per(f.conversions, f.clicks),
        Metric.CPM: _per(f.spend or None, f.impressions),
    }
    return {metric: value for metric, value in found.items() if value is not None}


def bands(months: Sequence[EntityMonth], before: Sequence[EntityMonth]) -> list[Bands]:
    """The bands of each of `months`, in their order; all of them and `before` are the past."""
    every = [(each, values_of(each.figures)) for each in (*before, *months)]
    past = _by(every, lambda each: (each.kind, each.subject_id, each.currency))
    peers = _by(every[len(before) :], _group)
    found = []
    for month, values in every[len(before) :]:
        history = _history(past[month.kind, month.subject_id, month.currency], month.month)
        own = _placed(values, _sorted(each for _, each in history), LEAST_HISTORY, 0)
        moved = _moved(values, history, month.month)
        found.append(Bands(own, {}, moved))
    return _with_peers(found, every[len(before) :], peers)


_Valued = tuple[EntityMonth, dict[Metric, float]]


def _by(
    every: Iterable[_Valued], key: Callable[[EntityMonth], tuple[object, ...]]
) -> dict[tuple[object, ...], list[_Valued]]:
    found: defaultdict[tuple[object, ...], list[_Valued]] = defaultdict(list)
    for each in every:
        found[key(each[0])].append(each)
    return found


def _group(month: EntityMonth) -> tuple[object, ...]:
    return month.kind, month.channel, month.currency, month.month


def _with_peers(
    found: Sequence[Bands],
    valued: Sequence[_Valued],
    peers: Mapping[tuple[object, ...], list[_Valued]],
) -> list[Bands]:
    ladders = {key: _sorted(values for _, values in group) for key, group in peers.items()}
    return [
        Bands(each.own, _placed(values, ladders[_group(month)], LEAST_PEERS + 1, 1), each.moved)
        for each, (month, values) in zip(found, valued, strict=True)
    ]


def _history(of_entity: Sequence[_Valued], month: date) -> list[_Valued]:
    return [each for each in of_entity if 0 < _apart(each[0].month, month) <= HISTORY_MONTHS]


def _apart(earlier: date, later: date) -> int:
    return (later.year - earlier.year) * 12 + later.month - earlier.month


def _sorted(every: Iterable[Mapping[Metric, float]]) -> dict[Metric, list[float]]:
    found: defaultdict[Metric, list[float]] = defaultdict(list)
    for values in every:
        for metric, value in values.items():
            found[metric].append(value)
    return {metric: sorted(values) for metric, values in found.items()}


def _placed(
    values: Mapping[Metric, float],
    ladders: Mapping[Metric, Sequence[float]],
    least: int,
    itself: int,
) -> dict[Metric, Band]:
    """The band of each value; `itself` is 1 where it is one of its own ladder."""
    found = {}
    for metric, value in values.items():
        ladder = ladders.get(metric, ())
        if len(ladder) >= least and ladder[0] != ladder[-1]:
            below, upto = bisect_left(ladder, value), bisect_right(ladder, value)
            others = len(ladder) - itself
            found[metric] = _band((below + (upto - below - itself) / 2) / others)
    return found


def _band(share: float) -> Band:
    if share >= _TOP:
        return Band.HIGHEST
    if share >= _HIGH:
        return Band.HIGH
    if share <= 1 - _TOP:
        return Band.LOWEST
    return Band.LOW if share <= 1 - _HIGH else Band.USUAL


def _moved(
    values: Mapping[Metric, float], history: Sequence[_Valued], month: date
) -> dict[Metric, float]:
    last = next((each for at, each in history if _apart(at.month, month) == 1), {})
    return {
        metric: values[metric] / last[metric]
        for metric in (Metric.SPEND, Metric.CONVERSIONS)
        if metric in values and last.get(metric)
    }


def _per(amount: float | None, of: float | None) -> float | None:
    return amount / of if amount is not None and of else None
