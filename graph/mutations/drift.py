"""Taking note of how streams changed, and what is to become of them."""

from __future__ import annotations

from typing import Annotated, TypeAlias

import strawberry

from core.records.drift import DriftPolicy
from core.scope import Permission
from graph.bounds.sizes import listed
from graph.context import Info
from graph.fields import mutation
from graph.ids import CONNECTION, SCHEMA_CHANGE
from graph.mutations.connections import ConnectionId
from graph.types.connections import ConnectedSource
from graph.types.drift import SchemaChange
from graph.types.errors import Refused
from graph.types.runs import Run
from resolvers import drift
from resolvers.text import choices


@strawberry.type(description="The changes are accepted.")
class AcceptSchemaChangesPayload:
    """What acceptSchemaChanges leaves behind."""

    changes: list[SchemaChange] = listed("The changes, now ACCEPTED.", size=10)
    runs: list[Run] = listed("Runs that waited for it and go on now.", size=5)


@strawberry.type(description="The policy is in force.")
class SetSchemaPolicyPayload:
    """What setSchemaPolicy leaves behind."""

    connection: ConnectedSource = strawberry.field(description="The connection.")


AcceptSchemaChangesResult: TypeAlias = Annotated[
    AcceptSchemaChangesPayload | Refused,
    strawberry.union("AcceptSchemaChangesResult", description="The changes, or what was wrong."),
]
SetSchemaPolicyResult: TypeAlias = Annotated[
    SetSchemaPolicyPayload | Refused,
    strawberry.union("SetSchemaPolicyResult", description="The connection, or what was wrong."),
]


@strawberry.type
class DriftMutations:
    """Root fields that write contracts of streams."""

    @mutation(
        "Take note of changes: they are no drift any more. Runs that a FREEZE held up go on from "
        "the page they stopped at, once nothing of their connection is left to accept.",
        needs=Permission.MEMORY_WRITE,
    )
    async def accept_schema_changes(
        self,
        info: Info,
        *,
        ids: Annotated[
            list[strawberry.ID], strawberry.argument(description="Ids of changes; at most 1,000.")
        ],
    ) -> AcceptSchemaChangesResult:
        """All of them or none."""
        named = tuple(SCHEMA_CHANGE.decode(id_, "ids") for id_ in choices(ids, "ids"))
        changes, runs = await drift.accept(info.context.session, named)
        return AcceptSchemaChangesPayload(
            changes=[SchemaChange.from_record(change) for change in changes],
            runs=[Run.from_record(run) for run in runs],
        )

    @mutation(
        "Say what becomes of records that are not as their stream's contract has them, from the "
        "next run on.",
        needs=Permission.MEMORY_WRITE,
    )
    async def set_schema_policy(
        self,
        info: Info,
        *,
        connection_id: ConnectionId,
        policy: Annotated[DriftPolicy, strawberry.argument(description="What becomes of them.")],
        stream: Annotated[
            str | None,
            strawberry.argument(
                description="The stream; left out: every one without a policy of its own."
            ),
        ] = None,
    ) -> SetSchemaPolicyResult:
        """Checked, then written."""
        found = CONNECTION.decode(connection_id, "connectionId")
        record = await drift.set_policy(info.context.session, found, stream, policy)
        return SetSchemaPolicyPayload(connection=ConnectedSource.from_record(record))
