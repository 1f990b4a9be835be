"""Which refused records, and what to do with them."""

from __future__ import annotations

import datetime as dt

import strawberry

from core.quality import CriticalCheck
from core.records.connections import Source
from core.records.rejections import RejectionChoice, RejectionFilter, RejectionState
from graph.ids import CONNECTION, REJECTED, RUN
from graph.scalars import JSON
from resolvers.rejections import DEFAULT_AT_ONCE
from resolvers.text import choices


@strawberry.input(description="Which refused records. What is left out restricts nothing.")
class RejectedRecordFilter:
    """RejectionFilter on the wire."""

    connections: list[strawberry.ID] | None = strawberry.field(
        default=None, description="Ids of the connections they came by."
    )
    runs: list[strawberry.ID] | None = strawberry.field(
        default=None, description="Ids of runs that refused them or replayed them."
    )
    sources: list[Source] | None = strawberry.field(
        default=None, description="Where they came from."
    )
    fields: list[str] | None = strawberry.field(
        default=None, description="The fields at fault, as the records name them."
    )
    states: list[RejectionState] | None = strawberry.field(
        default=None, description="What became of them. Replays and dismissals take OPEN ones only."
    )
    checks: list[CriticalCheck] | None = strawberry.field(
        default=None, description="The checks of quality they failed."
    )
    since: dt.datetime | None = strawberry.field(
        default=None, description="Refused at this moment or later."
    )
    until: dt.datetime | None = strawberry.field(
        default=None, description="Refused before this moment."
    )
    text: str | None = strawberry.field(
        default=None, description="Stands somewhere in the reason or the record, in any case."
    )

    def to_filter(self) -> RejectionFilter:
        """The filter, its ids read."""
        connections = choices(self.connections, "filter.connections")
        runs = choices(self.runs, "filter.runs")
        return RejectionFilter(
            connections=tuple(CONNECTION.decode(id_, "filter.connections") for id_ in connections),
            runs=tuple(RUN.decode(id_, "filter.runs") for id_ in runs),
            sources=choices(self.sources, "filter.sources"),
            fields=choices(self.fields, "filter.fields"),
            states=choices(self.states, "filter.states"),
            checks=choices(self.checks, "filter.checks"),
            since=self.since,
            until=self.until,
            text=self.text,
        )


def choice(
    ids: list[strawberry.ID] | None, where: RejectedRecordFilter | None, maximum: int
) -> RejectionChoice:
    """What an input chooses, not yet checked but for its ids."""
    named = choices(ids, "ids")
    return RejectionChoice(
        maximum,
        tuple(REJECTED.decode(id_, "ids") for id_ in named),
        None if where is None else where.to_filter(),
    )


IDS = "Ids of OPEN records; at most 1,000. Leave it out to give a filter."
FILTER = "Takes every OPEN record that it lets through. Leave it out to give ids."
MAXIMUM = (
    "How many records the filter may match, at most 10,000. When it matches more, none is "
    "touched and the answer says how many they are."
)


@strawberry.input(description="Which refused records to put in again, and what to change first.")
class ReplayRejectedInput:
    """What replayRejected takes."""

    ids: list[strawberry.ID] | None = strawberry.field(default=None, description=IDS)
    filter: RejectedRecordFilter | None = strawberry.field(default=None, description=FILTER)
    patch: JSON | None = strawberry.field(
        default=None,
        description=(
            "A JSON merge patch (RFC 7396) laid over every chosen record: named fields are "
            "replaced, null removes one. On a record that has `corrected` it is laid over that. "
            "Left out: they go in as they are, say after its mapping was mended."
        ),
    )
    maximum: int = strawberry.field(default=DEFAULT_AT_ONCE, description=MAXIMUM)

    def to_choice(self) -> RejectionChoice:
        """The records meant."""
        return choice(self.ids, self.filter, self.maximum)


@strawberry.input(description="Which refused records to lay aside, and why.")
class DismissRejectedInput:
    """What dismissRejected takes."""

    why: str = strawberry.field(description="Kept with each record as its note.")
    ids: list[strawberry.ID] | None = strawberry.field(default=None, description=IDS)
    filter: RejectedRecordFilter | None = strawberry.field(default=None, description=FILTER)
    maximum: int = strawberry.field(default=DEFAULT_AT_ONCE, description=MAXIMUM)

    def to_choice(self) -> RejectionChoice:
        """The records meant."""
        return choice(self.ids, self.filter, self.maximum)
