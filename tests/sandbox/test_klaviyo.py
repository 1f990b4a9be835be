from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

HEADERS = {"authorization": "Klaviyo-API-Key pk_sandbox_1001", "revision": "2026-10-15"}


async def metric(api: Any) -> str:
    found = (await api.http.get("/api/metrics/", headers=HEADERS)).json()["data"]
    return str(next(each["id"] for each in found if each["attributes"]["name"] == "Placed Order"))


async def values(api: Any, since: str, until: str, **changes: Any) -> Any:
    attributes = {
        "statistics": ["clicks", "conversion_uniques", "conversion_value", "text_message_spend"],
        "timeframe": {"start": f"{since}T00:00:00+00:00", "end": f"{until}T00:00:00+00:00"},
        "conversion_metric_id": await metric(api),
    }
    body = {"data": {"type": "campaign-values-report", "attributes": attributes | changes}}
    return await api.http.post("/api/campaign-values-reports/", json=body, headers=HEADERS)


async def test_a_timeframe_includes_both_of_its_days(api: Any) -> None:
    await api.control("limits", klaviyo_quota=100)

    async def messages(since: str, until: str) -> set[str]:
        found = (await values(api, since, until)).json()["data"]["attributes"]["results"]
        return {each["groupings"]["campaign_message_id"] for each in found}

    both = await messages("2026-10-20", "2026-10-27")
    first, rest = (
        await messages("2026-10-20", "2026-10-23"),
        await messages("2026-10-24", "2026-10-27"),
    )
    assert both == first | rest
    assert not first & rest


async def test_both_views_add_up_the_same_orders(api: Any) -> None:
    """Over all of its history every credited order has both a sending and a day of its own."""
    query = "platform=klaviyo&account=SB1001&since=2025-01-06&until=2026-11-22"
    truth = (await api.http.get(f"/_sandbox/truth?{query}")).json()
    by_event = sum(Decimal(day["attributed_revenue"]) for day in truth["orders"])
    assert by_event == Decimal(truth["totals"]["conversion_value"]) > 0
    query = query.replace("2025-01-06", "2026-11-16")
    truth = (await api.http.get(f"/_sandbox/truth?{query}")).json()
    by_event = sum(Decimal(day["attributed_revenue"]) for day in truth["orders"])
    assert by_event != Decimal(truth["totals"]["conversion_value"])


async def test_orders_arrive_over_five_days_and_then_no_more(api: Any) -> None:
    query = "/_sandbox/truth?platform=klaviyo&account=SB1001&since=2026-11-18&until=2026-11-21"
    seen = []
    for days in (0, 2, 4, 10):
        moment = datetime(2026, 11, 22 + days if days < 9 else 30, 12, tzinfo=UTC)
        await api.control("clock", now=moment.isoformat())
        seen.append((await api.http.get(query)).json()["totals"]["conversions"])
    assert seen == sorted(seen)
    assert seen[0] < seen[2]


async def test_a_spent_quota_is_429_with_only_retry_after(api: Any) -> None:
    answers = [await values(api, "2026-10-20", "2026-10-20") for _ in range(2)]
    assert answers[0].headers["ratelimit-limit"] == "1, 1;w=1, 2;w=60, 225;w=86400"
    assert answers[0].headers["ratelimit-remaining-daily"] == "224"
    assert answers[1].status_code == 429
    assert answers[1].headers["retry-after"] == "1"
    assert "ratelimit-limit" not in answers[1].headers
    await api.control("faults", next=["daily_limit"])
    refused = await api.http.get("/api/accounts/", headers=HEADERS)
    assert (refused.status_code, refused.headers["retry-after"]) == (429, "73473")


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"statistics": ["likes"]}, "/data/attributes/statistics"),
        ({"conversion_metric_id": None}, "/data/attributes/conversion_metric_id"),
        (
            {"timeframe": {"start": "2025-01-01T00:00:00", "end": "2026-06-01T00:00:00"}},
            "/data/attributes/timeframe",
        ),
    ],
)
async def test_what_is_not_accepted_is_named(
    api: Any, changes: dict[str, Any], pointer: str
) -> None:
    answer = await values(api, "2026-10-20", "2026-10-20", **changes)
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["source"] == {"pointer": pointer}


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"authorization": "Bearer pk_sandbox_1001"}, 401),
        ({"authorization": "Klaviyo-API-Key pk_sandbox_expired"}, 401),
        ({"authorization": "Klaviyo-API-Key pk_sandbox_no_permission"}, 403),
        ({"revision": ""}, 400),
        ({"revision": "2024-02-15"}, 410),
        ({"revision": "2026-09-01"}, 200),
        ({"revision": "2026-09-01", "x-klaviyo-revision-fall-forward-opt-out": "1"}, 400),
    ],
)
async def test_keys_and_revisions(api: Any, headers: dict[str, str], status: int) -> None:
    answer = await api.http.get("/api/accounts/", headers=HEADERS | headers)
    assert answer.status_code == status
    if status == 200:
        assert answer.headers["klaviyo-revision"] == "2026-10-15"


async def test_campaigns_are_listed_by_channel_page_by_page(api: Any) -> None:
    assert (await api.http.get("/api/campaigns/", headers=HEADERS)).status_code == 400
    query = "filter=equals(messages.channel,'sms')"
    answer = (await api.http.get(f"/api/campaigns/?{query}", headers=HEADERS)).json()
    whole = [each["id"] for each in answer["data"]]
    await api.control("limits", max_page=20, klaviyo_quota=100)
    link, found = f"/api/campaigns/?{query}", []
    while link:
        answer = (await api.http.get(link, headers=HEADERS)).json()
        found += [each["id"] for each in answer["data"]]
        link = answer["links"]["next"]
    assert found[:20] == whole[:20]
    assert len(found) == len(set(found)) >= len(whole) > 20


async def reported(api: Any, **faults: Any) -> tuple[int, int]:
    """How many sendings of four days there are, and what they led to, a day later."""
    await api.control("clock", now="2026-11-22T12:00:00+00:00")
    await api.control("faults", clear=True)
    await api.control("faults", **faults)
    query = "/_sandbox/truth?platform=klaviyo&account=SB1001&since=2026-11-18&until=2026-11-21"
    truth = (await api.http.get(f"{query}&level=ad")).json()
    return len(truth["rows"]), truth["totals"]["conversions"]


async def test_the_pace_of_reports_can_be_set(api: Any) -> None:
    slow, usual, fast, final = [
        (await reported(api, restatement_pace=pace, vanishing=False))[1] for pace in (0.2, 1, 3, 0)
    ]
    assert slow < usual < fast < final
    await api.control("clock", now="2026-12-10T12:00:00+00:00")
    query = "/_sandbox/truth?platform=klaviyo&account=SB1001&since=2026-11-18&until=2026-11-21"
    assert (await api.http.get(query)).json()["totals"]["conversions"] == final


async def test_sendings_without_orders_may_vanish(api: Any) -> None:
    async def rows(now: str, *, vanishing: bool) -> set[tuple[str, str]]:
        await api.control("clock", now=now)
        await api.control("faults", vanishing=vanishing)
        query = "/_sandbox/truth?platform=klaviyo&account=SB1001&since=2026-10-01&until=2026-10-31"
        truth = (await api.http.get(f"{query}&level=ad")).json()
        return {(row["date"], row["id"]) for row in truth["rows"] if row["conversions"] == 0}

    stay = await rows("2026-11-10T12:00:00+00:00", vanishing=False)
    left = await rows("2026-11-10T12:00:00+00:00", vanishing=True)
    assert left < stay
