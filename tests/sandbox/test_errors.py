from __future__ import annotations

import hmac
from hashlib import sha256
from typing import Any

import pytest

from sandbox.settings import Limits

RANGE = '{"since":"2026-11-01","until":"2026-11-02"}'
OLD = '{"since":"2023-10-21","until":"2026-11-02"}'
BACKWARDS = '{"since":"2026-11-02","until":"2026-11-01"}'


def shape(answer: Any) -> tuple[int, int, int | None]:
    error = answer.json()["error"]
    return answer.status_code, error["code"], error.get("error_subcode")


@pytest.mark.parametrize(
    ("path", "token", "expected"),
    [
        ("act_1001/insights", "sandbox-expired", (400, 190, 463)),
        ("act_1001/insights", "never-issued", (400, 190, None)),
        ("act_1001/insights", "", (400, 104, None)),
        ("act_1001/insights", "sandbox-no-permission", (403, 200, None)),
        ("act_1001/insights", "sandbox-token-1002", (403, 200, None)),
        ("act_1001", "sandbox-token-1002", (403, 200, None)),
        ("me/adaccounts", "sandbox-no-permission", (403, 10, None)),
        ("act_9999/insights", "sandbox-token-1001", (400, 100, 33)),
        ("120209999000000000", "sandbox-token-1001", (400, 100, 33)),
        ("123456789/insights", "sandbox-token-1001", (400, 100, 33)),
        ("act_1001/nothing", "sandbox-token-1001", (400, 2500, None)),
    ],
)
async def test_access_errors(api: Any, path: str, token: str, expected: Any) -> None:
    assert shape(await api.get(path, token)) == expected


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        ({"fields": "spend,nonsense"}, (400, 100, None)),
        ({"level": "planet"}, (400, 100, None)),
        ({"time_range": "{"}, (400, 100, None)),
        ({"time_range": '{"since":"yesterday"}'}, (400, 100, None)),
        ({"time_range": BACKWARDS}, (400, 100, None)),
        ({"time_range": OLD}, (400, 3018, None)),
        ({"time_range": RANGE, "time_increment": "weekly"}, (400, 100, None)),
        ({"date_preset": "last_fortnight"}, (400, 100, None)),
        ({"action_attribution_windows": '["90d_click"]'}, (400, 100, None)),
        ({"filtering": '[{"field":"ad.name","operator":"IN","value":[]}]'}, (400, 100, None)),
        ({"limit": "-1"}, (400, 100, None)),
    ],
)
async def test_parameter_errors(api: Any, params: dict[str, str], expected: Any) -> None:
    assert shape(await api.get("act_1001/insights", **params)) == expected


@pytest.mark.parametrize("body", ["{", "[]"])
async def test_a_body_that_is_no_object_is_refused(api: Any, body: str) -> None:
    answer = await api.http.post(
        "/v26.0/act_1001/insights",
        content=body,
        headers={"content-type": "application/json"},
    )
    assert shape(answer) == (400, 100, None)


async def test_an_error_has_every_part_of_the_real_ones(api: Any) -> None:
    answer = await api.get("act_1001/insights", "sandbox-expired")
    error = answer.json()["error"]
    assert set(error) == {
        "message",
        "type",
        "is_transient",
        "code",
        "error_subcode",
        "fbtrace_id",
    }
    assert error["type"] == "OAuthException"
    assert error["fbtrace_id"] == answer.headers["x-fb-trace-id"]
    assert "invalid_token" in answer.headers["www-authenticate"]


@pytest.mark.parametrize(
    ("max_rows", "expected"),
    [
        (20_000, None),
        (4_000, (500, 1, None)),
        (2_000, (500, 2, 1504038)),
        (100, (400, 100, 1504018)),
    ],
)
async def test_a_synchronous_report_that_is_too_large_is_refused(
    start: Any, max_rows: int, expected: Any
) -> None:
    async with start(limits=Limits(max_sync_rows=max_rows)) as api:
        answer = await api.insights(since="2026-01-01", until="2026-11-22")
        assert (None if answer.status_code == 200 else shape(answer)) == expected


@pytest.mark.parametrize(
    ("version", "status", "warns"),
    [
        ("v26.0", 200, False),
        ("v25.0", 200, False),
        ("v23.0", 200, True),
        ("v21.0", 2635, False),
        ("v27.0", 2500, False),
        ("v26.1", 2500, False),
    ],
)
async def test_versions(api: Any, version: str, status: int, *, warns: bool) -> None:
    answer = await api.http.get(
        f"/{version}/act_1001",
        params={"access_token": "sandbox-token-1001", "fields": "name"},
    )
    found = answer.json().get("error", {}).get("code", answer.status_code)
    assert found == status
    assert ("X-Ad-Api-Version-Warning" in answer.headers) is (warns or status == 2635)


async def test_the_token_may_come_as_a_bearer(api: Any) -> None:
    answer = await api.http.get(
        "/v26.0/act_1001",
        params={"fields": "name"},
        headers={"Authorization": "Bearer sandbox-token-1001"},
    )
    assert answer.json() == {"name": "Northwind Outfitters", "id": "act_1001"}


@pytest.mark.parametrize(
    ("proof", "required", "status"),
    [("right", False, 200), ("wrong", False, 400), (None, False, 200), (None, True, 400)],
)
async def test_the_app_secret_proof_is_checked(
    start: Any, proof: str | None, status: int, *, required: bool
) -> None:
    right = hmac.new(b"hush", b"sandbox-token-1001", sha256).hexdigest()
    params = {"appsecret_proof": right if proof == "right" else proof} if proof else {}
    async with start(app_secret="hush", proof_required=required) as api:
        answer = await api.get("act_1001", fields="name", **params)
        assert answer.status_code == status


async def test_errors_read_no_figures_and_touch_no_quota(api: Any) -> None:
    await api.get("act_1001/insights", "sandbox-token-1002")
    answer = await api.insights(limit="1")
    assert '"acc_id_util_pct":0.01' in answer.headers["X-Ad-Account-Usage"]
