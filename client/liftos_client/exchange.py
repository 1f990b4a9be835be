"""One operation's request and what its answer means; no socket is touched here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from textwrap import dedent
from typing import Any, Final

from pydantic import BaseModel
from pydantic_core import to_jsonable_python

from .errors import LiftosError, error_of

RETRIED: Final = frozenset({"TRANSIENT", "RATE_LIMITED"})
NOT_BEGUN: Final = frozenset({"RATE_LIMITED"})
"""What is refused before anything is carried out, so that a mutation may be sent again too."""
GATEWAY_STATUSES: Final = frozenset({502, 503, 504})
ACCEPT: Final = "application/graphql-response+json, application/json;q=0.9"


@dataclass(frozen=True, slots=True)
class Retries:
    """How often one operation is tried: a query, and a mutation of which nothing was begun.

    Between two tries it waits as long as `Retry-After` says, else `first_wait_seconds` doubled
    each time. A wait longer than `longest_wait_seconds` is not begun: the error is raised.
    """

    attempts: int = 4
    first_wait_seconds: float = 0.25
    longest_wait_seconds: float = 30.0

    def wait_after(self, attempt: int, told: float | None) -> float | None:
        """Seconds to wait after that many tries; None when it is enough."""
        if attempt >= self.attempts:
            return None
        wait = self.first_wait_seconds * 2 ** (attempt - 1) if told is None else told
        return wait if wait <= self.longest_wait_seconds else None


@dataclass(frozen=True, slots=True)
class Cost:
    """What an operation cost in points, and what its bucket has left; docs/limits.md."""

    requested: int
    actual: int
    remaining: int
    limit: int
    reset_seconds: int


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation to send."""

    query: str
    name: str | None
    variables: Mapping[str, Any] = field(default_factory=dict)

    @property
    def is_mutation(self) -> bool:
        """Whether it changes anything."""
        return self.query.startswith("mutation")

    def body(self) -> dict[str, Any]:
        """The JSON of the request."""
        return {"query": self.query, "operationName": self.name, "variables": dict(self.variables)}


def operation(query: str, name: str | None, variables: Mapping[str, Any] | None) -> Operation:
    """What generated methods ask for; arguments that were left out are left out."""
    given = {key: _plain(value) for key, value in (variables or {}).items() if not _unset(value)}
    # As it is registered: a tenant may let nothing else pass.
    return Operation(dedent(query).strip() + "\n", name, given)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: data, or the error that is to be raised."""

    data: dict[str, Any]
    error: LiftosError | None = None
    cost: Cost | None = None
    was_sent: bool = True

    def may_repeat(self, asked: Operation) -> bool:
        """Whether asking again may help and can do no harm."""
        if self.error is None or self.error.code not in RETRIED:
            return False
        return not (asked.is_mutation and self.was_sent) or self.error.code in NOT_BEGUN


def answer_of(status: int, headers: Mapping[str, str], body: object) -> Answer:
    """What a response means; `body` is its JSON, or None where it is none."""
    after = _seconds(headers.get("retry-after"))
    told: dict[str, object] = {} if after is None else {"retryAfterSeconds": after}
    if "x-request-id" in headers:
        told["requestId"] = headers["x-request-id"]
    if not isinstance(body, dict) or not ("data" in body or "errors" in body):
        code = "TRANSIENT" if status in GATEWAY_STATUSES else "BROKEN_ANSWER"
        message = f"answered with {status} and no GraphQL"
        return Answer({}, error_of({"message": message, "extensions": {"code": code, **told}}))
    data, cost = body.get("data"), _cost(body.get("extensions"))
    errors = body.get("errors")
    if errors:
        return Answer({}, error_of(errors[0], data, {"errors": errors, **told}), cost)
    return Answer(data or {}, None, cost)


def _cost(extensions: object) -> Cost | None:
    told = extensions.get("cost") if isinstance(extensions, dict) else None
    if not isinstance(told, dict):
        return None
    names = ("requested", "actual", "remaining", "limit", "resetSeconds")
    return Cost(*(int(told[name]) for name in names))


def _seconds(text: str | None) -> float | None:
    return float(text) if text is not None and text.isdigit() else None


def _unset(value: object) -> bool:
    return type(value).__name__ == "UnsetType"


def _plain(value: Any) -> Any:
    if isinstance(value, BaseModel):
        return to_jsonable_python(value.model_dump(by_alias=True, exclude_unset=True))
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return to_jsonable_python(value)
