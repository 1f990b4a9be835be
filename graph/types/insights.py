"""Insight: a statement about the data, with its evidence."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import strawberry

from core.records.insights import InsightKind, InsightRecord
from graph.context import Info
from graph.fields import resolved
from graph.ids import INSIGHT
from graph.types.connections import SourceConnection
from graph.types.dates import DateRange
from graph.types.entries import MarketingEntry
from graph.types.links import present
from graph.types.node import Node
from graph.types.runs import Run
from resolvers import connections, insights, runs


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
        description="ISO 4217 code of `before` and `after`; null when they are no amounts."
    )
    window: DateRange = strawberry.field(description="The days it is about.")
    before: Decimal = strawberry.field(
        description="What the metric summed to before; of a gap, what the platform says."
    )
    after: Decimal = strawberry.field(description="What it sums to now, here.")
    entry_count: int = strawberry.field(description="Over how many entries.")
    detected_at: dt.datetime = strawberry.field(description="When it was found.")

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
        )

    @resolved("The statement in one line.")
    def title(self) -> str:
        """From the template."""
        return insights.title(self.record)

    @resolved("The statement in a full sentence.")
    def text(self) -> str:
        """From the template."""
        return insights.text(self.record)

    @resolved("The entries it is about, as they stand now.")
    async def evidence(self, info: Info) -> list[MarketingEntry]:
        """Batched over the whole answer."""
        found = await insights.evidence(info.context.session, self.record)
        return [MarketingEntry.from_record(entry) for entry in found]

    @resolved("The connection whose data it is about.")
    async def connection(self, info: Info) -> SourceConnection:
        """Batched over the whole answer."""
        record = await connections.connection(info.context.session, self.record.connection_id)
        return SourceConnection.from_record(present(record, "connection"))

    @resolved("The run that brought it to light.")
    async def run(self, info: Info) -> Run:
        """Batched over the whole answer."""
        record = await runs.run(info.context.session, self.record.run_id)
        return Run.from_record(present(record, "run"))
