from __future__ import annotations

from typing import Any

import httpx2
import pytest

from sandbox.faults import Decision, Fault, FaultSettings, FaultSwitch

TOKEN = {"access_token": "sandbox-token-1001"}


async def codes(api: Any, calls: int) -> list[int]:
    answers = [await api.insights(limit="1") for _ in range(calls)]
    return [
        answer.json()["error"]["code"] if answer.status_code == 400 else answer.status_code
        for answer in answers
    ]


@pytest.mark.parametrize(
    ("fault", "status", "code", "subcode"),
    [
        ("account_limit", 400, 80000, 2446079),
        ("app_limit", 400, 4, 1504022),
        ("user_limit", 400, 17, 2446079),
        ("expired_token", 400, 190, 463),
        ("transient", 500, 2, 1504043),
        ("too_much_data", 500, 1, None),
    ],
)
async def test_the_next_request_fails_as_told_and_the_one_after_works(
    api: Any, fault: str, status: int, code: int, subcode: int | None
) -> None:
    await api.control("faults", next=[fault])
    answer = await api.insights(limit="1")
    error = answer.json()["error"]
    assert (answer.status_code, error["code"], error.get("error_subcode")) == (
        status,
        code,
        subcode,
    )
    assert (await api.insights(limit="1")).status_code == 200


async def test_server_errors_are_pages_of_html(api: Any) -> None:
    await api.control("faults", next=["server_error", "none", "outage"])
    answers = [await api.insights(limit="1") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [502, 200, 503]
    assert answers[0].headers["content-type"] == "text/html; charset=utf-8"
    assert "Sorry, something went wrong." in answers[0].text


async def test_an_outage_lasts_until_it_is_lifted_and_spares_the_controls(api: Any) -> None:
    await api.control("faults", outage=True)
    assert await codes(api, 3) == [503, 503, 503]
    assert (await api.http.get("/_sandbox/health")).json()["status"] == "ok"
    await api.control("faults", outage=False)
    assert await codes(api, 1) == [200]


async def test_a_truncated_body_is_half_of_it(api: Any) -> None:
    whole = await api.insights(limit="3")
    await api.control("faults", next=["truncated"])
    half = await api.insights(limit="3")
    assert half.status_code == 200
    assert half.content == whole.content[: len(whole.content) // 2]


async def test_chance_is_decided_by_the_seed(start: Any) -> None:
    seen = []
    for seed in (1, 1, 2):
        faults = FaultSettings(seed=seed, rate_limited=0.3, server_error=0.2)
        async with start(faults=faults) as api:
            seen.append(await codes(api, 40))
    assert seen[0] == seen[1] != seen[2]
    assert {4, 17, 200, 502, 80000} == set(seen[0])


def test_probabilities_are_kept() -> None:
    switch = FaultSwitch(FaultSettings(seed=3, reset=0.1, truncated=0.1))
    fates = [switch.decide().fault for _ in range(2_000)]
    assert 150 < fates.count(Fault.RESET) < 250
    assert 130 < fates.count(Fault.TRUNCATED) < 230


def test_latency_is_between_its_bounds() -> None:
    switch = FaultSwitch(FaultSettings(latency_min_ms=20, latency_max_ms=40))
    waits = [switch.decide().latency_seconds for _ in range(200)]
    assert 0.020 <= min(waits) < 0.022
    assert 0.038 < max(waits) < 0.040
    assert FaultSwitch(FaultSettings()).decide() == Decision(Fault.NONE, 0.0)


async def test_clear_ends_every_fault(api: Any) -> None:
    await api.control("faults", outage=True, next=["reset", "reset"])
    settings = await api.control("faults", clear=True)
    assert settings["outage"] is False
    assert await codes(api, 2) == [200, 200]


def test_a_reset_connection_has_no_answer(served: str) -> None:
    httpx2.post(f"{served}/_sandbox/faults", json={"next": ["reset"]}).raise_for_status()
    with pytest.raises(httpx2.TransportError):
        httpx2.get(f"{served}/v26.0/act_1001", params=TOKEN)
    assert httpx2.get(f"{served}/v26.0/act_1001", params=TOKEN).status_code == 200


def test_latency_truncation_and_outage_over_a_real_connection(served: str) -> None:
    change = {"next": ["truncated", "outage"], "latency_min_ms": 50, "latency_max_ms": 60}
    httpx2.post(f"{served}/_sandbox/faults", json=change).raise_for_status()
    truncated = httpx2.get(f"{served}/v26.0/act_1001", params=TOKEN)
    assert (truncated.status_code, truncated.text) == (200, '{"account_id":"100')
    assert truncated.elapsed.total_seconds() >= 0.05
    assert httpx2.get(f"{served}/v26.0/act_1001", params=TOKEN).status_code == 503


async def test_without_late_conversions_a_closed_day_is_final(api: Any) -> None:
    await api.control("faults", restatement_pace=0)
    before = await api.truth(until="2026-11-21")
    await api.control("clock", advance_days=100)
    after = await api.truth(until="2026-11-21")
    spent = [row for row in after["rows"] if row["impressions"]]
    assert [row for row in before["rows"] if row["impressions"]] == spent
