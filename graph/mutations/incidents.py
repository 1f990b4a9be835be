"""Acting on all insights of an incident."""

from __future__ import annotations

from typing import Annotated, TypeAlias

import strawberry

from core.records.insights import InsightState
from core.scope import Permission
from graph.context import Info
from graph.fields import mutation
from graph.inputs.incidents import IncidentActInput
from graph.types.errors import Refused
from graph.types.incidents import Incident
from resolvers import incidents

Acted = Annotated[
    IncidentActInput, strawberry.argument(description="Which one, and what there is to say.")
]


@strawberry.type(description="The incident as it now is.")
class IncidentPayload:
    """What an act on an incident leaves behind."""

    incident: Incident = strawberry.field(description="The incident.")


IncidentResult: TypeAlias = Annotated[
    IncidentPayload | Refused,
    strawberry.union("IncidentResult", description="The incident, or what stood in the way."),
]


@strawberry.type
class IncidentMutations:
    """Root fields that act on incidents."""

    @mutation(
        "Acknowledge every open insight of an incident, each with the note. Twice is the same as "
        "once. Answers CONFLICT where all are closed.",
        needs=Permission.MEMORY_WRITE,
    )
    async def acknowledge_incident(self, info: Info, *, input: Acted) -> IncidentResult:  # noqa: A002 - the schema's name
        """All of them or none."""
        return await _acted(info, input, InsightState.ACKNOWLEDGED)

    @mutation(
        "Resolve every insight of an incident that is not closed, each with the note. Twice is the "
        "same as once. Answers CONFLICT where all have expired.",
        needs=Permission.MEMORY_WRITE,
    )
    async def resolve_incident(self, info: Info, *, input: Acted) -> IncidentResult:  # noqa: A002 - the schema's name
        """All of them or none."""
        return await _acted(info, input, InsightState.RESOLVED)


async def _acted(info: Info, given: IncidentActInput, state: InsightState) -> IncidentPayload:
    wish = given.to_wish(state)
    record = await incidents.act(info.context.session, given.incident(), wish)
    return IncidentPayload(incident=Incident.from_record(record))
