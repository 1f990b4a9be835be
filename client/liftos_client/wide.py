"""Figures and features with a column each, as `tables` takes rows.

>>> rows = each(client.performance, dates=days, group_by=[PerformanceDimension.CHANNEL])
>>> tables.frame(wide.figures(rows))
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any, Final

from .generated.fragments import FeatureTable, PerformanceRow
from .tables import Table, table

_ALONE: Final = {"value": ""}
_COMPARED: Final = _ALONE | {
    "compared": "_compared",
    "change": "_change",
    "change_share": "_change_share",
}
"""How the columns of a figure end, by its parts."""


def figures(rows: Iterable[PerformanceRow]) -> Table:
    """Rows with `spend`, `roas`, …, one column a metric, where they had `values`.

    All rows are of one question, so that they have the same metrics. Where it compares,
    `spend_compared`, `spend_change` and `spend_change_share` stand beside.
    """
    kept = list(rows)
    parts = _COMPARED if any(row.compared_dates for row in kept) else _ALONE
    plain = table(kept)
    columns = {name: kind for name, kind in plain.columns.items() if name != "values"}
    if kept:
        columns |= dict.fromkeys(_figures(kept[0], parts), Decimal)
    flat = zip(plain.rows, kept, strict=True)
    return Table(columns, [{**told, **_figures(row, parts)} for told, row in flat])


def features(found: FeatureTable) -> Table:
    """A row for each entity, a column for each feature, and why it has none: `…_missing`.

    ValueError where a feature has the name of a column that is there without it.
    """
    columns: dict[str, type] = {"entity": str}
    cells: dict[str, list[Any]] = {"entity": list(found.entities)}
    for each in found.columns:
        reason = f"{each.feature}_missing"
        if {each.feature, reason} & columns.keys():
            raise ValueError(f"there would be two columns for the feature {each.feature!r}")
        columns |= {each.feature: Decimal, reason: str}
        cells |= {each.feature: each.values, reason: each.missing}
    rows = zip(*cells.values(), strict=True)
    return Table(columns, [dict(zip(columns, row, strict=True)) for row in rows])


def _figures(row: PerformanceRow, parts: Mapping[str, str]) -> dict[str, Decimal | None]:
    return {
        f"{each.metric.value.lower()}{ending}": getattr(each, part)
        for each in row.values
        for part, ending in parts.items()
    }
