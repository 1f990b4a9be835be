"""An authorization, on the wire."""

from __future__ import annotations

import datetime as dt

import strawberry

from core.records.authorizations import AuthorizationError as Failure
from core.records.authorizations import AuthorizationRecord, AuthorizationStatus
from core.records.connections import Source
from graph.bounds.sizes import listed
from graph.ids import AUTHORIZATION, CONNECTION
from graph.types.connection_tests import SourceAccount


@strawberry.type(description="Why nothing comes of an authorization.")
class AuthorizationError:
    """AuthorizationError on the wire."""

    message: str = strawberry.field(description="What is wrong, in a sentence fit to show.")
    mend: str = strawberry.field(description="What to do next.")

    @classmethod
    def from_record(cls, record: Failure) -> AuthorizationError:
        """The error on the wire."""
        return cls(message=record.message, mend=record.mend)


@strawberry.type(
    description="A user's way through a source's consent page. Only that user is told of it."
)
class Authorization:
    """AuthorizationRecord on the wire."""

    id: strawberry.ID = strawberry.field(description="What it is known by.")
    source: Source = strawberry.field(description="Which source.")
    status: AuthorizationStatus = strawberry.field(description="Where it stands.")
    connection_id: strawberry.ID | None = strawberry.field(
        description="The connection whose credentials it renews, if it renews any."
    )
    accounts: list[SourceAccount] = listed(
        "What may be connected; empty until it is READY.", size=50
    )
    error: AuthorizationError | None = strawberry.field(description="Why nothing comes of it.")
    expires_at: dt.datetime = strawberry.field(description="Until when it can be gone on with.")
    credential_expires_at: dt.datetime | None = strawberry.field(
        description="When what was granted ends; null when it does not, or nobody said."
    )

    @classmethod
    def from_record(cls, record: AuthorizationRecord) -> Authorization:
        """The authorization on the wire."""
        renewed = record.connection_id
        return cls(
            id=AUTHORIZATION.encode(record.id),
            source=record.source,
            status=record.status,
            connection_id=None if renewed is None else CONNECTION.encode(renewed),
            accounts=[SourceAccount.from_record(account) for account in record.accounts],
            error=None if record.error is None else AuthorizationError.from_record(record.error),
            expires_at=record.expires_at,
            credential_expires_at=record.credential_expires_at,
        )
