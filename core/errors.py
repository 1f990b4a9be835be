"""The one tree of errors.

LiftosError                  code, kind, message safe to show, field, mend
├── BadInput                 user       the caller can mend it by changing the request
│   └── NotPersisted         user       this installation persists no documents by itself
├── NotFound                 user       no such thing for this tenant
│   └── NotRegistered        user       no operation is registered under this id
├── Conflict                 user       the thing is in a state that forbids this
├── Unauthenticated          user       no valid credentials
├── Forbidden                user       credentials without the permission
│   ├── NotInSafelist        user       the document is not registered, as it would have to be
│   └── IdRequired           user       a document was sent where only an id is taken
├── ConfigError              config     an operator must change settings or credentials
├── TimedOut                 user       answering takes longer than it may
├── Transient                transient  the only kind that is retried
│   └── RateLimited          transient  more was asked than the subscription allows for now
├── CostTooHigh              user       one operation costs more than one may
├── QuotaExceeded            user       the subscription's quota is used up
├── Terminal                 terminal   the source refused for good
└── Bug                      bug        a broken promise of our own
"""

from __future__ import annotations

import math
from datetime import datetime
from enum import StrEnum
from typing import ClassVar


class ErrorKind(StrEnum):
    """Who can do something about an error."""

    USER = "USER"
    CONFIG = "CONFIG"
    TRANSIENT = "TRANSIENT"
    TERMINAL = "TERMINAL"
    BUG = "BUG"


