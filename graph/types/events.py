"""DataEvent: something that happened to the tenant's data."""

from __future__ import annotations

import datetime as dt

import strawberry

from core.records.events import DataEventKind, DataEventRecord
from core.records.runs import RunStatus
from graph.context import Info
from graph.fields import resolved
from graph.scalars import BigInt
from graph.types.connections import ConnectedSource
from graph.types.dates import DateRange
from graph.types.insights import Insight
from graph.types.receipts import RunCounters
from graph.types.runs import Run
from resolvers import connections, insights, runs


@strawberry.type(
    description=(
        "Something that happened to your data. It was written together with what it tells of: "
        "none is missing, and none tells of what did not happen. The same events are on the "
        "Redis Stream of your tenant."
    )
)
class DataEvent:
    """DataEventRecord on the wire."""

    record: strawberry.Private[DataEventRecord]
    id: strawberry.ID = strawberry.field(
        description="The same however often the event is delivered, here and on the stream."
    )
    sequence: BigInt = strawberry.field(
        description=(
            "Counts your tenant's events from 1, without gaps. Pass the last one you saw as "
            "`after` to resume."
        )
    )
    kind: DataEventKind = strawberry.field(description="What happened.")
    at: dt.datetime = strawberry.field(description="When it happened.")
    status: RunStatus = strawberry.field(description="Where the run stood then.")
    counters: RunCounters = strawberry.field(
        description=(
            "Of a page: what it added. Of a restatement: `restated` and `vanished`. Of an insight: "
            "nothing. Otherwise: what the run had seen by then."
        )
    )
    dates: DateRange | None = strawberry.field(
        description="From the first to the last day that was restated, or that the insight is "
        "about; null for other kinds."
    )

    @classmethod
    def from_record(cls, record: DataEventRecord) -> DataEvent:
        """The event on the wire."""
        event = record.event
        return cls(
            record=record,
            id=strawberry.ID(str(record.id)),
            sequence=record.sequence,
            kind=event.kind,
            at=record.at,
            status=event.status,
            counters=RunCounters.from_record(event.counters),
            dates=DateRange.from_record(event.dates) if event.dates else None,
        )

    @resolved("The run by which it happened, as it stands now; null when it is gone.")
    async def run(self, info: Info) -> Run | None:
        """Batched over the whole answer."""
        record = await runs.run(info.context.session, self.record.event.run_id)
        return None if record is None else Run.from_record(record)

    @resolved("The connection whose data it is about; null when it is gone, or was of none.")
    async def connection(self, info: Info) -> ConnectedSource | None:
        """Batched over the whole answer."""
        found = self.record.event.connection_id
        if found is None:
            return None
        record = await connections.connection(info.context.session, found)
        return None if record is None else ConnectedSource.from_record(record)

    @resolved(
        "The insight that was raised, as it stands now; null when it is gone, and for others."
    )
    async def insight(self, info: Info) -> Insight | None:
        """Batched over the whole answer."""
        found = self.record.event.insight_id
        if found is None:
            return None
        record = await insights.insight(info.context.session, found)
        return None if record is None else Insight.from_record(record)
