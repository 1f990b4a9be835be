"""How sources' streams changed."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

import strawberry

from core.records.drift import DriftKind, DriftPolicy, DriftState, SchemaChangeRecord
from graph.context import Info
from graph.fields import resolved
from graph.ids import SCHEMA_CHANGE
from graph.scalars import BigInt
from graph.types.connections import ConnectedSource
from graph.types.links import present
from graph.types.runs import Run
from resolvers import connections, runs


@strawberry.type(
    description=(
        "A way in which a field of a stream is not as its contract has it. Names and types only: "
        "values stay in the raw pages."
    )
)
class SchemaChange:
    """SchemaChangeRecord on the wire."""

    connection_id: strawberry.Private[UUID]
    last_run_id: strawberry.Private[UUID]
    id: strawberry.ID = strawberry.field(description="Opaque and stable; not a node.")
    stream: str = strawberry.field(description="Which of the source's lists.")
    field: str = strawberry.field(description="The field, as a dotted path.")
    kind: DriftKind = strawberry.field(description="How it is not as expected.")
    expected: str = strawberry.field(
        description="The JSON types that it may have; empty for a new field."
    )
    found: str = strawberry.field(description="The JSON type that it has; `null` where it lacks.")
    policy: DriftPolicy = strawberry.field(description="What was in force when it was last seen.")
    records: BigInt = strawberry.field(
        description="In how many records it was seen; a new field is looked for once a run."
    )
    state: DriftState = strawberry.field(description="Whether somebody has taken note.")
    first_seen_at: dt.datetime = strawberry.field(description="When it was first seen.")
    last_seen_at: dt.datetime = strawberry.field(description="When it was last seen.")
    accepted_at: dt.datetime | None = strawberry.field(description="When it was accepted.")
    accepted_by: str | None = strawberry.field(description="Who accepted it.")

    @classmethod
    def from_record(cls, record: SchemaChangeRecord) -> SchemaChange:
        """The change on the wire."""
        return cls(
            connection_id=record.connection_id,
            last_run_id=record.last_run_id,
            id=SCHEMA_CHANGE.encode(record.id),
            stream=record.stream,
            field=record.change.field,
            kind=record.change.kind,
            expected=record.expected,
            found=record.change.found,
            policy=record.policy,
            records=record.records,
            state=record.state,
            first_seen_at=record.first_seen_at,
            last_seen_at=record.last_seen_at,
            accepted_at=record.accepted_at,
            accepted_by=record.accepted_by,
        )

    @resolved("The connection that it came by.")
    async def connection(self, info: Info) -> ConnectedSource:
        """Batched over the whole answer."""
        record = await connections.connection(info.context.session, self.connection_id)
        return ConnectedSource.from_record(present(record, "connection"))

    @resolved("The run that last saw it.")
    async def run(self, info: Info) -> Run:
        """Batched over the whole answer."""
        record = await runs.run(info.context.session, self.last_run_id)
        return Run.from_record(present(record, "run"))
