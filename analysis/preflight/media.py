"""Do spend and exposure of each channel go together?"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from analysis.preflight.catalogue import CHECKS, found, numbered
from analysis.preflight.variation import beyond
from analysis.preflight.wide import Floats, Wide
from core.records.exports import ExportCheck

_FENCE = 3.0
_PARTS = 4
_FEWEST = 8
"""Costs of a unit are held against each other when there are at least so many."""


def media_findings(wide: Wide) -> Iterator[ExportCheck]:
    """Signs and zeros, shares of spend, and what a unit of media cost."""
    yield from _signs(wide)
    yield from _shares(wide)
    for exposure, spend in zip(wide.roles.media, wide.roles.media_spend, strict=False):
        if exposure != spend:
            yield from _pair(wide, exposure, spend)


def _signs(wide: Wide) -> Iterator[ExportCheck]:
    values = wide.matrix(wide.paid)
    for place, name in enumerate(wide.paid):
        column = values[:, place]
        negative = int((column < 0).sum())
        if negative:
            yield found("MEDIA_NEGATIVE", [name], negative,
                        f"{name} is negative in {numbered(negative, 'row')}")  # fmt: skip
        if not column.any():
            yield found("MEDIA_ALL_ZERO", [name], 0,
                        f"{name} is 0 throughout: leave the channel out or choose another "
                        "range")  # fmt: skip


def _shares(wide: Wide) -> Iterator[ExportCheck]:
    names = wide.roles.media_spend
    spent = wide.matrix(names).sum(axis=0)
    least = CHECKS["SPEND_SHARE_TINY"].threshold or 0
    for name, amount in zip(names, spent, strict=True):
        share = float(amount / spent.sum()) if spent.sum() > 0 else 0.0
        if 0 < share < least:
            yield found("SPEND_SHARE_TINY", [name], share,
                        f"{name} is {share:.2%} of all spend: its effect is hard to "
                        "estimate alone")  # fmt: skip


def _pair(wide: Wide, exposure: str, spend: str) -> Iterator[ExportCheck]:
    units, cost = wide.matrix([exposure, spend]).T
    for check, rows, told in (
        ("SPEND_WITHOUT_EXPOSURE", (cost > 0) & (units <= 0), f"{spend} without {exposure}"),
        ("EXPOSURE_WITHOUT_SPEND", (cost <= 0) & (units > 0), f"{exposure} without {spend}"),
    ):
        count = int(rows.sum())
        if count:
            yield found(check, [spend, exposure], count, f"{numbered(count, 'row')} with {told}")
    both = (cost > 0) & (units > 0)
    if both.sum() >= _FEWEST:
        yield from _cost(wide, [spend, exposure], both, cost[both] / units[both])


def _cost(
    wide: Wide, columns: list[str], rows: npt.NDArray[np.bool_], cost: Floats
) -> Iterator[ExportCheck]:
    count = int(beyond(cost[:, None], _FENCE).sum())
    if count:
        yield found("COST_PER_UNIT_OUTLIERS", columns, count,
                    f"in {numbered(count, 'row')} a unit of {columns[1]} cost far more or less "
                    "than usual")  # fmt: skip
    shift = max(_shift(_quarter(wide.times[rows]), cost), _shift(wide.of_geo[rows], cost))
    if shift > (CHECKS["COST_PER_UNIT_SHIFTS"].threshold or 0):
        yield found("COST_PER_UNIT_SHIFTS", columns, shift,
                    f"a unit of {columns[1]} costs {shift:.4g} times as much in some part as in "
                    "another: was it counted in the same unit?")  # fmt: skip


def _quarter(times: npt.NDArray[np.datetime64]) -> npt.NDArray[np.int64]:
    """Which quarter of the time that is looked at each row falls into."""
    since = (times - times.min()).astype(np.int64)
    part: npt.NDArray[np.int64] = since * _PARTS // (int(since.max()) + 1)
    return part


def _shift(part: npt.NDArray[np.int64], cost: Floats) -> float:
    medians = [float(np.median(cost[part == each])) for each in np.unique(part)]
    return max(medians) / min(medians)
