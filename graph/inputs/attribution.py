"""Which attribution rows: the parts of their definition."""

from __future__ import annotations

from typing import Any

import strawberry

from core.records.connections import Level
from core.records.entries import DateBasis, Device, SeriesRole
from graph.ids import CAMPAIGN, CONNECTION
from graph.inputs.entries import ALL, texts
from resolvers.text import choices


@strawberry.input(
    description="Which entries rows are made of. Conditions are joined by and, values by or."
)
class AttributionRowFilter:
    """Filters beside those that are arguments of their own."""

    accounts: list[str] | None = strawberry.field(
        default=None, description=f"The sources' own ids of their accounts. {ALL}"
    )
    connections: list[strawberry.ID] | None = strawberry.field(
        default=None, description=f"Ids of the connections that brought them. {ALL}"
    )
    campaigns: list[strawberry.ID] | None = strawberry.field(
        default=None, description=f"Ids of their campaigns. {ALL}"
    )
    levels: list[Level] | None = strawberry.field(
        default=None, description=f"The kinds of things they are about. {ALL}"
    )
    date_bases: list[DateBasis] | None = strawberry.field(
        default=None,
        description=(
            "What their dates are the dates of. Left out: DELIVERY and SEND for MEDIA, else all. "
            "With EVENT, the orders that Klaviyo tells by their own date are `conversions`."
        ),
    )
    countries: list[str] | None = strawberry.field(
        default=None, description=f"ISO 3166-1 alpha-2 codes that they are broken down by. {ALL}"
    )
    geos: list[str] | None = strawberry.field(
        default=None, description=f"Regions that they are broken down by, spelled exactly. {ALL}"
    )
    devices: list[Device] | None = strawberry.field(
        default=None, description=f"Devices that they are broken down by. {ALL}"
    )
    series_roles: list[SeriesRole] | None = strawberry.field(
        default=None, description=f"What the series are to a model; facts: SERIES alone. {ALL}"
    )
    series: list[str] | None = strawberry.field(
        default=None, description=f"Names of series; facts: SERIES alone. {ALL}"
    )


def filter_parts(given: AttributionRowFilter | None) -> dict[str, Any]:
    """The parts of an AttributionDefinition that the filter says."""
    if given is None:
        return {}
    connections = choices(given.connections, "filter.connections")
    campaigns = choices(given.campaigns, "filter.campaigns")
    return {
        "accounts": texts(given.accounts, "filter.accounts"),
        "connections": tuple(CONNECTION.decode(i, "filter.connections") for i in connections),
        "campaigns": tuple(CAMPAIGN.decode(i, "filter.campaigns") for i in campaigns),
        "levels": choices(given.levels, "filter.levels"),
        "date_bases": choices(given.date_bases, "filter.dateBases"),
        "countries": texts(given.countries, "filter.countries"),
        "geos": texts(given.geos, "filter.geos"),
        "devices": choices(given.devices, "filter.devices"),
        "series_roles": choices(given.series_roles, "filter.seriesRoles"),
        "series": texts(given.series, "filter.series"),
    }
