from __future__ import annotations

from typing import Any

import pytest


@pytest.mark.parametrize("limit", ["1", "7", "25", "1000"])
async def test_pages_walk_everything_once_and_in_order(api: Any, limit: str) -> None:
    until = "2026-11-03" if limit == "1" else "2026-11-22"
    rows = await api.rows(limit=limit, until=until)
    keys = [(row["date_start"], row["campaign_id"]) for row in rows]
    truth = await api.truth(until=until)
    assert keys == [(row["date"], row["id"]) for row in truth["rows"]]
    assert keys == sorted(set(keys))


async def test_a_page_has_25_rows_unless_asked_otherwise(api: Any) -> None:
    answer = await api.get("act_1001/insights", level="ad", time_increment="1")
    assert len(answer.json()["data"]) == 25


async def test_cursors_are_stable_and_walk_back(api: Any) -> None:
    first = (await api.insights(limit="10")).json()
    assert (
        first["paging"]["cursors"] == (await api.insights(limit="10")).json()["paging"]["cursors"]
    )
    assert "previous" not in first["paging"]
    second = (await api.http.get(first["paging"]["next"])).json()
    back = (await api.http.get(second["paging"]["previous"])).json()
    assert back["data"] == first["data"]
    by_cursor = await api.insights(limit="10", after=first["paging"]["cursors"]["after"])
    assert by_cursor.json()["data"] == second["data"]


async def test_the_last_page_has_no_next(api: Any) -> None:
    last = (await api.insights(limit="5000")).json()
    assert set(last["paging"]) == {"cursors"}


async def test_a_walk_sees_one_state_while_time_passes(api: Any) -> None:
    first = (await api.insights(limit="50")).json()
    before = await api.rows()
    await api.control("clock", advance_days=3)
    second = (await api.http.get(first["paging"]["next"])).json()
    assert first["data"] + second["data"] == before[: len(first["data"] + second["data"])]
    assert await api.rows() != before


async def test_next_carries_the_access_token_as_the_real_one_does(api: Any) -> None:
    url = (await api.insights(limit="1")).json()["paging"]["next"]
    assert url.startswith("http://sandbox/v26.0/act_1001/insights?access_token=sandbox-token-1001&")


async def test_a_cursor_that_was_never_given_is_refused(api: Any) -> None:
    answer = await api.insights(after="nonsense")
    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == 100


async def test_campaigns_and_accounts_are_paged_too(api: Any) -> None:
    found, answer = [], (await api.get("act_1001/campaigns", limit="4", fields="name")).json()
    while True:
        found += [row["id"] for row in answer["data"]]
        if "next" not in answer["paging"]:
            break
        answer = (await api.http.get(answer["paging"]["next"])).json()
    assert found == sorted(set(found))
    assert len(found) == 8 + 5 * 4 + 3
    accounts = await api.get("me/adaccounts", "sandbox-system-user", limit="4")
    assert [row["id"] for row in accounts.json()["data"]] == [
        "act_1001",
        "act_1002",
        "act_1003",
        "act_1004",
    ]
