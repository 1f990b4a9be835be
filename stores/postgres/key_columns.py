"""By which columns of the relation `e` rows and figures are kept apart."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from core.records.attribution import AttributionDimension
from core.records.performance import PerformanceDimension
from stores.postgres.conditions import Conditions


@dataclass(frozen=True, slots=True)
class KeyColumn:
    """A part of a row's key: its name in AttributionKey, the entry's column, its type."""

    name: str
    column: str
    read: Callable[[str], Any] = str

    @property
    def sorted(self) -> str:
        """SQL that rows are grouped and, nulls first, sorted by."""
        return f'({self.column}) COLLATE "C"' if self.read is str else self.column

    @property
    def text(self) -> str:
        """SQL that rows are sought by, in the same order: text, in which null is empty."""
        cast = "" if self.read is str else "::text"
        return f"coalesce({self.column}{cast}, '') COLLATE \"C\""


DIMENSIONS: Final = {
    AttributionDimension.SOURCE: KeyColumn("source", "e.source"),
    AttributionDimension.CONNECTION: KeyColumn("connection", "e.connection_id", UUID),
    AttributionDimension.ACCOUNT: KeyColumn("account", "e.account_id"),
    AttributionDimension.CAMPAIGN: KeyColumn("campaign", "e.campaign", UUID),
    AttributionDimension.COUNTRY: KeyColumn("country", "nullif(e.country, '')"),
    AttributionDimension.GEO: KeyColumn("geo", "nullif(e.geo, '')"),
    AttributionDimension.DEVICE: KeyColumn("device", "nullif(e.device, '')"),
    AttributionDimension.DATE_BASIS: KeyColumn("date_basis", "e.date_basis"),
    AttributionDimension.ATTRIBUTION_SETTING: KeyColumn(
        "attribution_setting", "e.attribution_setting"
    ),
}
"""The column of each dimension, of the relation `e`."""

SERIES_KEYS: Final = (
    KeyColumn("series", "e.entity_id"),
    KeyColumn("series_role", "nullif(e.series_role, '')"),
)
"""What series are kept apart by beside."""

COLUMNS: Final = {
    PerformanceDimension.CHANNEL: KeyColumn("channel", "e.channel"),
    PerformanceDimension.SERIES: SERIES_KEYS[0],
    PerformanceDimension.SERIES_ROLE: SERIES_KEYS[1],
    PerformanceDimension.CURRENCY: KeyColumn("currency", "e.currency"),
    **{PerformanceDimension(each.value): DIMENSIONS[each] for each in AttributionDimension},
}
"""The column of each dimension of figures."""


def in_group(
    conditions: Conditions, group: Iterable[tuple[PerformanceDimension, str | None]]
) -> None:
    """Add that `e` is in a group: each dimension with its value as text, None where none is told.

    ValueError for a value that its dimension cannot have.
    """
    for dimension, value in group:
        column = COLUMNS[dimension]
        if value is None:
            conditions.add(f"{column.column} IS NULL")
        else:
            conditions.add(f"{column.column} = {{}}", column.read(value))
