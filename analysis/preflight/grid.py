"""Is the grid regular, long enough and without holes?"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from analysis.preflight.catalogue import CHECKS, found, named, numbered
from analysis.preflight.wide import Wide
from core.records.exports import ExportCheck

_STEP = {"DAY": 1, "WEEK": 7}


def grid_findings(wide: Wide) -> Iterator[ExportCheck]:
    """Missing values, gaps, repetitions, and whether there is enough of it."""
    yield from _missing_values(wide)
    periods = _periods(wide)
    place = np.searchsorted(periods, wide.times)
    on_grid = periods[np.minimum(place, len(periods) - 1)] == wide.times
    cells = np.unique(wide.of_geo[on_grid] * len(periods) + place[on_grid])
    yield from _gaps(wide, len(wide.geos) * len(periods) - len(cells))
    yield from _repetitions(wide)
    yield from _length(wide, _days(wide))
    yield from _rows(wide)


def _missing_values(wide: Wide) -> Iterator[ExportCheck]:
    parts = wide.roles
    counted = (*wide.explanatory, *wide.paid, *parts.events, parts.kpi)
    extra = [name for name in (parts.revenue_per_kpi, parts.population) if name is not None]
    for name in dict.fromkeys((*counted, *extra)):
        missing = int(np.isnan(wide.column(name)).sum())
        if missing:
            yield found("VALUE_MISSING", [name], missing,
                        f"{missing} values of {name} are missing or infinite: models refuse "
                        "them")  # fmt: skip


def _periods(wide: Wide) -> npt.NDArray[np.datetime64]:
    first, last = wide.times.min(), wide.times.max()
    if wide.grain == "MONTH":
        months = np.arange(first.astype("M8[M]"), last.astype("M8[M]") + 1)
        return months.astype("M8[D]")
    return np.arange(first, last + 1, _STEP[wide.grain])


def _days(wide: Wide) -> int:
    """From the first period to the end of the last."""
    last = wide.times.max()
    months = last.astype("M8[M]") + 1
    end = months.astype("M8[D]") if wide.grain == "MONTH" else last + _STEP[wide.grain]
    return int((end - wide.times.min()).astype(int))


def _gaps(wide: Wide, missing: int) -> Iterator[ExportCheck]:
    if missing:
        yield found("PERIOD_MISSING", [wide.roles.time], missing,
                    f"{missing} periods have no row: models need every one")  # fmt: skip


def _repetitions(wide: Wide) -> Iterator[ExportCheck]:
    # Of all rows, also those that stand beside the grid.
    keys = np.column_stack([wide.of_geo, wide.times.astype(np.int64)])
    repeated = len(keys) - len(np.unique(keys, axis=0))
    if repeated:
        yield found("PERIOD_REPEATED", [wide.roles.time], repeated,
                    f"{repeated} rows repeat a period that stands there already")  # fmt: skip


def _length(wide: Wide, days: int) -> Iterator[ExportCheck]:
    least = CHECKS["HISTORY_SHORT"].threshold or 0
    if days < least:
        yield found("HISTORY_SHORT", [wide.roles.time], days,
                    f"{days} days are less than a year: season cannot be told from "
                    "trend")  # fmt: skip


def _rows(wide: Wide) -> Iterator[ExportCheck]:
    columns = (*wide.explanatory, *wide.roles.events)
    least = CHECKS["ROWS_PER_VARIABLE"].threshold or 0
    if columns and len(wide.times) < least * len(columns):
        ratio = len(wide.times) / len(columns)
        rows, of = numbered(len(wide.times), "row"), numbered(len(columns), "column")
        yield found("ROWS_PER_VARIABLE", [], ratio,
                    f"{rows} for {of} ({named(columns)}): "
                    "combine channels or export a longer range")  # fmt: skip
