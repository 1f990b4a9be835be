"""Rates as Postgres writes them: what core.metrics derives, to the last digit."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from core.metrics.catalogue import CATALOGUE, Metric, MetricKind
from stores.postgres.rendering import decimal

_OF_GROUPS: Final = frozenset({Metric.AOV})
"""Ratios that single rows do not have as fields."""

_RATIOS: Final = tuple(
    each
    for each in CATALOGUE.values()
    if each.kind is MetricKind.RATIO and each.metric not in _OF_GROUPS
)
RATES: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {each.metric.column: tuple(part.column for part in each.parts) for each in _RATIOS}
)
"""Of each rate its numerator and its denominator."""

_PLACES: Final = 40 * "0"
"""With so many places that rounding a quotient to ten of them rounds the true one."""


def rates_of(relation: str) -> dict[str, str]:
    """Every rate that a row of `relation` has as JSON: to ten places, half up; null over zero."""
    return {each.metric.column: decimal(figure_of(each.metric, relation)) for each in _RATIOS}


def figure_of(metric: Metric, relation: str) -> str:
    """SQL of a metric of a row of `relation`, as a number."""
    definition = CATALOGUE[metric]
    above, *below = (f"{relation}.{part.column}" for part in definition.parts)
    if below:
        return quotient(above, below[0], definition.multiplier)
    return f"{above}::numeric"


def quotient(above: str, below: str, multiplier: int = 1) -> str:
    """SQL of a ratio, to ten places, half up; null over zero."""
    return f"round({above} * {multiplier}.{_PLACES} / nullif({below}, 0), 10)"
