"""Do columns say the same as others: in pairs, and together?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from analysis.preflight.catalogue import CHECKS, LARGEST, found, named
from analysis.preflight.variation import relative_spread
from analysis.preflight.wide import Floats, Wide
from core.records.exports import ExportCheck

_ALIKE = CHECKS["COLUMNS_ALIKE"].threshold or 0.0
_CORRELATED = CHECKS["COLUMNS_CORRELATED"].threshold or 0.0
_EXTREME = CHECKS["VIF_EXTREME"].threshold or 0.0
_HIGH = CHECKS["VIF_HIGH"].threshold or 0.0
_MOVES = CHECKS["NO_VARIATION"].threshold or 0.0
_SINGULAR = 1e-10
"""A smaller eigenvalue of the correlations is taken for 0."""


def relation_findings(wide: Wide) -> Iterator[ExportCheck]:
    """Over all rows, and then geo by geo; columns that do not vary are told elsewhere."""
    names = (*wide.explanatory, *wide.roles.events)
    values = wide.matrix(names)
    moving = np.flatnonzero(relative_spread(values) >= _MOVES)
    names, values = tuple(names[place] for place in moving), values[:, moving]
    if len(names) > 1:
        yield from _overall(names, values)
        yield from _by_geo(wide, names, values)


def correlations(values: Floats) -> Floats:
    """Pearson's r of each pair of columns that vary."""
    centred = values - values.mean(axis=0)
    scaled = centred / np.sqrt((centred**2).sum(axis=0))
    found: Floats = np.clip(scaled.T @ scaled, -1.0, 1.0)
    return found


def inflation(correlation: Floats) -> Floats:
    """Variance inflation factor of each column: the diagonal of the inverted correlations.

    Without a limit, LARGEST here, for a column that is a linear combination of others.
    """
    roots, vectors = np.linalg.eigh(correlation)
    null = roots < _SINGULAR
    regular = (vectors[:, ~null] ** 2 / roots[~null]).sum(axis=1)
    is_combined = (vectors[:, null] ** 2).sum(axis=1) > _SINGULAR
    return np.where(is_combined, LARGEST, np.minimum(regular, LARGEST))


def _overall(names: Sequence[str], values: Floats) -> Iterator[ExportCheck]:
    correlation = correlations(values)
    for one, other in zip(*np.nonzero(np.triu(np.abs(correlation), 1) > _CORRELATED), strict=True):
        r = float(correlation[one, other])
        check = "COLUMNS_ALIKE" if abs(r) > _ALIKE else "COLUMNS_CORRELATED"
        yield found(check, [names[one], names[other]], r,
                    f"{names[one]} and {names[other]} move together (r = {r:.3f}): their effects "
                    "can hardly be told apart")  # fmt: skip
    if len(values) <= len(names):
        yield found("VIF_NOT_ASSESSED", [], len(values),
                    f"{len(values)} rows are too few to hold {len(names)} columns against each "
                    "other")  # fmt: skip
        return
    for name, factor in zip(names, inflation(correlation), strict=True):
        if factor > _HIGH:
            check = "VIF_EXTREME" if factor > _EXTREME else "VIF_HIGH"
            yield found(check, [name], float(factor),
                        f"{name} follows from the other columns together")  # fmt: skip


def _by_geo(wide: Wide, names: Sequence[str], values: Floats) -> Iterator[ExportCheck]:
    alike: dict[tuple[str, ...], list[str]] = {}
    extreme: dict[tuple[str, ...], list[str]] = {}
    for geo, rows in wide.rows_by_geo():
        moving = np.flatnonzero(relative_spread(values[rows]) >= _MOVES)
        if len(moving) < 2:  # noqa: PLR2004 - a pair
            continue
        correlation = correlations(values[rows][:, moving])
        for one, other in zip(*np.nonzero(np.triu(np.abs(correlation), 1) > _ALIKE), strict=True):
            pair = names[moving[one]], names[moving[other]]
            alike.setdefault(pair, []).append(geo)
        if rows.sum() > len(moving):
            for place in np.flatnonzero(inflation(correlation) > _EXTREME):
                extreme.setdefault((names[moving[place]],), []).append(geo)
    yield from (found("COLUMNS_ALIKE_IN_GEO", pair, len(geos),
                      f"{pair[0]} and {pair[1]} move together in {named(geos)}")
                for pair, geos in alike.items())  # fmt: skip
    yield from (found("VIF_EXTREME_IN_GEO", name, len(geos),
                      f"{name[0]} follows from the other columns in {named(geos)}")
                for name, geos in extreme.items())  # fmt: skip
