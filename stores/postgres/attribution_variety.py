"""In which columns the sums of a connection's day differ, and when each of them is a row already.

Sums of a day of a connection are no two alike in COARSE and DETAILS. Where they differ in columns
alone that rows are kept apart by, no two of them are of one row, and nothing needs grouping.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from core.periods import Grain
from core.records.attribution import (
    AttributionDefinition,
    AttributionDimension,
    AttributionFacts,
)
from stores.postgres.attribution_parts import COARSE, DETAILS

_COLUMNS: Final = (*COARSE, *DETAILS)
_BLANKED: Final = ("country", "geo", "device", "series_role")
"""In which rows tell a blank as null, so that two sums may be one row."""


def _bit(column: str) -> int:
    return 1 << _COLUMNS.index(column)


def _differs(column: str) -> str:
    return f"(s.{column} IS DISTINCT FROM f.{column})::int * {_bit(column)}"


_BLANK: Final = " OR ".join(f"s.{each} = ''" for each in _BLANKED)
VARIES: Final = (
    f"coalesce(bit_or({' + '.join(map(_differs, _COLUMNS))}"
    f" + coalesce({_BLANK}, false)::int * {1 << len(_COLUMNS)}), 0)"
)
"""SQL of a bit for each column in which sums `s` of a day differ from `f`, one of them; and of one
bit more where there is a blank."""

_KEPT_APART: Final = {
    AttributionDimension.SOURCE: "source",
    AttributionDimension.ACCOUNT: "account_id",
    AttributionDimension.CAMPAIGN: "campaign",
    AttributionDimension.COUNTRY: "country",
    AttributionDimension.GEO: "geo",
    AttributionDimension.DEVICE: "device",
    AttributionDimension.DATE_BASIS: "date_basis",
    AttributionDimension.ATTRIBUTION_SETTING: "attribution_setting",
}


@dataclass(frozen=True, slots=True)
class Variety:
    """Of the sums that a definition is read from: `varies` as VARIES tells it of any of their days.

    `has_own_accounts`: where a connection's day has one account alone, it is the same on all its
    days, and no other connection's.
    """

    varies: int
    has_own_accounts: bool
    is_detailed: bool

    def is_rows(self, definition: AttributionDefinition) -> bool:
        """Whether each row of the definition is one of these sums."""
        if definition.grain is not Grain.DAY:
            return False
        apart = {"channel", "currency", *(_KEPT_APART.get(each, "") for each in definition.by)}
        if definition.facts is AttributionFacts.SERIES:
            apart |= {"entity_id", "series_role"}
        if not self._tells_connections(definition):
            return False
        looked_at = _COLUMNS if self.is_detailed else COARSE
        blank = self.varies >> len(_COLUMNS)
        return not blank and not any(
            self.varies & _bit(each) for each in looked_at if each not in apart
        )

    def _tells_connections(self, definition: AttributionDefinition) -> bool:
        """Whether rows of two connections are never one."""
        by = definition.by
        if AttributionDimension.CONNECTION in by or len(definition.connections) == 1:
            return True
        has_one = not self.varies & _bit("account_id")
        return AttributionDimension.ACCOUNT in by and has_one and self.has_own_accounts
