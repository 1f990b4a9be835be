"""Which incidents, and what callers want of one."""

from __future__ import annotations

from uuid import UUID

import strawberry

from core.records.incidents import IncidentFilter
from core.records.insight_acts import InsightWish, InsightWord
from core.records.insights import InsightSeverity, InsightState
from core.units import DateRange
from graph.ids import CAMPAIGN, CONNECTION, INCIDENT
from graph.inputs.entries import ALL
from graph.inputs.insight_acts import NOTE
from resolvers.text import choices


@strawberry.input(
    name="IncidentFilter", description="Which incidents; every condition that is given must hold."
)
class IncidentFilterInput:
    """IncidentFilter on the wire, but for the dates, which are an argument of their own."""

    states: list[InsightState] | None = strawberry.field(
        default=None, description=f"Where they stand. {ALL}"
    )
    severities: list[InsightSeverity] | None = strawberry.field(
        default=None, description=f"How much they weigh; where all is exact nothing is. {ALL}"
    )
    connections: list[strawberry.ID] | None = strawberry.field(
        default=None,
        description=f"Connections that one of their insights is about, or a campaign of it. {ALL}",
    )
    campaigns: list[strawberry.ID] | None = strawberry.field(
        default=None, description=f"Campaigns that one of their insights is about. {ALL}"
    )


def incident_filter(given: IncidentFilterInput | None, dates: DateRange | None) -> IncidentFilter:
    """The filter, or BadInput naming the part of it that is wrong."""
    if given is None:
        return IncidentFilter(dates)
    connections = choices(given.connections, "filter.connections")
    campaigns = choices(given.campaigns, "filter.campaigns")
    return IncidentFilter(
        dates,
        choices(given.states, "filter.states"),
        choices(given.severities, "filter.severities"),
        tuple(CONNECTION.decode(each, "filter.connections") for each in connections),
        tuple(CAMPAIGN.decode(each, "filter.campaigns") for each in campaigns),
    )


@strawberry.input(description="An incident, and what there is to say about it.")
class IncidentActInput:
    """InsightWish for all insights of an incident, but for the state, which the mutation knows."""

    incident_id: strawberry.ID = strawberry.field(description="Id of the incident.")
    note: str | None = strawberry.field(default=None, description=NOTE)

    def incident(self) -> UUID:
        """The incident, or BadInput."""
        return INCIDENT.decode(self.incident_id, "incidentId")

    def to_wish(self, state: InsightState) -> InsightWish:
        """The wish for `state`, its note not yet checked."""
        return InsightWish(state, InsightWord(self.note))
