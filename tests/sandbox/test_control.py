from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from sandbox.discovery import platforms


async def test_health_tells_seed_and_moment(start: Any) -> None:
    async with start(seed=7) as api:
        assert (await api.http.get("/_sandbox/health")).json() == {
            "status": "ok",
            "seed": 7,
            "now": "2026-11-22T15:07:00+00:00",
            "platforms": sorted(platforms()),
        }


async def test_the_clock_can_be_set_moved_and_released(api: Any) -> None:
    set_to = await api.control("clock", now="2026-02-28T23:50:00+01:00")
    assert set_to == {
        "now": "2026-02-28T22:50:00+00:00",
        "observed_at": "2026-02-28T22:45:00+00:00",
        "frozen": True,
    }
    moved = await api.control("clock", advance_days=1, advance_hours=2)
    assert moved["now"] == "2026-03-02T00:50:00+00:00"
    released = await api.control("clock", reset=True)
    assert released["frozen"] is False
    found = datetime.fromisoformat(released["now"])
    assert abs((datetime.now(UTC) - found).total_seconds()) < 60


async def test_today_begins_in_the_zone_of_the_account(api: Any) -> None:
    await api.control("clock", now="2026-11-22T03:00:00+00:00")
    accounts = (await api.http.get("/_sandbox/accounts")).json()
    found = [account for account in accounts if account["platform"] in {"meta", "google_ads"}]
    assert {account["id"]: account["today"] for account in found} == {
        "act_1001": "2026-11-22",
        "act_1002": "2026-11-21",
        "act_1003": "2026-11-22",
        "act_1004": "2026-11-22",
        "act_1005": "2026-11-22",
        "act_1900": "2026-11-21",
        "1002002001": "2026-11-22",
        "1002002002": "2026-11-21",
        "1002002003": "2026-11-22",
        "1002002004": "2026-11-22",
        "1002002005": "2026-11-22",
    }
    for account, last in ((1001, "2026-11-22"), (1002, "2026-11-21")):
        rows = await api.rows(account, until="2026-11-30", level="account")
        assert rows[-1]["date_start"] == last


async def test_presets_count_from_the_accounts_own_today(api: Any) -> None:
    await api.control("clock", now="2026-11-22T03:00:00+00:00")
    for account, day in ((1001, "2026-11-21"), (1002, "2026-11-20")):
        answer = await api.get(
            f"act_{account}/insights",
            f"sandbox-token-{account}",
            date_preset="yesterday",
            time_increment="1",
        )
        [row] = answer.json()["data"]
        assert (row["date_start"], row["date_stop"]) == (day, day)


async def test_history_begins_37_months_ago(api: Any) -> None:
    rows = await api.rows(
        level="account", since="2023-10-22", until="2026-11-22", fields="spend", limit="5000"
    )
    assert rows[0]["date_start"] == "2023-10-22"
    assert len(rows) == 1_128


@pytest.mark.parametrize(
    ("what", "change"),
    [
        ("clock", {"tomorrow": True}),
        ("clock", {"now": "soon"}),
        ("faults", {"outage": "yes"}),
        ("faults", {"reset": "often"}),
        ("faults", {"next": ["meteor"]}),
        ("faults", {"gremlins": 1}),
        ("limits", {"calls_per_hour": "many"}),
    ],
)
async def test_what_makes_no_sense_is_refused_and_changes_nothing(
    api: Any, what: str, change: dict[str, object]
) -> None:
    before = (await api.http.get(f"/_sandbox/{what}")).json()
    answer = await api.http.post(f"/_sandbox/{what}", json=change)
    assert answer.status_code == 400
    assert (await api.http.get(f"/_sandbox/{what}")).json() == before


@pytest.mark.parametrize(
    "query",
    ["", "account=act_1", "account=act_1001&since=2026-11-01", "account=act_1001&level=planet"],
)
async def test_truth_needs_an_account_and_dates(api: Any, query: str) -> None:
    assert (await api.http.get(f"/_sandbox/truth?{query}")).status_code == 400


async def test_accounts_say_what_they_are(api: Any) -> None:
    answer = await api.get(
        "act_1005",
        "sandbox-token-1004",
        fields="name,currency,timezone_name,timezone_offset_hours_utc,account_status",
    )
    assert answer.json() == {
        "name": "Fabrikam Home Japan",
        "currency": "JPY",
        "timezone_name": "Asia/Tokyo",
        "timezone_offset_hours_utc": 9.0,
        "account_status": 1,
        "id": "act_1005",
    }


async def test_campaigns_say_what_they_are(api: Any) -> None:
    fields = "name,status,objective,daily_budget,start_time,stop_time"
    answer = await api.get("act_1001/campaigns", fields=fields, limit="1000")
    campaigns = answer.json()["data"]
    assert campaigns[0] == {
        "name": "prospecting_de_lal-1pct_000",
        "status": "ACTIVE",
        "objective": "OUTCOME_SALES",
        "daily_budget": "4508",
        "start_time": "2019-11-12T00:00:00+0100",
        "id": "120200100100000000",
    }
    flights = {row["name"]: row for row in campaigns if "stop_time" in row}
    assert flights["promo_de_black-friday-2026"]["status"] == "ACTIVE"
    assert flights["promo_de_spring-sale-2026"] == {
        "name": "promo_de_spring-sale-2026",
        "status": "PAUSED",
        "objective": "OUTCOME_SALES",
        "daily_budget": flights["promo_de_spring-sale-2026"]["daily_budget"],
        "start_time": "2026-03-10T00:00:00+0100",
        "stop_time": "2026-04-05T00:00:00+0200",
        "id": "120200100110200000",
    }
    assert "promo_de_christmas-2026" not in flights


async def test_the_load_account_has_200_campaigns(api: Any) -> None:
    answer = await api.get("act_1900/campaigns", "sandbox-token-1900", limit="1000")
    assert len(answer.json()["data"]) == 200
