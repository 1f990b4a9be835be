"""The predecessor's calendar and insights: its names and envelope, our numbers."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import httpx2
import pytest

from app.http.legacy_insights import insights_of
from core.scope import Role
from tests.client.conftest import Shop
from tests.tenancy.door import bearer

BODY = {"data_sources": [], "date_range_start": "2026-09-01", "date_range_end": "2026-09-30"}


async def asked(shop: Shop, body: Any = None, role: Role = Role.ANALYST) -> httpx2.Response:
    return await shop.door.http.post(
        "/marketing/insights", json=body or BODY, headers=bearer(shop.token(role))
    )


async def test_insights_are_sums_of_entries(shop: Shop) -> None:
    answer = await asked(shop)
    assert answer.status_code == 200
    told = answer.json()
    assert list(told) == ["success", "message", "data", "errors", "metadata"]
    assert (told["success"], told["message"]) == (True, "Marketing insights generated successfully")
    assert told["metadata"]["org_id"] == str(shop.tenant.record.id)
    assert told["metadata"]["currency"] == "EUR"
    async with shop.stores.database.read(shop.tenant.scope) as connection:
        sums = await connection.fetchrow(
            "SELECT sum(spend)::float8 AS spend, sum(clicks)::float8 AS clicks, "
            "sum(impressions)::float8 AS impressions, sum(conversion_value)::float8 AS revenue, "
            "count(DISTINCT campaign) AS campaigns FROM marketing_entry WHERE is_present"
        )
    assert sums is not None
    data = told["data"]
    assert data["total_spend"] == pytest.approx(sums["spend"])
    assert data["total_clicks"] == sums["clicks"]
    assert data["total_revenue"] == pytest.approx(sums["revenue"])
    assert data["average_cpc"] == pytest.approx(sums["spend"] / sums["clicks"])
    assert data["average_ctr"] == pytest.approx(100 * sums["clicks"] / sums["impressions"])
    assert data["roas"] == pytest.approx(sums["revenue"] / sums["spend"])
    assert list(data["data_sources_summary"]) == ["meta_business"]
    assert len(data["performance_trends"]) == 30
    assert len(data["top_campaigns"]) == min(10, sums["campaigns"])
    spends = [each["spend"] for each in data["top_campaigns"]]
    assert spends == sorted(spends, reverse=True)
    parts = data["calendar_insights"]
    both = parts["weekend"]["spend"] + parts["weekday"]["spend"]
    assert both == pytest.approx(sums["spend"])


async def test_a_get_says_the_same_as_a_post(shop: Shop) -> None:
    parameters = {**BODY, "data_sources": "meta_business"}
    answer = await shop.door.http.get(
        "/marketing/insights", params=parameters, headers=bearer(shop.token())
    )
    assert answer.status_code == 200
    assert answer.json()["data"] == (await asked(shop)).json()["data"]


async def test_the_calendar_has_every_day_of_the_year(shop: Shop) -> None:
    answer = await shop.door.http.get("/marketing/calendar/2026", headers=bearer(shop.token()))
    assert answer.status_code == 200
    data = answer.json()["data"]
    assert (data["year"], data["total_days"]) == (2026, 365)
    first = data["calendar_dimensions"][0]
    assert first["date"] == "2026-01-01"
    assert (first["day_of_week"], first["is_holiday"], first["season"]) == (3, True, "winter")
    assert first["holiday_name"]
    assert len(first) == 14


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({**BODY, "data_sources": ["myspace"]}, "data_sources"),
        ({**BODY, "filters": {"a": 1}}, "filters"),
        ({**BODY, "date_range_start": "soon"}, "date_range_start"),
        ({**BODY, "surprise": 1}, "surprise"),
        ({**BODY, "date_range_start": "2020-01-01"}, "dates"),
    ],
)
async def test_what_is_not_answered_is_refused_in_the_envelope(
    shop: Shop, body: Any, field: str
) -> None:
    answer = await asked(shop, body)
    told = answer.json()
    assert (answer.status_code, told["success"], told["data"]) == (400, False, None)
    assert told["errors"][0]["field"] == field
    assert told["errors"][0]["mend"]


async def test_insights_say_what_the_summary_of_the_schema_says(shop: Shop) -> None:
    dates = {"since": BODY["date_range_start"], "until": BODY["date_range_end"]}
    query = """query($dates: DateRangeInput!) { marketingSummary(dates: $dates) {
      asOf totalSpend { value } averageCtr { value } roas { value } } }"""
    told = (await asked(shop)).json()
    answer = await shop.door.http.post(
        "/graphql",
        json={"query": query, "variables": {"dates": dates}},
        headers=bearer(shop.token()),
    )
    same = answer.json()["data"]["marketingSummary"]
    data = told["data"]
    assert data["total_spend"] == float(same["totalSpend"]["value"])
    assert data["average_ctr"] == float(100 * Decimal(same["averageCtr"]["value"]))
    assert data["roas"] == float(same["roas"]["value"])


async def test_permissions_and_credentials_are_those_of_the_operation(shop: Shop) -> None:
    assert (await asked(shop, role=Role.VIEWER)).status_code == 200
    nobody = await shop.door.http.post("/marketing/insights", json=BODY)
    assert (nobody.status_code, nobody.json()["errors"][0]["code"]) == (401, "UNAUTHENTICATED")
    nobody = await shop.door.http.get("/marketing/calendar/2026")
    assert (nobody.status_code, nobody.json()["errors"][0]["code"]) == (401, "UNAUTHENTICATED")
    year = await shop.door.http.get("/marketing/calendar/now", headers=bearer(shop.token()))
    assert (year.status_code, year.json()["errors"][0]["field"]) == (400, "year")


def figures(**told: str | None) -> dict[str, Any]:
    return {"values": [{"metric": name, "value": value} for name, value in told.items()]}


def test_what_is_unknown_is_null_and_shares_are_percentages() -> None:
    mailing = figures(
        SPEND=None, IMPRESSIONS="10", CLICKS="0", CONVERSIONS="1.5", CONVERSION_VALUE="30.00",
        CPC=None, CPM=None, CTR="0.0333333333", CVR=None, ROAS=None,
    )  # fmt: skip
    nothing = figures(SPEND=None, IMPRESSIONS=None)
    found = insights_of(
        {
            "total": mailing,
            "dataSourcesSummary": [{"source": "KLAVIYO", **mailing}],
            "topCampaigns": [],
            "performanceTrends": [{"dates": {"since": "2026-09-05"}, **mailing}],
            "calendarInsights": [
                {"part": "WEEKDAY", **nothing},
                {"part": "WEEKEND", **mailing},
                {"part": "HOLIDAY", **nothing},
                {"part": "RETAIL_EVENT", **nothing},
            ],
        }
    )
    assert (found["total_spend"], found["total_clicks"]) == (None, 0.0)
    assert (found["roas"], found["average_cpc"], found["conversion_rate"]) == (None, None, None)
    assert (found["total_conversions"], found["average_ctr"]) == (1.5, 3.33333333)
    assert found["data_sources_summary"] == {"klaviyo": found["performance_trends"]["2026-09-05"]}
    assert list(found["calendar_insights"]) == ["weekend", "weekday", "holiday"]
    assert found["calendar_insights"]["weekday"]["impressions"] is None


def test_where_nothing_is_every_figure_is_null() -> None:
    found = insights_of(
        {
            "total": None,
            "dataSourcesSummary": [],
            "topCampaigns": [],
            "performanceTrends": [],
            "calendarInsights": [
                {"part": part, **figures()} for part in ("WEEKDAY", "WEEKEND", "HOLIDAY")
            ],
        }
    )
    sums = {name: value for name, value in found.items() if name.startswith("total_")}
    assert len(sums) == 5
    assert set(sums.values()) == {None}
