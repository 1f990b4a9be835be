"""Does each column vary, and by more than a few outliers?"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from analysis.preflight.catalogue import CHECKS, found, named, numbered
from analysis.preflight.wide import Floats, Wide
from core.records.exports import ExportCheck

_LEAST = CHECKS["NO_VARIATION"].threshold or 0.0
_FENCE = 1.5


def variation_findings(wide: Wide) -> Iterator[ExportCheck]:
    """The KPI, then each explanatory column and event."""
    yield from _kpi(wide)
    yield from _explanatory(wide)
    yield from _by_geo(wide)
    yield from _events(wide)


def relative_spread(values: Floats) -> Floats:
    """Standard deviation of each column over its absolute mean; 0 for one that never moves."""
    spread, level = values.std(axis=0), np.abs(values).mean(axis=0)
    ratio: Floats = np.divide(spread, level, out=np.zeros_like(spread), where=level > 0)
    return ratio


def beyond(values: Floats, fence: float) -> npt.NDArray[np.bool_]:
    """Which values lie more than `fence` interquartile ranges outside the quartiles."""
    low, high = np.quantile(values, [0.25, 0.75], axis=0)
    reach = fence * (high - low)
    outside: npt.NDArray[np.bool_] = (values < low - reach) | (values > high + reach)
    return outside


def _kpi(wide: Wide) -> Iterator[ExportCheck]:
    name = wide.roles.kpi
    values = wide.matrix([name])
    negative = int((values < 0).sum())
    if negative:
        yield found("KPI_NEGATIVE", [name], negative,
                    f"the KPI is negative in {numbered(negative, 'row')}")  # fmt: skip
    spread = float(relative_spread(values)[0])
    if spread < _LEAST:
        yield found("KPI_INVARIABLE", [name], spread,
                    "the KPI does not vary: there is nothing to explain")  # fmt: skip


def _explanatory(wide: Wide) -> Iterator[ExportCheck]:
    names = wide.explanatory
    values = wide.matrix(names)
    spreads, outside = relative_spread(values), beyond(values, _FENCE)
    for place, name in enumerate(names):
        if not values[:, place].any() and name in wide.paid:
            continue  # told as MEDIA_ALL_ZERO
        yield from _column(name, values[:, place], float(spreads[place]), outside[:, place])


def _column(
    name: str, values: Floats, spread: float, outside: npt.NDArray[np.bool_]
) -> Iterator[ExportCheck]:
    if spread < _LEAST:
        yield found("NO_VARIATION", [name], spread,
                    f"{name} does not vary: its effect cannot be estimated")  # fmt: skip
        return
    if not outside.any():
        return
    count = int(outside.sum())
    yield found("OUTLIERS", [name], count,
                f"{name} has {numbered(count, 'value')} far from the others: "
                "is that real?")  # fmt: skip
    inner = float(relative_spread(values[~outside, None])[0])
    if inner < _LEAST:
        yield found("VARIATION_IS_OUTLIERS", [name], inner,
                    f"without {numbered(count, 'value')} {name} does not vary: its effect rests on "
                    "them")  # fmt: skip


def _by_geo(wide: Wide) -> Iterator[ExportCheck]:
    names = wide.explanatory
    values = wide.matrix(names)
    still: dict[str, list[str]] = {}
    for geo, rows in wide.rows_by_geo():
        for place in np.flatnonzero(relative_spread(values[rows]) < _LEAST):
            still.setdefault(names[place], []).append(geo)
    for name, geos in still.items():
        if len(geos) < len(wide.geos):
            yield found("NO_VARIATION_IN_GEO", [name], len(geos),
                        f"{name} does not vary in {named(geos)}")  # fmt: skip


def _events(wide: Wide) -> Iterator[ExportCheck]:
    values = wide.matrix(wide.roles.events)
    for place, name in enumerate(wide.roles.events):
        share = float((values[:, place] != 0).mean())
        if share in {0.0, 1.0}:
            told = "never" if share == 0 else "always"
            yield found("EVENT_CONSTANT", [name], share,
                        f"{name} is {told} on: its effect cannot be told apart")  # fmt: skip
