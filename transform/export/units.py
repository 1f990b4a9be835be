"""The unit of each column of the wide table."""

from __future__ import annotations

from core.causal import CausalDefinition, KpiMeasure
from transform.export.columns import ColumnKey, Role


def unit_of(key: ColumnKey, definition: CausalDefinition) -> str:
    """A currency (ISO 4217), `count`, `share` of a period's days, `days`, or `value`."""
    if key.role in {Role.MEDIA_SPEND, Role.REVENUE_PER_KPI}:
        return definition.currency
    if key.role is Role.KPI:
        is_money = definition.kpi.measure is KpiMeasure.REVENUE
        return definition.currency if is_money else "count"
    if key.role is Role.EVENT:
        return "share"
    if key.role is Role.CALENDAR:
        return "days"
    return "value" if key.series else "count"
