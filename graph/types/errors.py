"""The errors a mutation answers: what is wrong, where, and what to do about it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import TypeAlias

import strawberry

from core.errors import BadInput, Conflict, Forbidden, LiftosError, NotFound, QuotaExceeded
from core.records.quotas import QuotaKind
from core.redaction import redact_credentials
from graph.scalars import BigInt


@strawberry.interface(
    description="Something the caller can do something about. Every mutation may answer one."
)
class UserError:
    """What all typed errors share."""

    code: str = strawberry.field(
        description="Stable code for programs: `BAD_USER_INPUT`, `NOT_FOUND`, `CONFLICT` …"
    )
    message: str = strawberry.field(description="What is wrong, in a sentence fit to show.")
    field: str | None = strawberry.field(
        description="The input at fault as a dotted path, such as `dates.until`, when there is one."
    )
    mend: str | None = strawberry.field(description="What to do about it, when that is known.")


@strawberry.federation.type(
    shareable=True, description="The input cannot be carried out as it stands."
)
class InvalidInput(UserError):
    """BadInput on the wire."""


@strawberry.federation.type(
    shareable=True,
    description=(
        "No such thing in your tenant. What belongs to another tenant is answered the same way."
    ),
)
class NotFoundError(UserError):
    """NotFound on the wire."""


@strawberry.federation.type(
    shareable=True, description="The thing is in a state that forbids this."
)
class ConflictError(UserError):
    """Conflict on the wire."""


@strawberry.federation.type(
    shareable=True, description="Your roles do not grant the permission this needs."
)
class ForbiddenError(UserError):
    """Forbidden on the wire."""


@strawberry.type(description="A quota of your subscription is used up.")
class QuotaExceededError(UserError):
    """QuotaExceeded on the wire."""

    quota: QuotaKind = strawberry.field(description="Which quota.")
    used: BigInt = strawberry.field(description="How much of it is used.")
    limit: BigInt = strawberry.field(description="How much of it you have.")
    resets_at: dt.datetime | None = strawberry.field(
        description="When it is counted anew; null for what frees itself only by deleting."
    )


Refused: TypeAlias = (
    InvalidInput | NotFoundError | ConflictError | ForbiddenError | QuotaExceededError
)
"""What every mutation may answer in place of its payload."""

TYPES: Mapping[type[LiftosError], type[UserError]] = {
    BadInput: InvalidInput,
    NotFound: NotFoundError,
    Conflict: ConflictError,
    Forbidden: ForbiddenError,
}
"""Which error of the tree has which type."""


def user_error(error: LiftosError) -> UserError | None:
    """The type that carries `error`; None when no union holds one."""
    if isinstance(error, QuotaExceeded):
        return _quota_exceeded(error)
    found = TYPES.get(type(error))
    if found is None:
        return None
    message = redact_credentials(error.message)
    return found(code=error.code, message=message, field=error.field, mend=error.mend)


def _quota_exceeded(error: QuotaExceeded) -> QuotaExceededError:
    return QuotaExceededError(
        code=error.code,
        message=error.message,
        field=error.field,
        mend=error.mend,
        quota=QuotaKind(error.quota),
        used=error.used,
        limit=error.limit,
        resets_at=error.resets_at,
    )
