"""Which insights."""

from __future__ import annotations

from dataclasses import replace

import strawberry

from core.records.findings import SubjectLevel
from core.records.insights import InsightFilter, InsightSeverity, InsightState
from graph.ids import CAMPAIGN, CONNECTION, INCIDENT
from graph.inputs.entries import ALL, texts
from resolvers.text import choices


@strawberry.input(
    name="InsightFilter", description="Which insights; every condition that is given must hold."
)
class InsightFilterInput:
    """InsightFilter on the wire, but for kinds and dates, which are arguments of their own."""

    states: list[InsightState] | None = strawberry.field(
        default=None, description=f"Where they stand. {ALL}"
    )
    severities: list[InsightSeverity] | None = strawberry.field(
        default=None, description=f"How much they weigh; what is exact is not weighed. {ALL}"
    )
    levels: list[SubjectLevel] | None = strawberry.field(
        default=None, description=f"What kind of thing they are about. {ALL}"
    )
    connections: list[strawberry.ID] | None = strawberry.field(
        default=None,
        description=f"Connections that they are about, or whose campaigns. {ALL}",
    )
    campaigns: list[strawberry.ID] | None = strawberry.field(
        default=None, description=f"Campaigns that they are about. {ALL}"
    )
    channels: list[str] | None = strawberry.field(
        default=None,
        description=f"Channels that they are about as a whole, spelled exactly. {ALL}",
    )
    metrics: list[str] | None = strawberry.field(
        default=None, description=f"Metrics that they are about, such as `spend`. {ALL}"
    )
    owners: list[str] | None = strawberry.field(
        default=None, description=f"Who answers for them, spelled exactly. {ALL}"
    )
    incidents: list[strawberry.ID] | None = strawberry.field(
        default=None, description=f"Incidents that they are of. {ALL}"
    )


def insight_filter(given: InsightFilterInput | None, others: InsightFilter) -> InsightFilter:
    """The filter, with what `others` say; BadInput naming the part of it that is wrong."""
    if given is None:
        return others
    connections = choices(given.connections, "filter.connections")
    campaigns = choices(given.campaigns, "filter.campaigns")
    incidents = choices(given.incidents, "filter.incidents")
    return replace(
        others,
        states=choices(given.states, "filter.states"),
        severities=choices(given.severities, "filter.severities"),
        levels=choices(given.levels, "filter.levels"),
        connections=tuple(CONNECTION.decode(i, "filter.connections") for i in connections),
        campaigns=tuple(CAMPAIGN.decode(i, "filter.campaigns") for i in campaigns),
        channels=texts(given.channels, "filter.channels"),
        metrics=texts(given.metrics, "filter.metrics"),
        owners=texts(given.owners, "filter.owners"),
        incidents=tuple(INCIDENT.decode(i, "filter.incidents") for i in incidents),
    )
