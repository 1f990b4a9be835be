"""The errors a mutation answers: what is wrong, where, and what to do about it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

import strawberry

from core.errors import BadInput, Conflict, Forbidden, LiftosError, NotFound
from core.redaction import redact_credentials


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


@strawberry.type(description="The input cannot be carried out as it stands.")
class InvalidInput(UserError):
    """BadInput on the wire."""


@strawberry.type(
    description=(
        "No such thing in your tenant. What belongs to another tenant is answered the same way."
    )
)
class NotFoundError(UserError):
    """NotFound on the wire."""


@strawberry.type(description="The thing is in a state that forbids this.")
class ConflictError(UserError):
    """Conflict on the wire."""


@strawberry.type(description="Your roles do not grant the permission this needs.")
class ForbiddenError(UserError):
    """Forbidden on the wire."""


Refused: TypeAlias = InvalidInput | NotFoundError | ConflictError | ForbiddenError
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
    found = TYPES.get(type(error))
    if found is None:
        return None
    message = redact_credentials(error.message)
    return found(code=error.code, message=message, field=error.field, mend=error.mend)
