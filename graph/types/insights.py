"""Insight: a statement about the data, with its evidence."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any

import strawberry

from core.records.answers import Area
from core.records.findings import Finding
from core.records.insights import (
    InsightKind,
    InsightRecord,
    InsightSeverity,
    InsightState,
    InsightVerdict,
)
from graph.bounds.sizes import about, listed
from graph.context import Info
from graph.fields import resolved
from graph.ids import INSIGHT
from graph.types import incidents as incident_types
from graph.types.connections import ConnectedSource
from graph.types.dates import DateRange
from graph.types.entries import MarketingEntry
from graph.types.findings import InsightCause, InsightEffect, InsightSubject
from graph.types.insight_acts import InsightOutcome, InsightStep
from graph.types.links import present
from graph.types.node import Node
from graph.types.runs import Run
from resolvers import connections, incidents, insight_acts, insights, runs

if TYPE_CHECKING:
    from graph.types.incidents import Incident

INSIGHTS = (Area.INSIGHTS,)
EVIDENCE = (Area.FACTS, Area.SOURCES)


@strawberry.federation.type(
    keys=["id"],
    description=(
        "A statement about the data. Its words are made from its numbers by a fixed template, "
        "and its evidence is the entries it is about."
    ),
)
class Insight(Node):
    """InsightRecord on the wire."""

    record: strawberry.Private[InsightRecord]
    kind: InsightKind = strawberry.field(description="What it states.")
    metric: str = strawberry.field(description="The metric it is about, such as `spend`.")
    currency: str | None = strawberry.field(
        description="ISO 4217 code of all its amounts; null where it has none."
    )
    window: DateRange = strawberry.field(description="The days it is about.")
    before: Decimal | None = strawberry.field(
        description="What the metric summed to before a restatement; of a gap, what the platform "
        "says. Null of what analysis found."
    )
    after: Decimal | None = strawberry.field(
        description="What it sums to now, here; null where `before` is."
    )
    entry_count: int = strawberry.field(description="Over how many entries.")
    detected_at: dt.datetime = strawberry.field(description="When it was found.")
    learned_at: dt.datetime = strawberry.field(
        description="Since when all of this is so. Before, it was told otherwise."
    )
    subject: InsightSubject = strawberry.field(description="What it is about.")
    severity: InsightSeverity | None = strawberry.field(
        description="How much money is at stake, held against a week's spend; null of what is "
        "exact."
    )
    state: InsightState = strawberry.field(description="Where it stands.")
    owner: str | None = strawberry.field(description="Who answers for it; null: nobody.")
    verdict: InsightVerdict | None = strawberry.field(
        description="What it turned out to be, by the newest verdict; null before the first."
    )
    observed: float | None = strawberry.field(
        description="The figure of `window`, in the metric's unit; null of what is exact."
    )
    expected: float | None = strawberry.field(
        description="What the figure would have been, had nothing happened."
    )
    effect: InsightEffect | None = strawberry.field(
        description="How large the difference is, with its interval."
    )
    method: str | None = strawberry.field(description="How it was found.")
    sample_days: int | None = strawberry.field(description="How many days it was learned from.")
    p_value: float | None = strawberry.field(
        description="The chance of such a figure where nothing happened; null of what is counted."
    )
    q_value: float | None = strawberry.field(
        description="The share of false ones among all that are told with it; null where `pValue` "
        "is."
    )
    is_final: bool = strawberry.field(
        description="Whether its figures were final when it was told last."
    )
    at_stake: Decimal | None = strawberry.field(
        description="How much money it is about, in `currency`; null where nobody knows."
    )
    causes: list[InsightCause] = listed(
        "What was at work on its days, in the order in which it is to be ruled out.", 3
    )

    @classmethod
    def from_record(cls, record: InsightRecord) -> Insight:
        """The insight on the wire."""
        return cls(
            id=INSIGHT.encode(record.id),
            record=record,
            kind=record.kind,
            metric=record.metric,
            currency=record.currency,
            window=DateRange.from_record(record.window),
            before=record.before,
            after=record.after,
            entry_count=record.entries,
            detected_at=record.detected_at,
            learned_at=record.learned_at,
            subject=InsightSubject.from_record(record.subject, insights.subject(record)),
            severity=record.severity,
            state=record.state,
            owner=record.owner,
            verdict=record.verdict,
            **_found(record.finding),
        )

    @resolved("The statement in one line.", reads=())
    def title(self) -> str:
        """From the template."""
        return insights.title(self.record)

    @resolved("The statement in a full sentence.", reads=())
    def text(self) -> str:
        """From the template."""
        return insights.text(self.record)

    @resolved("Where to look next, before anything is changed.", reads=())
    def next_look(self) -> str:
        """By what was at work on its days, else by its kind."""
        return insights.next_look(self.record)

    @resolved("Every change of its state or owner, oldest first.", size=about(3), reads=INSIGHTS)
    async def history(self, info: Info) -> list[InsightStep]:
        """Batched over the whole answer."""
        found = await insight_acts.acts(info.context.session, self.record.id)
        return [InsightStep.from_record(each) for each in found]

    @resolved("Every verdict on it, oldest first.", size=about(2), reads=INSIGHTS)
    async def outcomes(self, info: Info) -> list[InsightOutcome]:
        """Batched over the whole answer."""
        found = await insight_acts.judgements(info.context.session, self.record.id)
        return [InsightOutcome.from_record(each) for each in found]

    @resolved("The entries it is about, as they stand now.", size=about(10), reads=EVIDENCE)
    async def evidence(self, info: Info) -> list[MarketingEntry]:
        """Batched over the whole answer."""
        found = await insights.evidence(info.context.session, self.record)
        return [MarketingEntry.from_record(entry) for entry in found]

    @resolved(
        "The connection whose data it is about; null of a channel and of everything together.",
        reads=(Area.SOURCES,),
    )
    async def connection(self, info: Info) -> ConnectedSource | None:
        """Batched over the whole answer."""
        if self.record.connection_id is None:
            return None
        record = await connections.connection(info.context.session, self.record.connection_id)
        return ConnectedSource.from_record(present(record, "connection"))

    @resolved(
        "What it tells of together with others, as that stands now; null of kinds that say how "
        "things are and not that something happened, and before the first analysis after it.",
        reads=INSIGHTS,
    )
    async def incident(
        self, info: Info
    ) -> Annotated[Incident, strawberry.lazy("graph.types.incidents")] | None:
        """Batched over the whole answer."""
        if self.record.incident_id is None:
            return None
        found = await incidents.incident(info.context.session, self.record.incident_id)
        return None if found is None else incident_types.Incident.from_record(found)

    @resolved("The run that said it last.")
    async def run(self, info: Info) -> Run:
        """Batched over the whole answer."""
        record = await runs.run(info.context.session, self.record.run_id)
        return Run.from_record(present(record, "run"))


def _found(finding: Finding | None) -> dict[str, Any]:
    """The fields that only what analysis found has."""
    if finding is None:
        names = "observed expected effect method sample_days p_value q_value at_stake"
        return dict.fromkeys(names.split()) | {"is_final": True, "causes": []}
    return {
        "observed": finding.observed,
        "expected": finding.expected,
        "effect": None if finding.effect is None else InsightEffect.from_record(finding.effect),
        "method": finding.method,
        "sample_days": finding.n,
        "p_value": finding.p,
        "q_value": finding.q,
        "is_final": finding.is_final,
        "at_stake": finding.at_stake,
        "causes": [InsightCause.from_record(each) for each in finding.causes],
    }
