"""Connecting sources, their credentials, and pausing them."""

from __future__ import annotations

from typing import Annotated, TypeAlias

import strawberry

from core.scope import Permission
from graph.context import Info
from graph.fields import mutation
from graph.ids import CONNECTION
from graph.inputs.connections import (
    ConnectSourceInput,
    RotateCredentialsInput,
    UpdateConnectionInput,
)
from graph.types.connections import ConnectedSource
from graph.types.errors import Refused
from graph.types.webhooks import WebhookSecret
from resolvers import connections, webhooks

ConnectionId = Annotated[strawberry.ID, strawberry.argument(description="Id of the connection.")]


@strawberry.type(description="The source is connected.")
class ConnectSourcePayload:
    """What connectSource leaves behind."""

    connection: ConnectedSource = strawberry.field(description="The new connection.")
    webhook: WebhookSecret | None = strawberry.field(
        description="Where to send events and what signs them, told this once; of WEBHOOK alone."
    )


@strawberry.type(description="The new credentials are in place of the old ones.")
class RotateCredentialsPayload:
    """What rotateCredentials leaves behind."""

    connection: ConnectedSource = strawberry.field(description="The connection, as it was.")


@strawberry.type(description="The connection is as you asked.")
class UpdateConnectionPayload:
    """What updateConnection leaves behind."""

    connection: ConnectedSource = strawberry.field(description="The connection, changed.")


@strawberry.type(description="The connection is paused.")
class PauseConnectionPayload:
    """What pauseConnection leaves behind."""

    connection: ConnectedSource = strawberry.field(description="The connection, now PAUSED.")


@strawberry.type(description="The connection is active.")
class ResumeConnectionPayload:
    """What resumeConnection leaves behind."""

    connection: ConnectedSource = strawberry.field(description="The connection, now ACTIVE.")


@strawberry.type(description="The account is disconnected.")
class DisconnectSourcePayload:
    """What disconnectSource leaves behind."""

    connection: ConnectedSource = strawberry.field(description="The connection, now DISCONNECTED.")


ConnectSourceResult: TypeAlias = Annotated[
    ConnectSourcePayload | Refused,
    strawberry.union(
        "ConnectSourceResult", description="The new connection, or what stood in its way."
    ),
]
RotateCredentialsResult: TypeAlias = Annotated[
    RotateCredentialsPayload | Refused,
    strawberry.union(
        "RotateCredentialsResult", description="The connection, or what stood in the way."
    ),
]
UpdateConnectionResult: TypeAlias = Annotated[
    UpdateConnectionPayload | Refused,
    strawberry.union(
        "UpdateConnectionResult", description="The connection, or what stood in the way."
    ),
]
PauseConnectionResult: TypeAlias = Annotated[
    PauseConnectionPayload | Refused,
    strawberry.union(
        "PauseConnectionResult", description="The connection, or what stood in the way."
    ),
]
ResumeConnectionResult: TypeAlias = Annotated[
    ResumeConnectionPayload | Refused,
    strawberry.union(
        "ResumeConnectionResult", description="The connection, or what stood in the way."
    ),
]
DisconnectSourceResult: TypeAlias = Annotated[
    DisconnectSourcePayload | Refused,
    strawberry.union(
        "DisconnectSourceResult", description="The connection, or what stood in the way."
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
        record, issued = await webhooks.connect(info.context.session, input.to_command())
        return ConnectSourcePayload(
            connection=ConnectedSource.from_record(record),
            webhook=None if issued is None else WebhookSecret.from_record(issued),
        )

    @mutation(
        "Put new credentials in the place of those that a connection has. A run that a worker is "
        "at keeps the old ones; every later one, retries included, has the new ones.",
        needs=Permission.MEMORY_ADMIN,
    )
    async def rotate_credentials(
        self,
        info: Info,
        *,
        input: Annotated[  # noqa: A002 - the schema's name
            RotateCredentialsInput, strawberry.argument(description="Which credentials, and where.")
        ],
    ) -> RotateCredentialsResult:
        """Checked, then sealed."""
        connection_id = CONNECTION.decode(input.connection_id, "connectionId")
        fresh = input.credentials.named()
        record = await connections.rotate(info.context.session, connection_id, fresh)
        return RotateCredentialsPayload(connection=ConnectedSource.from_record(record))

    @mutation(
        "Give a connection another name, or another look-back. Runs that are queued keep the days "
        "that they were asked for.",
        needs=Permission.MEMORY_ADMIN,
    )
    async def update_connection(
        self,
        info: Info,
        *,
        input: Annotated[  # noqa: A002 - the schema's name
            UpdateConnectionInput, strawberry.argument(description="What is to be otherwise.")
        ],
    ) -> UpdateConnectionResult:
        """Checked, then written."""
        connection_id = CONNECTION.decode(input.connection_id, "connectionId")
        record = await connections.change(info.context.session, connection_id, input.to_command())
        return UpdateConnectionPayload(connection=ConnectedSource.from_record(record))

    @mutation(
        "Have no more runs of a connection: `startIngestion`, `ingestFile` and `retryRun` refuse "
        "it. Runs that are queued or running go on; `cancelRun` stops those. To pause what is "
        "paused changes nothing.",
        needs=Permission.MEMORY_ADMIN,
    )
    async def pause_connection(
        self, info: Info, *, connection_id: ConnectionId
    ) -> PauseConnectionResult:
        """Once or twice: the same."""
        found = CONNECTION.decode(connection_id, "connectionId")
        record = await connections.pause(info.context.session, found)
        return PauseConnectionPayload(connection=ConnectedSource.from_record(record))

    @mutation(
        "Make a connection active again. To resume what is active changes nothing.",
        needs=Permission.MEMORY_ADMIN,
    )
    async def resume_connection(
        self, info: Info, *, connection_id: ConnectionId
    ) -> ResumeConnectionResult:
        """Once or twice: the same."""
        found = CONNECTION.decode(connection_id, "connectionId")
        record = await connections.resume(info.context.session, found)
        return ResumeConnectionPayload(connection=ConnectedSource.from_record(record))

    @mutation(
        "Destroy a connection's credentials at once and cancel its runs. What it brought stays, "
        "and `connectSource` with the same account takes it up again. To disconnect what is "
        "disconnected changes nothing.",
        needs=Permission.MEMORY_ADMIN,
    )
    async def disconnect_source(
        self, info: Info, *, connection_id: ConnectionId
    ) -> DisconnectSourceResult:
        """Once or twice: the same."""
        found = CONNECTION.decode(connection_id, "connectionId")
        record = await connections.disconnect(info.context.session, found)
        return DisconnectSourcePayload(connection=ConnectedSource.from_record(record))
