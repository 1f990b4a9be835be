"""How errors are told over HTTP: one shape, a stable code, never an internal detail.

Outside GraphQL the body is {"code", "message", "requestId"} and, where there is one, "field"
and "mend". GraphQL's own endpoint tells the same inside `errors[].extensions`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as made
from http import HTTPStatus
from math import ceil

from starlette.exceptions import HTTPException

from core.errors import (
    BadInput,
    Conflict,
    CostTooHigh,
    Forbidden,
    IdRequired,
    LiftosError,
    NotFound,
    NotInSafelist,
    NotPersisted,
    NotRegistered,
    QuotaExceeded,
    RateLimited,
    Terminal,
    TimedOut,
    Transient,
    Unauthenticated,
)

STATUSES: tuple[tuple[type[LiftosError], int], ...] = (
    (NotPersisted, 400),
    (BadInput, 400),
    (Unauthenticated, 401),
    (NotInSafelist, 403),
    (IdRequired, 403),
    (Forbidden, 403),
    (NotRegistered, 404),
    (NotFound, 404),
    (Conflict, 409),
    (Terminal, 502),
    (TimedOut, 504),
    (CostTooHigh, 400),
    (QuotaExceeded, 403),
    (RateLimited, 429),
    (Transient, 503),
)
STATUS_BY_CODE = {kind.code: status for kind, status in STATUSES}
HIDDEN = "something went wrong on our side"
RENAMED = {
    "CONTENT_TOO_LARGE": "REQUEST_ENTITY_TOO_LARGE",
    "URI_TOO_LONG": "REQUEST_URI_TOO_LONG",
    "RANGE_NOT_SATISFIABLE": "REQUESTED_RANGE_NOT_SATISFIABLE",
    "UNPROCESSABLE_CONTENT": "UNPROCESSABLE_ENTITY",
}
"""Names that Python 3.13 gave to statuses; a code is the same whatever Python serves it."""


class Refusal(Exception):
    """HTTP itself forbids the request: its size, its type, its method."""

    def __init__(
        self,
        status: HTTPStatus,
        message: str,
        *,
        mend: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.mend = mend
        self.headers = headers or {}


def method_refused(message: str, allowed: str) -> Refusal:
    """The refusal of a method; `allowed` are those that would do."""
    return Refusal(
        HTTPStatus.METHOD_NOT_ALLOWED, message, mend=f"use {allowed}", headers={"Allow": allowed}
    )


@dataclass(frozen=True, slots=True)
class Told:
    """An error as the caller gets to see it."""

    status: int
    code: str
    message: str
    headers: Mapping[str, str]
    field: str | None = None
    mend: str | None = None
    beside: Mapping[str, int | float | str] = made(default_factory=dict)

    def details(self, request_id: str) -> dict[str, object]:
        """Everything but the message."""
        found = {"code": self.code, "requestId": request_id, "field": self.field, "mend": self.mend}
        told = {name: value for name, value in found.items() if value is not None}
        return told | dict(self.beside)

    def body(self, request_id: str) -> dict[str, object]:
        """The JSON object outside GraphQL."""
        return {"message": self.message, **self.details(request_id)}

    def graphql_body(self, request_id: str) -> dict[str, list[dict[str, object]]]:
        """The JSON object of the GraphQL endpoint: a request error, so there is no `data`."""
        return {"errors": [{"message": self.message, "extensions": self.details(request_id)}]}


def tell(error: Exception) -> Told:
    """What may be said of `error`; what is not meant for callers is hidden."""
    if isinstance(error, LiftosError):
        return _tell_own(error)
    if isinstance(error, Refusal):
        code = status_name(error.status)
        return Told(int(error.status), code, error.message, error.headers, mend=error.mend)
    if isinstance(error, HTTPException):
        status = HTTPStatus(error.status_code)
        return Told(int(status), status_name(status), status.phrase.lower(), error.headers or {})
    return Told(500, "INTERNAL", HIDDEN, {})


def status_name(status: HTTPStatus) -> str:
    """The code of a status, the same whatever Python serves it."""
    return RENAMED.get(status.name, status.name)


def _tell_own(error: LiftosError) -> Told:
    status = next((status for kind, status in STATUSES if isinstance(error, kind)), 500)
    is_ours = status == HTTPStatus.INTERNAL_SERVER_ERROR
    return Told(
        status,
        error.code,
        HIDDEN if is_ours else error.message,
        _headers(error),
        None if is_ours else error.field,
        None if is_ours else error.mend,
        {} if is_ours else error.details,
    )


def _headers(error: LiftosError) -> dict[str, str]:
    if isinstance(error, Unauthenticated):
        return {"WWW-Authenticate": "Bearer"}
    if isinstance(error, Transient) and error.retry_after_seconds is not None:
        return {"Retry-After": str(max(1, ceil(error.retry_after_seconds)))}
    return {}
