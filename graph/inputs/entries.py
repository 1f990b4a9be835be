"""Filters of entries and of attribution rows."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

import strawberry

from core.records.connections import Level, Source
from core.records.entries import Device, EntryFilter, SeriesRole
from graph.ids import CAMPAIGN, CONNECTION
from graph.inputs.dates import DateRangeInput
from graph.inputs.naming import NamingConditionInput
from resolvers.quality import score
from resolvers.text import choices, exact

ALL = "Empty or left out: all. At most 1,000."


@strawberry.input(
    description="Which marketing entries. Conditions are joined by and, values of one by or."
)
class MarketingEntryFilter:
    """EntryFilter as the caller gives it."""

    dates: DateRangeInput | None = strawberry.field(
        default=None, description="Their days. Left out: all."
    )
    sources: list[Source] | None = strawberry.field(
        default=None, description=f"Their sources. {ALL}"
    )
    channels: list[str] | None = strawberry.field(
        default=None, description=f"Their channels, spelled exactly. {ALL}"
    )
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
    countries: list[str] | None = strawberry.field(
        default=None,
        description=f"Their countries, as ISO 3166-1 alpha-2 codes such as `DE`. {ALL}",
    )
    geos: list[str] | None = strawberry.field(
        default=None, description=f"Their regions, markets or stores, spelled exactly. {ALL}"
    )
    devices: list[Device] | None = strawberry.field(
        default=None, description=f"Their devices. {ALL}"
    )
    series_roles: list[SeriesRole] | None = strawberry.field(
        default=None, description=f"What series they are of. {ALL}"
    )
    is_mature: bool | None = strawberry.field(
        default=None, description="Only entries that are, or are not, expected to stay as they are."
    )
    min_quality: float | None = strawberry.field(
        default=None,
        description=(
            "Only entries whose quality has at least this score, from 0 to 1. Entries that were "
            "not assessed have none, and are left out."
        ),
    )
    naming: list[NamingConditionInput] | None = strawberry.field(
        default=None,
        description=(
            "What the names of their campaigns say, by the naming rules that hold on their days. "
            "Entries whose names no rule reads are left out."
        ),
    )


Filter = Annotated[
    MarketingEntryFilter | None,
    strawberry.argument(description="Which entries. Left out: all."),
]
AsOf = Annotated[
    dt.datetime | None,
    strawberry.argument(
        description=(
            "Answer with what was known at this moment, exactly. Left out: what is known now."
        )
    ),
]


def entry_filter(given: MarketingEntryFilter | None) -> EntryFilter:
    """The filter, or BadInput naming the part of it that is wrong."""
    if given is None:
        return EntryFilter()
    connections = choices(given.connections, "filter.connections")
    campaigns = choices(given.campaigns, "filter.campaigns")
    return EntryFilter(
        dates=given.dates.to_range("filter.dates") if given.dates else None,
        sources=choices(given.sources, "filter.sources"),
        channels=texts(given.channels, "filter.channels"),
        accounts=texts(given.accounts, "filter.accounts"),
        connections=tuple(CONNECTION.decode(i, "filter.connections") for i in connections),
        campaigns=tuple(CAMPAIGN.decode(i, "filter.campaigns") for i in campaigns),
        levels=choices(given.levels, "filter.levels"),
        countries=texts(given.countries, "filter.countries"),
        geos=texts(given.geos, "filter.geos"),
        devices=choices(given.devices, "filter.devices"),
        series_roles=choices(given.series_roles, "filter.seriesRoles"),
        is_mature=given.is_mature,
        min_quality=score(given.min_quality, "filter.minQuality"),
        naming=choices(
            [condition.to_condition("filter.naming") for condition in given.naming or ()],
            "filter.naming",
        ),
    )


def texts(values: list[str] | None, field: str) -> tuple[str, ...]:
    """The values of a text condition."""
    return tuple(exact(value, field) for value in choices(values, field))
