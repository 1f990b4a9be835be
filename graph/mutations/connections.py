"""Connecting sources."""

from __future__ import annotations

from typing import Annotated, TypeAlias

import strawberry

from core.scope import Permission
from graph.context import Info
from graph.fields import mutation
from graph.inputs.connections import ConnectSourceInput
from graph.types.connections import SourceConnection
from graph.types.errors import ConflictError, ForbiddenError, InvalidInput, NotFoundError
from resolvers import connections


@strawberry.type(description="The source is connected.")
class ConnectSourcePayload:
    """What connectSource leaves behind."""

    connection: SourceConnection = strawberry.field(description="The new connection.")


ConnectSourceResult: TypeAlias = Annotated[
    ConnectSourcePayload | InvalidInput | NotFoundError | ConflictError | ForbiddenError,
    strawberry.union(
        "ConnectSourceResult", description="The new connection, or what stood in its way."
    ),
]


@strawberry.type
class ConnectionMutations:
    """Root fields that write connections."""

    @mutation("Connect an account of a source.", needs=Permission.MEMORY_ADMIN)
    async def connect_source(
        self,
        info: Info,
        *,
        input: Annotated[ConnectSourceInput, strawberry.argument(description="What to connect.")],  # noqa: A002 - the schema's name
    ) -> ConnectSourceResult:
        """Checked, then written."""
        record = await connections.connect(info.context.session, input.to_command())
        return ConnectSourcePayload(connection=SourceConnection.from_record(record))
