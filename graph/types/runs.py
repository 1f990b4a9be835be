"""Run: one execution of background work."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Annotated

import strawberry

from core.errors import ErrorKind
from core.records.runs import (
    Pace,
    RunEventKind,
    RunEventRecord,
    RunKind,
    RunRecord,
    RunStatus,
)
from core.records.runs import (
    RunError as Failure,
)
from graph.bounds.sizes import sliced
from graph.context import Info
from graph.fields import resolved
from graph.ids import RUN
from graph.types.connections import ConnectedSource
from graph.types.dates import DateRange
from graph.types.links import present
from graph.types.node import Node
from graph.types.receipts import RunCounters, RunReceipt
from graph.types.shrinks import HeldShrink
from resolvers import connections, lineage, receipts, runs
from resolvers.slices import MAX_SLICE

if TYPE_CHECKING:
    from graph.types.lineage import RawPage


@strawberry.type(description="Why a run ended.")
class RunError:
    """RunError on the wire."""

    code: str = strawberry.field(description="Stable code for programs.")
    kind: ErrorKind = strawberry.field(description="Who can do something about it.")
    message: str = strawberry.field(description="What is wrong, in a sentence fit to show.")
    field: str | None = strawberry.field(description="The input at fault, when there is one.")
    mend: str | None = strawberry.field(description="What to do next, when that is known.")

    @classmethod
    def from_record(cls, record: Failure) -> RunError:
        """The error on the wire."""
        return cls(
            code=record.code,
            kind=record.kind,
            message=record.message,
            field=record.field,
            mend=record.mend,
        )


@strawberry.type(
    description=(
        "How fast a run gets on. A reading is a stretch of days that is read and replaced as a "
        "whole. Time spent waiting (for a worker, a turn, a quota that is used up) does not count."
    )
)
class RunPace:
    """Pace on the wire."""

    windows_done: int | None = strawberry.field(
        description="Readings that are complete; null before the run has begun."
    )
    windows_total: int | None = strawberry.field(
        description="Readings there are; null before the run has begun."
    )
    worked_seconds: float = strawberry.field(description="Seconds of work that went into it.")
    records_per_second: float | None = strawberry.field(
        description="Records for each second of work; null before the first."
    )
    remaining_seconds: float | None = strawberry.field(
        description=(
            "Seconds of work that are left, judged by the complete readings. Null before the "
            "first of them, and once the run stands still."
        )
    )

    @classmethod
    def from_record(cls, record: Pace, fetched: int, status: RunStatus) -> RunPace:
        """The pace on the wire."""
        return cls(
            windows_done=record.windows_done,
            windows_total=record.windows_total,
            worked_seconds=record.worked_seconds,
            records_per_second=record.records_per_second(fetched),
            remaining_seconds=None if status.is_final else record.remaining_seconds,
        )


@strawberry.type(description="One step of a run.")
class RunEvent:
    """RunEventRecord on the wire."""

    sequence: int = strawberry.field(
        description="Counts from 1 without gaps. Pass the last one you saw as `after` to resume."
    )
    at: dt.datetime = strawberry.field(description="When it happened.")
    kind: RunEventKind = strawberry.field(description="What happened.")
    status: RunStatus = strawberry.field(description="Where the run stood then.")
    message: str = strawberry.field(description="It in a sentence fit to show.")
    progress: float = strawberry.field(description="Share of the run's range done, 0 to 1.")
    counters: RunCounters = strawberry.field(description="What it had seen by then.")
    pace: RunPace = strawberry.field(description="How fast it had got on by then.")

    @classmethod
    def from_record(cls, record: RunEventRecord) -> RunEvent:
        """The event on the wire."""
        return cls(
            sequence=record.sequence,
            at=record.at,
            kind=record.kind,
            status=record.status,
            message=record.message,
            progress=record.progress,
            counters=RunCounters.from_record(record.counters),
            pace=RunPace.from_record(record.pace, record.counters.fetched, record.status),
        )


@strawberry.federation.type(
    keys=["id"],
    description="One execution of background work, with its progress and, at its end, a receipt.",
)
class Run(Node):
    """RunRecord on the wire."""

    record: strawberry.Private[RunRecord]
    kind: RunKind = strawberry.field(description="What it does.")
    status: RunStatus = strawberry.field(description="Where it stands.")
    dates: DateRange | None = strawberry.field(
        description=(
            "The days it is about, in the account's zone; null when a file decides, or when it "
            "is about none."
        )
    )
    upload_id: strawberry.ID | None = strawberry.field(description="The file it reads, if any.")
    counters: RunCounters = strawberry.field(description="What it has seen so far.")
    progress: float = strawberry.field(description="Share of its range done, 0 to 1.")
    pace: RunPace = strawberry.field(description="How fast it gets on, and what is left.")
    receipt: RunReceipt | None = strawberry.field(
        description="What it did; null until it has finished."
    )
    error: RunError | None = strawberry.field(description="Why it ended, when by an error.")
    is_cancel_requested: bool = strawberry.field(description="Whether somebody asked it to stop.")
    requested_by: str = strawberry.field(description="Who asked for it, such as `user:…`.")
    created_at: dt.datetime = strawberry.field(description="When it was asked for.")
    started_at: dt.datetime | None = strawberry.field(
        description="When a worker first took it up; null before."
    )
    ended_at: dt.datetime | None = strawberry.field(description="When it ended; null before.")

    @classmethod
    def from_record(cls, record: RunRecord) -> Run:
        """The run on the wire."""
        return cls(
            id=RUN.encode(record.id),
            record=record,
            kind=record.kind,
            status=record.status,
            dates=DateRange.from_record(record.dates) if record.dates else None,
            upload_id=strawberry.ID(str(record.upload_id)) if record.upload_id else None,
            counters=RunCounters.from_record(record.counters),
            progress=record.progress,
            pace=RunPace.from_record(record.pace, record.counters.fetched, record.status),
            receipt=RunReceipt.from_record(record.receipt) if record.receipt else None,
            error=RunError.from_record(record.error) if record.error else None,
            is_cancel_requested=record.is_cancel_requested,
            requested_by=record.requested_by,
            created_at=record.created_at,
            started_at=record.started_at,
            ended_at=record.ended_at,
        )

    @resolved("The connection it is of; null where it is of none, as an export is.")
    async def connection(self, info: Info) -> ConnectedSource | None:
        """Batched over the whole answer."""
        if self.record.connection_id is None:
            return None
        record = await connections.connection(info.context.session, self.record.connection_id)
        return ConnectedSource.from_record(present(record, "connection"))

    @resolved("The entries that it held back from vanishing; null when there were none.")
    async def held_shrink(self, info: Info) -> HeldShrink | None:
        """Batched over the whole answer."""
        record = await receipts.held_shrink(info.context.session, self.record.id)
        return HeldShrink.from_record(record) if record else None

    @resolved(
        "The pages it has read, in order, each with what became of its records.",
        size=sliced(100, MAX_SLICE),
    )
    async def pages(
        self,
        info: Info,
        *,
        first: Annotated[
            int, strawberry.argument(description="How many to answer, 1 to 1,000.")
        ] = 100,
        after: Annotated[int, strawberry.argument(description="Answer what follows it.")] = 0,
    ) -> list[Annotated[RawPage, strawberry.lazy("graph.types.lineage")]]:
        """Batched over the whole answer."""
        from graph.types.lineage import RawPage  # noqa: PLC0415 - types refer in a circle

        found = await lineage.of_run(info.context.session, self.record.id, after, first)
        return [RawPage.from_record(page) for page in found]

    @resolved("What has happened to it, in order.", size=sliced(100, MAX_SLICE))
    async def events(
        self,
        info: Info,
        *,
        first: Annotated[
            int, strawberry.argument(description="How many to answer, 1 to 1,000.")
        ] = 100,
        after: Annotated[
            int, strawberry.argument(description="Answer what follows this sequence.")
        ] = 0,
    ) -> list[RunEvent]:
        """Batched over the whole answer."""
        found = await runs.events(info.context.session, self.record.id, after, first)
        return [RunEvent.from_record(event) for event in found]
