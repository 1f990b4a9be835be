"""Rows broken down: parts whose sum is the row, for each value of one breakdown."""

from collections.abc import Mapping
from itertools import pairwise
from types import MappingProxyType
from typing import Final

from sandbox.world.metrics import WIDTH, Column, Family, Window, count_column, value_column

_TENTHS: Final = 10
_AFTER: Final[Mapping[int, int]] = MappingProxyType(
    {
        **dict.fromkeys(range(WIDTH), Column.IMPRESSIONS),
        Column.LINK_CLICKS: Column.CLICKS,
        **{value_column(window): count_column(Family.PURCHASE, window) for window in Window},
    }
)
"""By which other column each is spread, so that no part has more clicks than impressions."""


def broken_down(values: list[int], tenths: Mapping[str, int]) -> dict[str, list[int]]:
    """The parts of a row that are not all zero, by what they are called.

    `tenths`: how many tenths of the impressions fall to each.
    """
    spread = [_spread(values, column, tuple(tenths.values())) for column in range(WIDTH)]
    rows = zip(*spread, strict=True)
    named = {name: list(row) for name, row in zip(tenths, rows, strict=True)}
    return {name: row for name, row in named.items() if any(row)}


def _spread(values: list[int], column: int, weights: tuple[int, ...]) -> list[int]:
    """A column of whole numbers over the parts; its sum stays."""
    base, whole = weights, _TENTHS
    if column != Column.IMPRESSIONS:
        after = _AFTER[column]
        base, whole = tuple(_spread(values, after, weights)), values[after]
    if whole == 0:
        return [0] * (len(weights) - 1) + [values[column]]
    sums = [values[column] * sum(base[:place]) // whole for place in range(len(base) + 1)]
    return [later - earlier for earlier, later in pairwise(sums)]
