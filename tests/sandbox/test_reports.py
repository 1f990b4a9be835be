from __future__ import annotations

from typing import Any

import pytest

from sandbox.faults import FaultSettings
from sandbox.settings import Limits

PARAMS = {
    "access_token": "sandbox-token-1001",
    "level": "campaign",
    "time_increment": "1",
    "time_range": '{"since":"2026-01-01","until":"2026-11-22"}',
    "fields": "campaign_id,spend,actions",
}


async def submit(api: Any, **params: str) -> str:
    answer = await api.http.post("/v26.0/act_1001/insights", data=PARAMS | params)
    assert answer.status_code == 200, answer.text
    assert set(answer.json()) == {"report_run_id"}
    return str(answer.json()["report_run_id"])


async def polled(api: Any, run_id: str, times: int) -> list[Any]:
    return [(await api.get(run_id)).json() for _ in range(times)]


async def test_a_report_passes_through_every_stage(start: Any) -> None:
    async with start(limits=Limits(report_polls=5)) as api:
        seen = await polled(api, await submit(api), 6)
    assert [(each["async_status"], each["async_percent_completion"]) for each in seen] == [
        ("Job Not Started", 0),
        ("Job Started", 0),
        ("Job Running", 60),
        ("Job Running", 100),
        ("Job Completed", 100),
        ("Job Completed", 100),
    ]
    assert seen[-1]["account_id"] == "1001"
    assert (seen[-1]["date_start"], seen[-1]["date_stop"]) == ("2026-01-01", "2026-11-22")


async def test_time_completes_a_report_too(api: Any) -> None:
    run_id = await submit(api)
    await api.control("clock", advance_hours=1)
    [status] = await polled(api, run_id, 1)
    assert status["async_status"] == "Job Completed"


async def test_a_reports_rows_are_those_of_a_synchronous_call(api: Any) -> None:
    run_id = await submit(api)
    await polled(api, run_id, 3)
    answer = (await api.get(f"{run_id}/insights", limit="500")).json()
    rows = answer["data"]
    while following := answer["paging"].get("next"):
        answer = (await api.http.get(following)).json()
        rows += answer["data"]
    direct = await api.rows(since="2026-01-01", fields="campaign_id,spend,actions")
    assert len(rows) > 1_000
    assert rows == direct


async def test_a_report_may_be_larger_than_a_synchronous_call(start: Any) -> None:
    async with start(limits=Limits(max_sync_rows=10)) as api:
        run_id = await submit(api)
        await polled(api, run_id, 3)
        assert len((await api.get(f"{run_id}/insights")).json()["data"]) == 25


async def test_rows_before_completion_are_refused(api: Any) -> None:
    run_id = await submit(api)
    await api.get(run_id)
    error = (await api.get(f"{run_id}/insights")).json()["error"]
    assert (error["code"], error["error_subcode"], error["is_transient"]) == (2601, 1815107, True)


@pytest.mark.parametrize(("earlier", "ending"), [(0, "Job Failed"), (1, "Job Skipped")])
async def test_reports_can_fail_and_be_submitted_again(
    start: Any, earlier: int, ending: str
) -> None:
    async with start(faults=FaultSettings(report_failure=1.0)) as api:
        for _ in range(earlier):
            await submit(api)
        failed = await submit(api)
        status = (await polled(api, failed, 3))[-1]
        assert status["async_status"] == ending
        assert ("error_code" in status) is (ending == "Job Failed")
        assert (await api.get(f"{failed}/insights")).json()["error"]["code"] == 2601
        await api.control("faults", report_failure=0.0)
        again = await submit(api)
        assert again != failed
        assert (await polled(api, again, 3))[-1]["async_status"] == "Job Completed"


async def test_a_report_belongs_to_its_account(api: Any) -> None:
    run_id = await submit(api)
    answer = await api.get(run_id, "sandbox-token-1002")
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, 200)


async def test_a_wrong_report_is_refused_when_it_is_submitted(api: Any) -> None:
    answer = await api.http.post("/v26.0/act_1001/insights", data=PARAMS | {"fields": "nonsense"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, 100)


async def test_a_post_that_says_get_is_answered_at_once(api: Any) -> None:
    answer = await api.http.post("/v26.0/act_1001/insights", data=PARAMS | {"method": "GET"})
    assert len(answer.json()["data"]) == 25
