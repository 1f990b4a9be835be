"""The one tree of errors.

LiftosError                  code, kind, message safe to show, field, mend
├── BadInput                 user       the caller can mend it by changing the request
├── NotFound                 user       no such thing for this tenant
│   └── NotRegistered        user       no operation is registered under this id
├── Conflict                 user       the thing is in a state that forbids this
├── Unauthenticated          user       no valid credentials
├── Forbidden                user       credentials without the permission
├── ConfigError              config     an operator must change settings or credentials
├── Transient                transient  the only kind that is retried
├── Terminal                 terminal   the source refused for good
└── Bug                      bug        a broken promise of our own
"""

from __future__ import annotations

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


class BadInput(LiftosError):
    """The request cannot be carried out as it stands; the caller can mend it."""

    code = "BAD_USER_INPUT"
    kind = ErrorKind.USER
    advice = "change the input that `field` names, and ask again"


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


class Terminal(LiftosError):
    """The source refused for good; trying again would change nothing."""

    code = "SOURCE_REFUSED"
    kind = ErrorKind.TERMINAL
    advice = "look at the source's own words; what it refuses for good stays refused"


class Bug(LiftosError):
    """A promise of our own was broken."""
