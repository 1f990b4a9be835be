"""Columns whose missing values are not zero: a KPI with gaps is refused, a control left out."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Final, TypeVar

from core.causal import CausalDefinition, KpiKind
from core.errors import BadInput
from core.records.causal import Exclusion
from transform.export.columns import ColumnKey, Role

Place = tuple[str | None, date]
T = TypeVar("T")

_ZERO_IS_UNKNOWN: Final = frozenset(
    {Role.CONTROL, Role.TREATMENT, Role.POPULATION, Role.REVENUE_PER_KPI}
)
_SHOWN: Final = 5


def without_gaps(
    cells: Mapping[ColumnKey, Mapping[Place, T]],
    places: Sequence[Place],
    definition: CausalDefinition,
) -> tuple[dict[ColumnKey, dict[Place, T]], list[Exclusion]]:
    """The columns that tell every place, and what was left out.

    BadInput for a KPI or a named series with gaps. What flows may be zero and stays.
    """
    kept: dict[ColumnKey, dict[Place, T]] = {}
    dropped = []
    for key, column in cells.items():
        gaps = [place for place in places if place not in column] if _is_whole(key) else []
        if not gaps:
            kept[key] = dict(column)
            continue
        if key.role is Role.KPI or key.series in _named(definition, key.role):
            raise _gap(key, gaps)
        what = key.series or key.channel or key.role.lower()
        detail = f"{what}: no value for {len(gaps)} of {len(places)} rows: {_told(gaps)}"
        dropped.append(Exclusion("SERIES_INCOMPLETE", len(column), detail))
    _require_kpi(kept, definition)
    return kept, dropped


def _is_whole(key: ColumnKey) -> bool:
    """Whether a column must have a value for every place."""
    if key.role is Role.KPI:
        return key.metric == "value"
    return key.role in _ZERO_IS_UNKNOWN and key.metric != "revenue"


def _named(definition: CausalDefinition, role: Role) -> Collection[str | None]:
    names = {Role.CONTROL: definition.controls, Role.TREATMENT: definition.treatments}
    return names.get(role) or ()


def _told(gaps: Sequence[Place]) -> str:
    shown = [f"{time}" if geo is None else f"{geo} {time}" for geo, time in gaps[:_SHOWN]]
    return ", ".join(shown) + (", …" if len(gaps) > _SHOWN else "")


def _gap(key: ColumnKey, gaps: Sequence[Place]) -> BadInput:
    field = "kpi" if key.role is Role.KPI else f"{key.role.lower()}s"
    return BadInput(
        f"the {key.role.lower()} {key.series or ''}has no value for {len(gaps)} periods: "
        f"{_told(gaps)}",
        field=field,
        mend="upload what is missing, narrow the dates, or choose another series",
    )


def _require_kpi(kept: Mapping[ColumnKey, object], definition: CausalDefinition) -> None:
    if any(key.role is Role.KPI for key in kept):
        return
    what = {KpiKind.ORDERS: "orders", KpiKind.CONVERSIONS: "conversions"}
    raise BadInput(
        f"there are no {what.get(definition.kpi.kind, 'values of the series')} in these dates",
        field="kpi",
        mend="choose another KPI, or other dates",
    )