class LiftosError(Exception):
    """An error whose message is safe to show to the caller.

    `field` names the input at fault (dotted path), `mend` says what to do about it; `advice` is
    what to do about any error of the class that does not say so itself.
    """

    code: ClassVar[str] = "INTERNAL"
    kind: ClassVar[ErrorKind] = ErrorKind.BUG
    advice: ClassVar[str] = "report it with the id of its run or request; trying again is safe"

    def __init__(self, message: str, *, field: str | None = None, mend: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.field = field
        self.mend = mend

    @property
    def next_step(self) -> str:
        """What to do about it."""
        return self.mend or self.advice

    @property
    def details(self) -> dict[str, int | float | str]:
        """What a program may want to know beside; by the names that callers are told."""
        return {}


class BadInput(LiftosError):
    """The request cannot be carried out as it stands; the caller can mend it."""

    code = "BAD_USER_INPUT"
    kind = ErrorKind.USER
    advice = "change the input that `field` names, and ask again"


class NotPersisted(BadInput):
    """This installation keeps no documents that clients persist by themselves."""

    code = "PERSISTED_QUERY_NOT_SUPPORTED"
    advice = "send the document itself, or register it"


class NotFound(LiftosError):
    """No such thing, or none that this tenant may see: the two are never told apart."""

    code = "NOT_FOUND"
    kind = ErrorKind.USER
    advice = "list what there is, and use an id from there"


class NotRegistered(NotFound):
    """No operation is registered under this id."""

    code = "PERSISTED_QUERY_NOT_FOUND"
    advice = "send the document itself, or the id of one that is registered"


class Conflict(LiftosError):
    """The thing is in a state that forbids this act."""

    code = "CONFLICT"
    kind = ErrorKind.USER
    advice = "bring the thing into a state that allows it, or leave it"


class Unauthenticated(LiftosError):
    """No credentials, or credentials that do not hold."""

    code = "UNAUTHENTICATED"
    kind = ErrorKind.USER
    advice = "sign in again, or have a new key made"


class Forbidden(LiftosError):
    """Valid credentials without the permission that the act needs."""

    code = "FORBIDDEN"
    kind = ErrorKind.USER
    advice = "ask an administrator of your tenant for a role with the permission"


class NotInSafelist(Forbidden):
    """The document is not registered, and your organisation takes registered ones only."""

    code = "QUERY_NOT_IN_SAFELIST"
    advice = "have the document registered: `liftos operation register`"


class IdRequired(Forbidden):
    """A document was sent, and your organisation takes ids of registered ones only."""

    code = "PERSISTED_QUERY_ID_REQUIRED"
    advice = "register the document, then send its id as `documentId`"


class TimedOut(LiftosError):
    """Answering takes longer than it may; nothing goes on in the background."""

    code = "TIME_LIMIT_EXCEEDED"
    kind = ErrorKind.USER
    advice = (
        "ask for less at once: fewer days, rows or fields; "
        "after a mutation, look first whether it was carried out"
    )


class ConfigError(LiftosError):
    """Settings or credentials that only an operator can mend."""

    code = "CONFIGURATION"
    kind = ErrorKind.CONFIG
    advice = "have an operator correct the setting or the credential that is named, then try again"


class Transient(LiftosError):
    """May succeed if tried again later; `retry_after_seconds` when the other side said when."""

    code = "TRANSIENT"
    kind = ErrorKind.TRANSIENT
    advice = "wait: runs try again by themselves; a request may be repeated after `Retry-After`"

    def __init__(
        self,
        message: str,
        *,
        field: str | None = None,
        mend: str | None = None,
        retry_after_seconds: float | None = None,
    ) -> None:
        super().__init__(message, field=field, mend=mend)
        self.retry_after_seconds = retry_after_seconds


class RateLimited(Transient):
    """More was asked in a short time than the subscription allows."""

    code = "RATE_LIMITED"
    advice = "wait `retryAfterSeconds`; ask for fewer rows, or for the fields you need alone"

    @property
    def details(self) -> dict[str, int | float | str]:
        """When to ask again."""
        return {"retryAfterSeconds": max(1, math.ceil(self.retry_after_seconds or 0))}


class CostTooHigh(LiftosError):
    """One operation costs more than the subscription allows one to.

    `dearest` is the path of the field that most of it is for.
    """

    code = "COST_TOO_HIGH"
    kind = ErrorKind.USER
    advice = "ask for fewer rows at once and follow `pageInfo`, or ask in several operations"

    def __init__(
        self,
        message: str,
        *,
        mend: str | None = None,
        cost: int = 0,
        limit: int = 0,
        dearest: str = "",
    ) -> None:
        super().__init__(message, mend=mend)
        self.cost = cost
        self.limit = limit
        self.dearest = dearest

    @property
    def details(self) -> dict[str, int | float | str]:
        """The cost, the limit, and the dearest field."""
        return {"cost": self.cost, "limit": self.limit, "dearest": self.dearest}


class QuotaExceeded(LiftosError):
    """A quota of the subscription is used up; `resets_at` is when it is counted anew, if ever."""

    code = "QUOTA_EXCEEDED"
    kind = ErrorKind.USER
    advice = "wait until the quota is counted anew, free some of it, or have it raised"

    def __init__(
        self,
        message: str,
        *,
        mend: str | None = None,
        quota: str = "",
        used: int = 0,
        limit: int = 0,
        resets_at: datetime | None = None,
    ) -> None:
        super().__init__(message, mend=mend)
        self.quota = quota
        self.used = used
        self.limit = limit
        self.resets_at = resets_at

    @property
    def details(self) -> dict[str, int | float | str]:
        """Which quota, how much of it is used, and when it is counted anew."""
        told: dict[str, int | float | str] = {
            "quota": self.quota,
            "used": self.used,
            "limit": self.limit,
        }
        return (
            told
            if self.resets_at is None
            else told | {"resetsAt": f"{self.resets_at:%Y-%m-%dT%H:%M:%SZ}"}
        )


class Terminal(LiftosError):
    """The source refused for good; trying again would change nothing."""

    code = "SOURCE_REFUSED"
    kind = ErrorKind.TERMINAL
    advice = "look at the source's own words; what it refuses for good stays refused"


class Bug(LiftosError):
    """A promise of our own was broken."""
