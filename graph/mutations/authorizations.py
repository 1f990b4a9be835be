"""Authorising at a source, and connecting what was granted."""

from __future__ import annotations

from typing import Annotated, TypeAlias

import strawberry

from core.records.connections import Source
from core.scope import Permission
from graph.context import Info
from graph.fields import mutation
from graph.ids import AUTHORIZATION, CONNECTION
from graph.inputs.authorizations import ConnectAuthorizedInput
from graph.types.authorizations import Authorization
from graph.types.connections import ConnectedSource
from graph.types.errors import ConflictError, ForbiddenError, InvalidInput, NotFoundError
from resolvers import authorizations


@strawberry.type(description="The user can be sent off.")
class StartAuthorizationPayload:
    """What startAuthorization leaves behind."""

    authorization: Authorization = strawberry.field(description="The authorization.")
    consent_url: str = strawberry.field(
        description="Where to send the user, within 15 minutes and once."
    )


@strawberry.type(description="The authorization is confirmed.")
class ConfirmAuthorizationPayload:
    """What confirmAuthorization leaves behind."""

    authorization: Authorization = strawberry.field(
        description="The authorization; while it is EXCHANGING, ask for it again later."
    )


@strawberry.type(description="The account is connected.")
class ConnectAuthorizedPayload:
    """What connectAuthorized leaves behind."""

    connection: ConnectedSource = strawberry.field(description="The new connection.")


StartAuthorizationResult: TypeAlias = Annotated[
    StartAuthorizationPayload | InvalidInput | NotFoundError | ConflictError | ForbiddenError,
    strawberry.union(
        "StartAuthorizationResult", description="Where to go, or what stood in the way."
    ),
]
ConfirmAuthorizationResult: TypeAlias = Annotated[
    ConfirmAuthorizationPayload | InvalidInput | NotFoundError | ConflictError | ForbiddenError,
    strawberry.union(
        "ConfirmAuthorizationResult", description="What it came to, or what stood in the way."
    ),
]
ConnectAuthorizedResult: TypeAlias = Annotated[
    ConnectAuthorizedPayload | InvalidInput | NotFoundError | ConflictError | ForbiddenError,
    strawberry.union(
        "ConnectAuthorizedResult", description="The new connection, or what stood in its way."
    ),
]


@strawberry.type
class AuthorizationMutations:
    """Root fields that authorize."""

    @mutation(
        "Begin an authorization: send the user to `consentUrl`. They come back to `redirectTo` "
        "with `authorization` and `ticket` (or `error`) in the fragment, for "
        "`confirmAuthorization`.",
        needs=Permission.MEMORY_ADMIN,
    )
    async def start_authorization(
        self,
        info: Info,
        *,
        source: Annotated[Source, strawberry.argument(description="Which source.")],
        redirect_to: Annotated[
            str | None,
            strawberry.argument(
                description="Where the user goes afterwards, at an origin that the operator "
                "allows; a page of ours when left out."
            ),
        ] = None,
        connection_id: Annotated[
            strawberry.ID | None,
            strawberry.argument(description="A connection whose credentials are to be renewed."),
        ] = None,
    ) -> StartAuthorizationResult:
        """Kept, then answered with the address."""
        renewed = (
            None if connection_id is None else CONNECTION.decode(connection_id, "connectionId")
        )
        begun = await authorizations.begin(info.context.session, source, redirect_to, renewed)
        return StartAuthorizationPayload(
            authorization=Authorization.from_record(begun.record), consent_url=begun.address
        )

    @mutation(
        "Go on with an authorization, as the user who began it: a worker trades the source's code "
        "for credentials. Waits for that up to 20 seconds. A ticket works once.",
        needs=Permission.MEMORY_ADMIN,
    )
    async def confirm_authorization(
        self,
        info: Info,
        *,
        authorization_id: Annotated[
            strawberry.ID, strawberry.argument(description="Id of the authorization.")
        ],
        ticket: Annotated[
            str, strawberry.argument(description="The ticket that the user came back with.")
        ],
    ) -> ConfirmAuthorizationResult:
        """Confirmed, then waited for."""
        found = AUTHORIZATION.decode(authorization_id, "authorizationId")
        record = await authorizations.confirm(info.context.session, found, ticket)
        return ConfirmAuthorizationPayload(authorization=Authorization.from_record(record))

    @mutation(
        "Connect one of the accounts that an authorization covers.",
        needs=Permission.MEMORY_ADMIN,
    )
    async def connect_authorized(
        self,
        info: Info,
        *,
        input: Annotated[  # noqa: A002 - the schema's name
            ConnectAuthorizedInput, strawberry.argument(description="Which account, and how.")
        ],
    ) -> ConnectAuthorizedResult:
        """Checked, then connected."""
        session = info.context.session
        found = AUTHORIZATION.decode(input.authorization_id, "authorizationId")
        source = (await authorizations.one(session, found)).source
        choice = input.to_choice(source.manifest.look_back_days)
        record = await authorizations.connect(session, found, choice)
        return ConnectAuthorizedPayload(connection=ConnectedSource.from_record(record))
