"""The door of users who come back from a source's consent page, with a state and no token.

A state opens its own authorisation alone, once: the code that came with it is sealed, and
nothing more happens until the user who began confirms it with a token and the ticket given
here. So nobody can have another's consent land in a tenant of theirs.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass, field
from typing import Protocol
from uuid import UUID

from core.errors import BadInput
from core.records.authorizations import AuthorizationError, AuthorizationStatus, Returned
from core.scope import Entrance, TenantId, TenantScope

_AGAIN = "start another authorization"


class Authorizations(Protocol):
    """Where authorisations are kept."""

    async def take_state(self, state_hash: bytes, /) -> Returned | None:
        """Whose a state is, once."""
        ...

    async def keep_code(
        self, scope: TenantScope, authorization_id: UUID, code: str, ticket_hash: bytes, /
    ) -> None:
        """Seal the code until its user confirms."""
        ...

    async def end(
        self,
        scope: TenantScope,
        authorization_id: UUID,
        status: AuthorizationStatus,
        error: AuthorizationError,
        /,
    ) -> None:
        """Say why nothing comes of it."""
        ...


@dataclass(frozen=True, slots=True)
class Entered:
    """A user is back. `ticket` None: they did not consent, and `error` says so."""

    authorization_id: UUID
    redirect_to: str | None
    ticket: str | None = field(repr=False)
    error: AuthorizationError | None = None


@dataclass(frozen=True, slots=True)
class ConsentDoor:
    """Takes states, each once."""

    authorizations: Authorizations

    async def enter(self, folder: str, state: str, code: str | None, error: str | None) -> Entered:
        """Keep the code, or why there is none; BadInput for a state that opens nothing."""
        returned = await self.authorizations.take_state(hashlib.sha256(state.encode()).digest())
        if returned is None:
            raise BadInput(
                "this authorization is unknown, or was used already", field="state", mend=_AGAIN
            )
        scope = TenantScope(
            TenantId(returned.tenant_id), actor=f"consent:{returned.id}", door=Entrance.CONSENT
        )
        problem = _problem(returned, folder, code, error)
        if problem is not None or not code:
            status, told = problem or _denied("no code")
            await self.authorizations.end(scope, returned.id, status, told)
            return Entered(returned.id, returned.redirect_to, None, told)
        ticket = secrets.token_urlsafe(32)
        ticket_hash = hashlib.sha256(ticket.encode()).digest()
        await self.authorizations.keep_code(scope, returned.id, code, ticket_hash)
        return Entered(returned.id, returned.redirect_to, ticket)


def _problem(
    returned: Returned, folder: str, code: str | None, error: str | None
) -> tuple[AuthorizationStatus, AuthorizationError] | None:
    if returned.source.manifest.folder != folder:
        failed = AuthorizationStatus.FAILED
        return failed, AuthorizationError("the state belongs to another source", _AGAIN)
    if returned.is_expired:
        expired = AuthorizationStatus.FAILED
        return expired, AuthorizationError("the authorization took too long", _AGAIN)
    return _denied(error or "no code") if error or not code else None


def _denied(error: str) -> tuple[AuthorizationStatus, AuthorizationError]:
    reason = error if error.isidentifier() else "no consent"
    told = AuthorizationError(f"the source gave no code: {reason}", "start again, and consent")
    return AuthorizationStatus.DENIED, told
