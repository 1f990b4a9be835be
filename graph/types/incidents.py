"""Incident: insights that tell of one thing that happened."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import strawberry

from core.records.answers import Area
from core.records.incidents import MAX_MEMBERS, IncidentRecord
from core.records.insights import InsightSeverity, InsightState
from graph.bounds.sizes import about
from graph.context import Info
from graph.fields import resolved
from graph.ids import INCIDENT
from graph.types.dates import DateRange
from graph.types.insights import Insight
from graph.types.node import Node
from resolvers import incidents


@strawberry.federation.type(
    keys=["id"],
    description=(
        "Insights that tell of one thing that happened: they share a cause, or are about parts of "
        "each other. It keeps its id while it grows; where two turn out to be one, the older one "
        "goes on."
    ),
)
class Incident(Node):
    """IncidentRecord on the wire."""

    record: strawberry.Private[IncidentRecord]
    headline: Insight = strawberry.field(
        description="What it is told by: of its insights that are not closed the one about the "
        "widest subject, and of those the one with the most money at stake."
    )
    state: InsightState = strawberry.field(
        description="Where it stands: `OPEN` while one of its insights is, closed when all are. "
        "What is exact decides only where nothing else is of it."
    )
    severity: InsightSeverity | None = strawberry.field(
        description="That of its gravest insight that is not closed; null where all are exact."
    )
    window: DateRange = strawberry.field(description="From its first day to its last, as known.")
    raised_at: dt.datetime = strawberry.field(
        description="When the first of its insights was found."
    )
    learned_at: dt.datetime = strawberry.field(description="Since when all of this is so.")
    currency: str | None = strawberry.field(description="ISO 4217 code of `atStake`.")
    at_stake: Decimal | None = strawberry.field(
        description="How much money it is about. What is said twice of a subject counts once, and "
        "an account and its campaigns do not add up: it is the largest sum of a level."
    )
    insight_count: int = strawberry.field(description="How many insights tell of it.")
    subject_count: int = strawberry.field(
        description="How many accounts, channels and campaigns they are about, and everything."
    )

    @classmethod
    def from_record(cls, record: IncidentRecord) -> Incident:
        """The incident on the wire."""
        return cls(
            id=INCIDENT.encode(record.id),
            record=record,
            headline=Insight.from_record(record.headline),
            state=record.state,
            severity=record.severity,
            window=DateRange.from_record(record.window),
            raised_at=record.raised_at,
            learned_at=record.learned_at,
            currency=record.currency,
            at_stake=record.at_stake,
            insight_count=record.insights,
            subject_count=record.subjects,
        )

    @resolved(
        "The insights that tell of it, the headline first, as of the moment that it is of: at "
        f"most {MAX_MEMBERS}. `insights(filter: {{incidents}})` lists them all.",
        size=about(5),
        reads=(Area.INSIGHTS,),
    )
    async def insights(self, info: Info) -> list[Insight]:
        """Batched over the whole answer."""
        found = await incidents.members(info.context.session, self.record)
        return [Insight.from_record(each) for each in found]
