"""Refused records and what became of them."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

import strawberry

from core.quality import CriticalCheck
from core.records.rejections import RejectedRecord as Rejected
from core.records.rejections import RejectionGroup, RejectionState
from graph.context import Info
from graph.fields import resolved
from graph.ids import REJECTED
from graph.scalars import JSON, BigInt
from graph.types.connections import ConnectedSource
from graph.types.lineage import RawPage
from graph.types.links import present
from graph.types.runs import Run
from resolvers import connections, lineage, runs


@strawberry.type(
    description=(
        "A record that was refused: what it held, which field, why, how to mend it, and what "
        "became of it."
    )
)
class RejectedRecord:
    """RejectedRecord on the wire."""

    raw_page_id: strawberry.Private[UUID]
    connection_id: strawberry.Private[UUID]
    replay_run_id: strawberry.Private[UUID | None]
    id: strawberry.ID = strawberry.field(description="Opaque and stable; not a node.")
    position: int = strawberry.field(description="Place of the record in its page, from 0.")
    stream: str = strawberry.field(description="Which of the source's lists it was in.")
    field: str = strawberry.field(description="The field at fault.")
    reason: str = strawberry.field(description="What was wrong with it when it was last tried.")
    mend: str = strawberry.field(description="What to change.")
    check: CriticalCheck | None = strawberry.field(
        description="The check of quality it failed; null when none was asked yet."
    )
    payload: JSON = strawberry.field(description="The record as it came.")
    corrected: JSON | None = strawberry.field(
        description="What a replay puts in its place; null where it goes in as it came."
    )
    state: RejectionState = strawberry.field(description="What became of it.")
    is_replaying: bool = strawberry.field(
        description="Whether a run that has not ended is to put it in; nothing else can touch it."
    )
    replays: int = strawberry.field(description="How often it was handed to a replay.")
    rejected_at: dt.datetime = strawberry.field(description="When it was first refused.")
    settled_at: dt.datetime | None = strawberry.field(description="When it ceased to be OPEN.")
    settled_by: str | None = strawberry.field(
        description="Who settled it, such as `user:…` or `run:…`."
    )
    note: str | None = strawberry.field(description="Why it was settled, when that was said.")

    @classmethod
    def from_record(cls, record: Rejected) -> RejectedRecord:
        """The refusal on the wire."""
        return cls(
            raw_page_id=record.raw_page_id,
            connection_id=record.connection_id,
            replay_run_id=record.replay_run_id,
            id=REJECTED.encode(record.id),
            position=record.position,
            stream=record.stream,
            field=record.field,
            reason=record.reason,
            mend=record.mend,
            check=CriticalCheck(record.check_id) if record.check_id else None,
            payload=record.payload,
            corrected=record.corrected,
            state=record.state,
            is_replaying=record.is_replaying,
            replays=record.replays,
            rejected_at=record.rejected_at,
            settled_at=record.settled_at,
            settled_by=record.settled_by,
            note=record.note,
        )

    @resolved("The page that held it.")
    async def raw_page(self, info: Info) -> RawPage:
        """Batched over the whole answer."""
        record = await lineage.raw_page(info.context.session, self.raw_page_id)
        return RawPage.from_record(present(record, "raw page"))

    @resolved("The connection it came by.")
    async def connection(self, info: Info) -> ConnectedSource:
        """Batched over the whole answer."""
        record = await connections.connection(info.context.session, self.connection_id)
        return ConnectedSource.from_record(present(record, "connection"))

    @resolved("The run that last replayed it; null before the first replay.")
    async def replay(self, info: Info) -> Run | None:
        """Batched over the whole answer."""
        if self.replay_run_id is None:
            return None
        record = await runs.run(info.context.session, self.replay_run_id)
        return None if record is None else Run.from_record(record)


@strawberry.type(
    description="How many refused records of one connection have the same state and reason."
)
class RejectedRecordGroup:
    """RejectionGroup on the wire."""

    connection_id: strawberry.Private[UUID]
    state: RejectionState = strawberry.field(description="What became of them.")
    field: str = strawberry.field(description="The field at fault.")
    reason: str = strawberry.field(description="What is wrong with it.")
    mend: str = strawberry.field(description="What to change.")
    records: BigInt = strawberry.field(description="How many they are.")
    newest_at: dt.datetime = strawberry.field(description="When the newest of them was refused.")

    @classmethod
    def from_record(cls, record: RejectionGroup) -> RejectedRecordGroup:
        """The group on the wire."""
        return cls(
            connection_id=record.connection_id,
            state=record.state,
            field=record.field,
            reason=record.reason,
            mend=record.mend,
            records=record.records,
            newest_at=record.newest_at,
        )

    @resolved("The connection they came by.")
    async def connection(self, info: Info) -> ConnectedSource:
        """Batched over the whole answer."""
        record = await connections.connection(info.context.session, self.connection_id)
        return ConnectedSource.from_record(present(record, "connection"))
