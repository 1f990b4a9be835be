"""A user's way through a source's consent page, to credentials that nobody types."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from core.records.connections import Source
from core.records.credentials import AccountFacts, CredentialFacts


class AuthorizationStatus(StrEnum):
    """Where an authorisation stands.

    STARTED: the user is at the source. RETURNED: back, and not confirmed. EXCHANGING: a worker
    trades the code. READY: accounts may be connected. DENIED, FAILED, EXPIRED are ends.
    """

    STARTED = "STARTED"
    RETURNED = "RETURNED"
    EXCHANGING = "EXCHANGING"
    READY = "READY"
    DENIED = "DENIED"
    FAILED = "FAILED"
    EXPIRED = "EXPIRED"


@dataclass(frozen=True, slots=True)
class AuthorizationError:
    """Why an authorisation ended; `mend` says what to do next."""

    message: str
    mend: str


@dataclass(frozen=True, slots=True)
class AuthorizationRecord:
    """One authorisation. `connection_id`: the connection whose credentials it renews, if any."""

    id: UUID
    source: Source
    status: AuthorizationStatus
    connection_id: UUID | None
    accounts: tuple[AccountFacts, ...]
    error: AuthorizationError | None
    requested_by: str
    created_at: datetime
    expires_at: datetime
    credential_expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class NewAuthorization:
    """What is kept when a user is sent off; `secret` is sealed, `state_hash` is SHA-256."""

    source: Source
    connection_id: UUID | None
    redirect_to: str | None
    state_hash: bytes = field(repr=False)
    secret: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Granted:
    """What a consent came to: credentials to seal in connections, and what they cover."""

    parts: Mapping[str, str] = field(repr=False)
    facts: CredentialFacts
    accounts: tuple[AccountFacts, ...]


@dataclass(frozen=True, slots=True)
class Returned:
    """Whose a state was. `redirect_to` None: the user is shown a page of ours."""

    tenant_id: UUID
    id: UUID
    source: Source
    redirect_to: str | None
    is_expired: bool
