from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import orjson
import pytest

from connectors.google_ads.errors import TokenRefused, judge, judge_token
from connectors.http import HttpResponse
from core.errors import Bug, ConfigError, LiftosError, Terminal, Transient
from core.jsonvalue import JSONObject, JSONValue

SAMPLES = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "api_samples"


@dataclass(frozen=True, slots=True)
class Case:
    """A refusal and the error that it means."""

    status: int
    family: str
    code: str
    expected: type[LiftosError]
    field: str | None = None


def answer(status: int, content: JSONValue) -> HttpResponse:
    return HttpResponse(status, httpx2.Headers({}), orjson.dumps(content), content)


def failure(status: int, family: str, code: str, **details: Any) -> HttpResponse:
    error: JSONObject = {"errorCode": {family: code}, "message": "no", "details": details}
    content: JSONValue = [{"error": {"code": status, "details": [{"errors": [error]}]}}]
    return answer(status, content)


@pytest.mark.parametrize(
    "case",
    [
        Case(401, "authenticationError", "OAUTH_TOKEN_EXPIRED", TokenRefused, "refreshToken"),
        Case(401, "authenticationError", "CUSTOMER_NOT_FOUND", ConfigError, "accountId"),
        Case(403, "authorizationError", "USER_PERMISSION_DENIED", ConfigError, "accountId"),
        Case(403, "authorizationError", "CUSTOMER_NOT_ENABLED", ConfigError, "accountId"),
        Case(429, "quotaError", "RESOURCE_EXHAUSTED", Transient),
        Case(400, "quotaError", "RESOURCE_TEMPORARILY_EXHAUSTED", Transient),
        Case(500, "internalError", "INTERNAL_ERROR", Transient),
        Case(400, "internalError", "TRANSIENT_ERROR", Transient),
        Case(400, "queryError", "UNRECOGNIZED_FIELD", Bug),
        Case(
            400, "requestError", "UNSUPPORTED_VERSION", ConfigError, "LIFTOS_GOOGLE_ADS_API_VERSION"
        ),
        Case(400, "requestError", "INVALID_INPUT", Terminal),
    ],
    ids=lambda case: f"{case.status}-{case.code}",
)
def test_every_code_means_one_kind_of_error(case: Case) -> None:
    found = judge(failure(case.status, case.family, case.code))
    assert type(found) is case.expected
    assert found.field == case.field
    assert not isinstance(found, ConfigError) or found.mend


@pytest.mark.parametrize("content", [None, "x", [], [1], {"error": 3}, {"error": {"details": 7}}])
@pytest.mark.parametrize(
    ("status", "expected"),
    [(502, Transient), (429, Transient), (400, Terminal), (404, ConfigError)],
)
def test_a_refusal_that_says_nothing_is_judged_by_its_status(
    content: JSONValue, status: int, expected: type[LiftosError]
) -> None:
    assert type(judge(answer(status, content))) is expected


@pytest.mark.parametrize(
    ("told", "seconds"), [("30s", 30), ("2.5s", 2.5), ("0s", 0), ("soon", 60), (None, 60), (7, 60)]
)
def test_a_rate_limit_says_how_long_or_it_is_a_minute(told: object, seconds: float) -> None:
    details = {"retryDelay": told}
    found = judge(failure(429, "quotaError", "RESOURCE_EXHAUSTED", quotaErrorDetails=details))
    assert isinstance(found, Transient)
    assert found.retry_after_seconds == seconds


def test_the_constructed_sample_is_understood() -> None:
    path = SAMPLES / "google_ads" / "error_429_resource_exhausted_constructed_v26.json"
    if not path.is_file():
        pytest.skip(f"no API samples at {SAMPLES}")
    found = judge(answer(429, orjson.loads(path.read_bytes())))
    assert isinstance(found, Transient)
    assert found.retry_after_seconds == 30


@pytest.mark.parametrize(
    ("status", "error", "expected", "field"),
    [
        (400, "invalid_grant", ConfigError, "refreshToken"),
        (401, "invalid_client", ConfigError, "clientSecret"),
        (500, "internal_failure", Transient, None),
        (429, "rate_limit_exceeded", Transient, None),
    ],
)
def test_what_the_token_endpoint_refuses(
    status: int, error: str, expected: type[LiftosError], field: str | None
) -> None:
    found = judge_token(answer(status, {"error": error}))
    assert type(found) is expected
    assert found.field == field


def test_what_is_no_refusal_means_nothing() -> None:
    assert judge(answer(200, [])) is None
    assert judge_token(answer(200, {})) is None
