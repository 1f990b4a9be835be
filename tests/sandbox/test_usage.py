from __future__ import annotations

import json
from typing import Any

import pytest

from sandbox.settings import Limits


def usage(answer: Any) -> tuple[str, int, int]:
    [case] = json.loads(answer.headers["X-Business-Use-Case-Usage"])["1001"]
    return case["type"], case["call_count"], case["estimated_time_to_regain_access"]


async def test_percentages_rise_until_calls_are_refused(start: Any) -> None:
    async with start(limits=Limits(calls_per_hour=4)) as api:
        answers = [await api.insights(limit="1") for _ in range(5)]
        assert [answer.status_code for answer in answers] == [200, 200, 200, 200, 400]
        assert [usage(answer) for answer in answers] == [
            ("ads_insights", 25, 0),
            ("ads_insights", 50, 0),
            ("ads_insights", 75, 0),
            ("ads_insights", 100, 60),
            ("ads_insights", 100, 60),
        ]
        error = answers[-1].json()["error"]
        assert (error["code"], error["error_subcode"]) == (80000, 2446079)
        assert "retry-after" not in answers[-1].headers


async def test_management_calls_have_a_quota_of_their_own(start: Any) -> None:
    async with start(limits=Limits(calls_per_hour=1)) as api:
        assert (await api.insights(limit="1")).status_code == 200
        assert (await api.get("act_1001/campaigns")).status_code == 200
        assert (await api.get("act_1001/campaigns")).json()["error"]["code"] == 80004


async def test_an_hour_later_the_quota_is_back(start: Any) -> None:
    async with start(limits=Limits(calls_per_hour=1)) as api:
        assert (await api.insights(limit="1")).status_code == 200
        assert (await api.insights(limit="1")).status_code == 400
        await api.control("clock", advance_hours=1)
        assert (await api.insights(limit="1")).status_code == 200


async def test_accounts_do_not_share_a_quota_but_the_app_does(start: Any) -> None:
    async with start(limits=Limits(calls_per_hour=1, app_calls_per_hour=2)) as api:
        assert (await api.insights(1001, limit="1")).status_code == 200
        assert (await api.insights(1002, limit="1")).status_code == 200
        error = (await api.insights(1005, limit="1")).json()["error"]
        assert (error["code"], error["error_subcode"]) == (4, 1504022)


async def test_limits_can_be_changed_and_usage_forgotten(api: Any) -> None:
    assert (await api.control("limits", calls_per_hour=1))["calls_per_hour"] == 1
    assert (await api.insights(limit="1")).status_code == 200
    assert (await api.insights(limit="1")).status_code == 400
    await api.control("limits", forget_usage=True)
    assert (await api.insights(limit="1")).status_code == 200


async def test_every_answer_carries_the_headers_of_the_real_one(api: Any) -> None:
    headers = (await api.insights(limit="1")).headers
    assert headers["facebook-api-version"] == "v26.0"
    assert set(json.loads(headers["X-App-Usage"])) == {"call_count", "total_time", "total_cputime"}
    assert set(json.loads(headers["x-fb-ads-insights-throttle"])) == {
        "app_id_util_pct",
        "acc_id_util_pct",
        "ads_api_access_tier",
    }
    assert set(json.loads(headers["X-Ad-Account-Usage"])) == {
        "acc_id_util_pct",
        "reset_time_duration",
        "ads_api_access_tier",
    }
    assert len(headers["x-fb-trace-id"]) == 12


@pytest.mark.parametrize("path", ["act_1001/insights", "act_1001"])
async def test_who_may_not_read_an_account_learns_nothing_of_its_usage(api: Any, path: str) -> None:
    answer = await api.get(path, "sandbox-token-1002")
    assert "X-Business-Use-Case-Usage" not in answer.headers
