"""Incidents."""

from __future__ import annotations

from typing import Annotated

import strawberry

from core.records.answers import Area
from core.scope import Permission
from graph.bounds.sizes import paged
from graph.context import Info
from graph.fields import guarded
from graph.ids import INCIDENT
from graph.inputs.dates import DateRangeInput
from graph.inputs.entries import AsOf
from graph.inputs.incidents import IncidentFilterInput, incident_filter
from graph.pagination import After, Before, Connection, First, Last, connection
from graph.types.incidents import Incident
from resolvers import incidents
from resolvers.paging import PageArguments


@strawberry.type
class IncidentQueries:
    """Root fields about incidents."""

    @guarded(
        "What happened to your data, newest first: insights that tell of one thing are one "
        "incident.",
        needs=Permission.MEMORY_READ,
        size=paged(incidents.MAX_INCIDENTS),
        reads=(Area.INSIGHTS,),
    )
    async def incidents(
        self,
        info: Info,
        *,
        dates: Annotated[
            DateRangeInput | None,
            strawberry.argument(description="Only those that touch any of these days."),
        ] = None,
        filter_: Annotated[
            IncidentFilterInput | None,
            strawberry.argument(name="filter", description="Which of them. Left out: all."),
        ] = None,
        as_of: AsOf = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[Incident]:
        """One page."""
        page = await incidents.page(
            info.context.session,
            PageArguments(first, after, last, before),
            incident_filter(filter_, dates.to_range("dates") if dates else None),
            as_of,
        )
        return connection(page, incidents.INCIDENTS, Incident.from_record)

    @guarded(
        "One incident; null when your tenant has no such incident.",
        needs=Permission.MEMORY_READ,
        reads=(Area.INSIGHTS,),
    )
    async def incident(
        self,
        info: Info,
        *,
        id: Annotated[strawberry.ID, strawberry.argument(description="Its id.")],  # noqa: A002 - the schema's name
        as_of: AsOf = None,
    ) -> Incident | None:
        """Now, or as it was."""
        incident_id = INCIDENT.decode(id, "id")
        record = await incidents.incident(info.context.session, incident_id, as_of)
        return None if record is None else Incident.from_record(record)
