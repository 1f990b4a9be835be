"""Which entries, or sums, a definition of attribution rows takes: conditions on `e`."""

from __future__ import annotations

from typing import Final

from core.records.attribution import AttributionDefinition, AttributionFacts
from core.records.connections import Level
from core.records.entries import DateBasis, SeriesRole
from stores.postgres.conditions import Conditions
from stores.postgres.quality import at_least


def restrict(conditions: Conditions, definition: AttributionDefinition) -> None:
    """Add that `e` is what the definition names; its days are not looked at."""
    conditions.add(_FACTS[definition.facts])
    if definition.date_bases:
        conditions.among("e.date_basis", definition.date_bases)
    elif definition.facts is AttributionFacts.MEDIA:
        conditions.among("e.date_basis", (DateBasis.DELIVERY, DateBasis.SEND))
    conditions.among("e.source", definition.sources)
    conditions.among("e.channel", definition.channels)
    conditions.among("e.account_id", definition.accounts)
    conditions.among("e.connection_id", definition.connections)
    conditions.among("e.campaign", definition.campaigns)
    conditions.among("e.level", definition.levels)
    conditions.among("e.country", definition.countries)
    conditions.among("e.geo", definition.geos)
    conditions.among("e.device", definition.devices)
    conditions.among("e.series_role", definition.series_roles)
    conditions.among("e.entity_id", definition.series)
    if definition.min_quality is not None:
        conditions.add(at_least("{}"), definition.min_quality)


_MEDIA_SERIES: Final = ", ".join(
    f"'{each}'" for each in (SeriesRole.SPEND, SeriesRole.IMPRESSIONS, SeriesRole.CLICKS)
)
_ORDERS: Final = (
    f"(e.level = '{Level.ORDER}' "
    f"OR (e.level = '{Level.ACCOUNT}' AND e.date_basis = '{DateBasis.EVENT}'))"
)
_FACTS: Final = {
    AttributionFacts.MEDIA: (
        f"NOT {_ORDERS} AND (e.series_role IS NULL OR e.series_role IN ({_MEDIA_SERIES}))"
    ),
    AttributionFacts.ORDERS: _ORDERS,
    AttributionFacts.SERIES: f"e.level = '{Level.SERIES}'",
}
"""What each kind of facts is made of."""
