"""What became of insights, and how those of a kind turned out."""

from __future__ import annotations

import datetime as dt

import strawberry

from core.records.answers import Area
from core.records.findings import CauseKind
from core.records.insights import (
    InsightAct,
    InsightJudgement,
    InsightKind,
    InsightScore,
    InsightState,
    InsightVerdict,
)
from graph.context import Info
from graph.fields import resolved
from graph.types.calendar_events import CalendarEvent
from resolvers import insight_acts


@strawberry.type(description="A change of an insight's state or of its owner.")
class InsightStep:
    """InsightAct on the wire."""

    record: strawberry.Private[InsightAct]
    at: dt.datetime = strawberry.field(description="When it was.")
    state: InsightState = strawberry.field(description="In which state it was from then on.")
    by: str = strawberry.field(description="Who did it; an analysis is called `analysis`.")
    note: str | None = strawberry.field(description="What was said about it.")
    owner: str | None = strawberry.field(description="Whose it was from then on; null: nobody's.")
    cause: CauseKind | None = strawberry.field(
        description="What was behind it, as who explained it says."
    )

    @classmethod
    def from_record(cls, record: InsightAct) -> InsightStep:
        """The act on the wire."""
        return cls(
            record=record,
            at=record.at,
            state=record.state,
            by=record.by,
            note=record.note,
            owner=record.owner,
            cause=record.cause,
        )

    @resolved(
        "The event of your calendar that was behind it, as it is or last was.",
        reads=(Area.CALENDAR,),
    )
    async def event(self, info: Info) -> CalendarEvent | None:
        """Batched over the whole answer."""
        found = await insight_acts.event(info.context.session, self.record)
        return None if found is None else CalendarEvent.from_record(found)


@strawberry.type(description="What an insight turned out to be.")
class InsightOutcome:
    """InsightJudgement on the wire."""

    at: dt.datetime = strawberry.field(description="When it was judged so.")
    verdict: InsightVerdict = strawberry.field(description="What it turned out to be.")
    by: str = strawberry.field(description="Who judged; an analysis is called `analysis`.")
    note: str | None = strawberry.field(description="What was said about it.")
    observed_then: float | None = strawberry.field(
        description="The figure that it was told for; null where people judged."
    )
    observed_now: float | None = strawberry.field(
        description="The same figure when it was judged; null where it is not known."
    )

    @classmethod
    def from_record(cls, record: InsightJudgement) -> InsightOutcome:
        """The judgement on the wire."""
        then, now = insight_acts.figures(record)
        return cls(
            at=record.at,
            verdict=record.verdict,
            by=record.by,
            note=record.note,
            observed_then=then,
            observed_now=now,
        )


@strawberry.type(description="How the insights of one kind turned out, once they were judged.")
class InsightLedgerLine:
    """InsightScore on the wire."""

    kind: InsightKind = strawberry.field(description="The kind.")
    raised: int = strawberry.field(description="How many were ever told.")
    held: int = strawberry.field(description="How many held once their days were final.")
    restated_away: int = strawberry.field(
        description="How many did not, because sources restated their figures."
    )
    withdrawn: int = strawberry.field(
        description="How many analysis does not tell any more, though no figure moved."
    )
    acted_on: int = strawberry.field(description="How many people acted on.")
    not_useful: int = strawberry.field(description="How many people found to be of no use.")
    hit_rate: float | None = strawberry.field(
        description="The share of those that held of all that analysis has judged, from 0 to 1; "
        "null before the first."
    )

    @classmethod
    def from_record(cls, record: InsightScore) -> InsightLedgerLine:
        """The score on the wire."""
        return cls(
            kind=record.kind,
            raised=record.raised,
            held=record.held,
            restated_away=record.restated_away,
            withdrawn=record.withdrawn,
            acted_on=record.acted_on,
            not_useful=record.not_useful,
            hit_rate=record.hit_rate,
        )
