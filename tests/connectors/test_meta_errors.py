from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import httpx2
import orjson
import pytest

from connectors.http import HttpResponse
from connectors.meta.errors import InvalidParameter, TooMuchData, UnknownObject, judge
from connectors.meta.limits import pause_seconds, usage
from core.errors import BadInput, ConfigError, LiftosError, Terminal, Transient
from core.jsonvalue import JSONObject

SAMPLES = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "api_samples" / "meta"


@dataclass(frozen=True, slots=True)
class Case:
    """A refusal and the error that it means."""

    code: int
    expected: type[LiftosError]
    subcode: int | None = None
    status: int = 400
    message: str = "no"
    is_transient: bool = False


def answer(
    status: int, content: JSONObject | None, headers: Mapping[str, str] | None = None
) -> HttpResponse:
    body = b"<html>" if content is None else orjson.dumps(content)
    return HttpResponse(status, httpx2.Headers(headers or {}), body, content)


def refusal(case: Case, headers: Mapping[str, str] | None = None) -> LiftosError:
    error: JSONObject = {
        "message": case.message,
        "code": case.code,
        "error_subcode": case.subcode,
        "is_transient": case.is_transient,
    }
    found = judge(answer(case.status, {"error": error}, headers))
    assert found is not None
    return found


@pytest.mark.parametrize(
    "case",
    [
        *(Case(code, Transient) for code in (4, 17, 32, 341, 613, 80000, 80004, 80014)),
        Case(2, Transient, 1504043, 500),
        Case(2, Transient, status=400),
        Case(1, Transient, status=500),
        Case(2601, Transient, 1815107),
        Case(9999, Transient, status=503),
        Case(9999, Transient, is_transient=True),
        Case(1, TooMuchData, status=500, message="Please reduce the amount of data you're"),
        Case(100, TooMuchData, 1504018),
        Case(2, TooMuchData, 1504038, 500, is_transient=True),
        Case(190, ConfigError, 463),
        Case(102, ConfigError),
        Case(104, ConfigError),
        Case(200, ConfigError, status=403),
        Case(10, ConfigError, status=403),
        Case(100, UnknownObject, 33),
        Case(100, InvalidParameter),
        Case(2635, ConfigError),
        Case(3018, BadInput),
        Case(368, Terminal),
    ],
    ids=lambda case: f"{case.code}-{case.subcode}-{case.status}",
)
def test_every_code_means_one_kind_of_error(case: Case) -> None:
    found = refusal(case)
    assert isinstance(found, case.expected)
    assert isinstance(found, Transient) == (case.expected is Transient)
    if case.expected in {ConfigError, UnknownObject, BadInput}:
        assert found.field
        assert found.mend


@pytest.mark.parametrize(
    ("status", "expected"), [(502, Transient), (429, Transient), (404, Terminal), (302, None)]
)
def test_an_answer_that_is_no_error_object_is_judged_by_its_status(
    status: int, expected: type[LiftosError] | None
) -> None:
    found = judge(answer(status, None))
    assert found is None if expected is None else isinstance(found, expected)


def test_a_rate_limit_says_how_long_from_the_headers_or_a_minute() -> None:
    headers = {"x-business-use-case-usage": '{"1":[{"estimated_time_to_regain_access":7}]}'}
    told, untold = refusal(Case(80000, Transient), headers), refusal(Case(17, Transient))
    assert isinstance(told, Transient)
    assert isinstance(untold, Transient)
    assert (told.retry_after_seconds, untold.retry_after_seconds) == (420, 60)


@pytest.mark.parametrize(
    ("percent", "pause"), [(0, 0), (85, 0), (88, 12), (91, 24), (100, 60), (140, 60)]
)
def test_the_pause_grows_from_85_percent_on(percent: int, pause: float) -> None:
    headers = {"x-app-usage": f'{{"call_count":{percent},"total_time":1,"total_cputime":2}}'}
    assert pause_seconds(headers) == pytest.approx(pause)


def test_the_fullest_quota_counts() -> None:
    headers = {
        "x-app-usage": '{"call_count":5}',
        "x-fb-ads-insights-throttle": '{"app_id_util_pct":0.4,"acc_id_util_pct":91}',
        "x-business-use-case-usage": '{"1":[{"total_time":3},{"total_cputime":86}]}',
    }
    assert usage(headers).percent == 91
    assert usage(headers).regain_seconds == 0


def test_a_spent_account_is_left_alone_until_its_reset() -> None:
    spent = {"x-ad-account-usage": '{"acc_id_util_pct":100.0,"reset_time_duration":480}'}
    unspent = {"x-ad-account-usage": '{"acc_id_util_pct":9.67,"reset_time_duration":100}'}
    assert (pause_seconds(spent), pause_seconds(unspent)) == (480, 0)


@pytest.mark.parametrize("text", ["", "null", "not json", "[]", '{"call_count": "many"}', "3"])
def test_unreadable_headers_say_nothing(text: str) -> None:
    assert pause_seconds({"x-app-usage": text}) == 0


def test_the_constructed_samples_are_understood() -> None:
    if not SAMPLES.is_dir():
        pytest.skip(f"no API samples at {SAMPLES}")
    refusals = orjson.loads((SAMPLES / "errors_constructed.json").read_bytes())
    headers = orjson.loads((SAMPLES / "rate_limit_headers_constructed.json").read_bytes())
    kinds = [type(judge(answer(each["status"], each["body"]))) for each in refusals]
    assert kinds == [Transient, Transient, TooMuchData, ConfigError]
    assert usage(headers).percent == 96
    assert pause_seconds(headers) == 720
