"""What the typed client asks again, how long it waits, and what it never sends twice."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx2
import pytest

from client.liftos_client import Liftos, Retries, errors
from client.liftos_client.generated.input_types import StartIngestionInput

VIEWER = {
    "viewer": {
        "actor": "ada",
        "roles": ["ADMIN"],
        "permissions": [],
        "rateLimit": None,
        "tenant": {
            "id": "t",
            "slug": "acme",
            "name": "Acme",
            "countries": ["DE"],
            "reportingCurrency": "EUR",
            "fiscalStartMonth": 1,
        },
    }
}


def refusal(code: str, **more: Any) -> dict[str, Any]:
    return {"errors": [{"message": "no", "extensions": {"code": code, **more}}]}


class Told:
    """A client whose API says these things one after the other, and what was waited."""

    def __init__(self, *answers: httpx2.Response | type[httpx2.TransportError]) -> None:
        self.answers = list(answers)
        self.sent: list[httpx2.Request] = []
        self.waits: list[float] = []

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        self.sent.append(request)
        answer = self.answers.pop(0)
        if isinstance(answer, httpx2.Response):
            return answer
        raise answer("gone", request=request)

    def client(self, **changes: Any) -> Liftos:
        http = httpx2.Client(transport=httpx2.MockTransport(self))
        return Liftos("http://api", token="t", http=http, sleep=self.waits.append, **changes)


def ok() -> httpx2.Response:
    return httpx2.Response(200, json={"data": VIEWER})


def limited() -> httpx2.Response:
    body = refusal("RATE_LIMITED", retryAfterSeconds=7)
    return httpx2.Response(429, json=body, headers={"Retry-After": "7"})


def test_a_query_is_asked_again_when_it_was_told_to() -> None:
    told = Told(limited(), httpx2.Response(503, json=refusal("TRANSIENT")), ok())
    with told.client() as client:
        assert client.viewer().viewer.tenant.slug == "acme"
    assert 7 <= told.waits[0] <= 8.75
    assert 0.5 <= told.waits[1] <= 0.625
    assert told.sent[0].headers["authorization"] == "Bearer t"


@pytest.mark.parametrize("failure", [httpx2.ReadTimeout, httpx2.ConnectError])
def test_a_query_is_asked_again_when_nobody_answered(
    failure: type[httpx2.TransportError],
) -> None:
    told = Told(failure, httpx2.Response(502, text="<html>"), ok())
    with told.client() as client:
        client.viewer()
    assert len(told.sent) == 3


def test_a_mutation_that_may_have_arrived_is_not_sent_twice() -> None:
    unsure: list[Callable[[], Any]] = [
        lambda: httpx2.ReadTimeout,
        lambda: httpx2.Response(502, text="<html>"),
        lambda: httpx2.Response(503, json=refusal("TRANSIENT")),
    ]
    for answer in unsure:
        told = Told(answer(), ok())
        with told.client() as client, pytest.raises(errors.Unavailable):
            client.start_ingestion(StartIngestionInput(connection_id="c"))
        assert len(told.sent) == 1


def test_a_mutation_of_which_nothing_was_begun_is_sent_again() -> None:
    started = {"started": {"__typename": "NotFoundError", "code": "NOT_FOUND", "message": "no"}}
    started["started"] |= {"field": None, "mend": None}  # type: ignore[dict-item]  # null in JSON
    done = httpx2.Response(200, json={"data": started})
    told = Told(limited(), httpx2.ConnectError, done)
    with told.client() as client:
        client.start_ingestion(StartIngestionInput(connection_id="c"))
    assert len(told.sent) == 3


def test_a_wait_that_takes_too_long_is_not_begun() -> None:
    told = Told(limited(), ok())
    patience = Retries(longest_wait_seconds=5)
    with told.client(retries=patience) as client, pytest.raises(errors.RateLimited) as refused:
        client.viewer()
    assert (refused.value.retry_after_seconds, told.waits) == (7, [])


def test_tries_end() -> None:
    told = Told(*(httpx2.Response(503, json=refusal("TRANSIENT")) for _ in range(4)))
    with told.client() as client, pytest.raises(errors.Unavailable):
        client.viewer()
    assert (len(told.sent), len(told.waits)) == (4, 3)


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("BAD_USER_INPUT", errors.BadInput),
        ("FORBIDDEN", errors.Forbidden),
        ("COST_TOO_HIGH", errors.TooMuch),
        ("TIME_LIMIT_EXCEEDED", errors.TooMuch),
        ("OF_TOMORROW", errors.LiftosError),
    ],
)
def test_what_would_not_help_is_not_tried(code: str, kind: type[errors.LiftosError]) -> None:
    told = Told(httpx2.Response(400, json=refusal(code, field="a.b", mend="do so")))
    with told.client() as client, pytest.raises(kind, match="no: do so") as refused:
        client.viewer()
    assert (refused.value.code, refused.value.field, len(told.sent)) == (code, "a.b", 1)


def test_something_else_that_answers_is_told_apart() -> None:
    told = Told(httpx2.Response(200, text="<html>"))
    with told.client() as client, pytest.raises(errors.BrokenAnswer, match="200 and no GraphQL"):
        client.viewer()


def test_what_is_beside_an_error_is_kept() -> None:
    body = refusal("FORBIDDEN") | {"data": {"viewer": None}}
    told = Told(httpx2.Response(200, json=body))
    with told.client() as client, pytest.raises(errors.Forbidden) as refused:
        client.execute("{ viewer { actor } }")
    assert refused.value.data == {"viewer": None}
