"""What went wrong, by class: each error that the API tells has a code, and often what mends it.

The codes are those of the API's docs/errors.md; UNKNOWN and BROKEN_ANSWER are this client's own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Final


class LiftosError(Exception):
    """An operation that was not answered.

    `code` is stable, `field` names the input at fault as a dotted path, `mend` says what to do,
    `request_id` is what the operator finds it by, `details` holds whatever else was told.
    `data` is the part of the answer that there is beside the error.
    """

    known: ClassVar[dict[str, type[LiftosError]]] = {}

    def __init_subclass__(cls, codes: Sequence[str] = ()) -> None:
        """Answer to these codes."""
        LiftosError.known.update(dict.fromkeys(codes, cls))

    def __init__(
        self,
        message: str,
        extensions: Mapping[str, Any] | None = None,
        data: Mapping[str, Any] | None = None,
    ) -> None:
        self.details: Mapping[str, Any] = dict(extensions or {})
        self.code = str(self.details.get("code", "UNKNOWN"))
        self.message = message
        self.field: str | None = self.details.get("field")
        self.mend: str | None = self.details.get("mend")
        self.request_id: str | None = self.details.get("requestId")
        self.data = data
        super().__init__(f"{message}: {self.mend}" if self.mend else message)

    @property
    def retry_after_seconds(self) -> float | None:
        """When asking again may help, if that was told."""
        told = self.details.get("retryAfterSeconds")
        return None if told is None else float(told)


class BadInput(
    LiftosError, codes=("BAD_USER_INPUT", "GRAPHQL_VALIDATION_FAILED", "GRAPHQL_PARSE_FAILED")
):
    """The request cannot be carried out as it stands."""


class Unauthenticated(LiftosError, codes=("UNAUTHENTICATED",)):
    """No credentials, or credentials that do not hold."""


class Forbidden(
    LiftosError,
    codes=("FORBIDDEN", "QUERY_NOT_IN_SAFELIST", "PERSISTED_QUERY_ID_REQUIRED"),
):
    """Valid credentials without the permission that this needs."""


class NotFound(LiftosError, codes=("NOT_FOUND", "PERSISTED_QUERY_NOT_FOUND")):
    """No such thing, or none that your organisation may see."""


class Conflict(LiftosError, codes=("CONFLICT",)):
    """The thing is in a state that forbids this."""


class RateLimited(LiftosError, codes=("RATE_LIMITED",)):
    """More was asked in a short time than the subscription allows, and waiting took too long."""


class TooMuch(LiftosError, codes=("COST_TOO_HIGH", "QUOTA_EXCEEDED", "TIME_LIMIT_EXCEEDED")):
    """More than one operation, or the subscription, allows."""


class Unavailable(LiftosError, codes=("TRANSIENT",)):
    """The API could not be reached or could not answer for now."""


class BrokenAnswer(LiftosError, codes=("BROKEN_ANSWER",)):
    """What answered is no such API."""


BY_CODE: Final[Mapping[str, type[LiftosError]]] = LiftosError.known


def error_of(
    told: Mapping[str, Any],
    data: Mapping[str, Any] | None = None,
    beside: Mapping[str, Any] | None = None,
) -> LiftosError:
    """The error of its class that one of `errors` tells; LiftosError for a code not known here."""
    extensions = {**(told.get("extensions") or {}), **(beside or {})}
    kind = BY_CODE.get(str(extensions.get("code")), LiftosError)
    return kind(str(told.get("message", "the operation failed")), extensions, data)
