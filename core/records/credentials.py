"""What may be known of a connection's credentials, and what about them calls for somebody."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID


class CredentialKind(StrEnum):
    """What opens a source."""

    ACCESS_TOKEN = "ACCESS_TOKEN"  # noqa: S105 - the name of a kind
    SYSTEM_USER_TOKEN = "SYSTEM_USER_TOKEN"  # noqa: S105 - the name of a kind
    REFRESH_TOKEN = "REFRESH_TOKEN"  # noqa: S105 - the name of a kind
    SERVICE_ACCOUNT = "SERVICE_ACCOUNT"
    API_KEY = "API_KEY"


@dataclass(frozen=True, slots=True)
class AccountFacts:
    """What the source itself says of an account; `currency` ISO 4217, `time_zone` IANA."""

    account_id: str
    name: str
    currency: str
    time_zone: str


@dataclass(frozen=True, slots=True)
class CredentialFacts:
    """What a source says of credentials. `expires_at` None: never, or the source does not say.

    `lacking`: scopes that reading needs and these do not have.
    """

    kind: CredentialKind
    scopes: tuple[str, ...] = ()
    expires_at: datetime | None = None
    lacking: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CredentialRecord:
    """The facts of a connection's credentials; `checked_at`: when the source last told them."""

    connection_id: UUID
    facts: CredentialFacts
    sealed_at: datetime
    checked_at: datetime | None


class AlertKind(StrEnum):
    """What about a connection calls for somebody."""

    API_VERSION_SUNSET = "API_VERSION_SUNSET"
    CREDENTIALS_REFUSED = "CREDENTIALS_REFUSED"
    QUOTA_NEARLY_USED = "QUOTA_NEARLY_USED"
    SCHEMA_CHANGED = "SCHEMA_CHANGED"
    TOKEN_EXPIRING = "TOKEN_EXPIRING"  # noqa: S105 - the name of a kind


CURED_BY_NEW_CREDENTIALS = (AlertKind.CREDENTIALS_REFUSED, AlertKind.TOKEN_EXPIRING)
"""What no longer holds once other credentials are sealed."""


@dataclass(frozen=True, slots=True)
class Notice:
    """Something a connection's people should know; `due_at` is when it takes effect."""

    kind: AlertKind
    message: str
    mend: str
    due_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class AlertRecord:
    """A notice that was raised. `seen_at`: when its cause was last met; open till resolved."""

    id: UUID
    connection_id: UUID
    notice: Notice
    raised_at: datetime
    seen_at: datetime
    resolved_at: datetime | None


class ConnectionTestStatus(StrEnum):
    """Where a test of a connection stands."""

    WAITING = "WAITING"
    PASSED = "PASSED"
    FAILED = "FAILED"


class FindingKind(StrEnum):
    """What a test of a connection found."""

    CURRENCY_DIFFERS = "CURRENCY_DIFFERS"
    EXPIRES_SOON = "EXPIRES_SOON"
    PERMISSION_MISSING = "PERMISSION_MISSING"
    REFUSED = "REFUSED"
    TIME_ZONE_DIFFERS = "TIME_ZONE_DIFFERS"
    UNREACHABLE = "UNREACHABLE"


@dataclass(frozen=True, slots=True)
class Finding:
    """Something to mend; one that is not `is_fatal` lets runs go on."""

    kind: FindingKind
    is_fatal: bool
    message: str
    mend: str


@dataclass(frozen=True, slots=True)
class ConnectionTestRecord:
    """A question whether a connection works. `account` None: the source has not said."""

    id: UUID
    connection_id: UUID
    status: ConnectionTestStatus
    account: AccountFacts | None
    findings: tuple[Finding, ...]
    requested_by: str
    created_at: datetime
    ended_at: datetime | None


def kind_of(credentials: Mapping[str, str]) -> CredentialKind:
    """The kind that credentials are by the names of their parts, before the source says more."""
    kinds = {
        "service_account_key": CredentialKind.SERVICE_ACCOUNT,
        "refresh_token": CredentialKind.REFRESH_TOKEN,
        "api_key": CredentialKind.API_KEY,
    }
    return next(
        (kind for name, kind in kinds.items() if name in credentials), CredentialKind.ACCESS_TOKEN
    )
