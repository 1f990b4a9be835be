"""The marketing summary over the real store, its figures counted by hand."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from graph.schema import LiftosSchema
from stores.wiring import Stores
from tests.graph.figures import OCTOBER, Json, Shop, loaded, media_file, opened, values
from tests.support import NewTenant, RunningWorker

VALUE = "{ metric value compared change changeShare }"
ROW = f"entries isMature currency source campaign {{ campaignId name }} trace values {VALUE}"
SUMMARY = f"""query(
  $dates: DateRangeInput!, $sources: [Source!], $currency: String, $compareTo: ComparisonInput,
  $asOf: DateTime
) {{ marketingSummary(
  dates: $dates, sources: $sources, currency: $currency, compareTo: $compareTo, asOf: $asOf
) {{
  asOf comparedAsOf currency dates {{ since until }} comparedDates {{ since until }}
  total {{ {ROW} }}
  totalSpend {VALUE} totalImpressions {VALUE} totalClicks {VALUE} totalConversions {VALUE}
  totalRevenue {VALUE} averageCpc {VALUE} averageCpm {VALUE} averageCtr {VALUE}
  conversionRate {VALUE} roas {VALUE}
  dataSourcesSummary {{ {ROW} }}
  topCampaigns(first: 2) {{ {ROW} }}
  performanceTrends(grain: WEEK) {{ dates {{ since until }} {ROW} }}
  calendarInsights {{ part days comparedDays trace values {VALUE} perDay {VALUE} }}
}} }}"""


@pytest.fixture(scope="module")
async def shop(
    stores: Stores, new_tenant: NewTenant, running_worker: RunningWorker, schema: LiftosSchema
) -> Shop:
    return await opened(stores, new_tenant, running_worker, schema)


async def summed(shop: Shop, **asked: Any) -> Json:
    found: Json = (await shop.owner.ask(SUMMARY, **{"dates": OCTOBER} | asked))["marketingSummary"]
    return found


async def test_totals_are_sums_and_averages_ratios_of_sums(shop: Shop) -> None:
    found = await summed(shop, compareTo={"period": "PREVIOUS_PERIOD"})
    # Pounds are converted, so that spend is asked of the layer; what has no currency is counted.
    [same] = await shop.rows(metrics=["SPEND", "CONVERSION_VALUE"], filter=None)
    assert found["totalSpend"]["value"] == same["values"][0]["value"]
    assert found["totalRevenue"]["value"] == same["values"][1]["value"]
    assert found["totalImpressions"] == {
        "metric": "IMPRESSIONS", "value": str(2 * 31 * 1600), "compared": str(2 * 30 * 1500),
        "change": str(2 * (31 * 1600 - 30 * 1500)), "changeShare": "0.1022222222",
    }  # fmt: skip
    assert (found["totalClicks"]["value"], found["totalConversions"]["value"]) == ("1860", "93")
    assert found["averageCtr"]["value"] == "0.01875"
    assert found["conversionRate"]["value"] == "0.05"
    spend, revenue = (Decimal(found[name]["value"]) for name in ("totalSpend", "totalRevenue"))
    assert Decimal(found["roas"]["value"]) == round(revenue / spend, 10)
    assert Decimal(found["averageCpc"]["value"]) == round(spend / 1860, 10)
    assert (found["currency"], found["dates"]) == ("EUR", OCTOBER)
    assert found["comparedDates"] == {"since": "2026-09-01", "until": "2026-09-30"}


async def test_sources_campaigns_and_periods_are_the_same_figures(shop: Shop) -> None:
    found = await summed(shop)
    [source] = found["dataSourcesSummary"]
    assert source["source"] == "FILE"
    assert source["values"] == found["total"]["values"]
    whole = values(found["total"])
    weeks = [values(row) for row in found["performanceTrends"]]
    assert sum(week["SPEND"] or 0 for week in weeks) == whole["SPEND"]
    assert [row["dates"]["since"] for row in found["performanceTrends"]] == [
        "2026-10-01", "2026-10-05", "2026-10-12", "2026-10-19", "2026-10-26",
    ]  # fmt: skip
    # Campaign 1 of both accounts, pounds before euros.
    assert [row["campaign"]["campaignId"] for row in found["topCampaigns"]] == ["1", "1"]
    assert values(found["topCampaigns"][1])["SPEND"] == 124
    assert len(await shop.behind(found["total"]["trace"])) == found["total"]["entries"] == 186


async def test_weekdays_and_weekends_are_all_days_each_figure_traced(shop: Shop) -> None:
    found = await summed(shop, compareTo={"period": "PREVIOUS_PERIOD"})
    parts = {each.pop("part"): each for each in found["calendarInsights"]}
    assert list(parts) == ["WEEKDAY", "WEEKEND", "HOLIDAY", "RETAIL_EVENT"]
    # October 2026 begins on a Thursday, September on a Tuesday.
    assert [(parts[name]["days"], parts[name]["comparedDays"]) for name in list(parts)[:2]] == [
        (22, 22), (9, 8),
    ]  # fmt: skip
    both = [values(parts[name]) for name in ("WEEKDAY", "WEEKEND")]
    whole = values(found["total"])
    for metric in ("SPEND", "IMPRESSIONS", "CONVERSION_VALUE"):
        assert sum(each[metric] or 0 for each in both) == whole[metric]
    assert both[1]["IMPRESSIONS"] == 9 * 2 * 1600
    per_day = {each["metric"]: each for each in parts["WEEKEND"]["perDay"]}
    assert set(per_day) == {
        "SPEND", "IMPRESSIONS", "CLICKS", "LINK_CLICKS", "CONVERSIONS", "CONVERSION_VALUE",
    }  # fmt: skip
    assert (per_day["IMPRESSIONS"]["value"], per_day["IMPRESSIONS"]["compared"]) == ("3200", "3000")
    behind = await shop.behind(parts["WEEKEND"]["trace"])
    assert len(behind) == 9 * 6
    assert {each["date"] for each in behind} >= {"2026-10-03", "2026-10-31"}


async def test_a_summary_of_nothing_knows_nothing_and_one_too_long_is_refused(shop: Shop) -> None:
    found = await summed(shop, sources=["KLAVIYO"])
    assert (found["total"], found["roas"]["value"], found["topCampaigns"]) == (None, None, [])
    assert [each["trace"] for each in found["calendarInsights"]] == [None] * 4
    refused = await shop.refused(SUMMARY, dates={"since": "2020-01-01", "until": "2026-10-01"})
    assert (refused["code"], refused["field"]) == ("BAD_USER_INPUT", "dates")


async def test_a_summary_of_the_past_stays_as_it_was(
    shop: Shop, running_worker: RunningWorker
) -> None:
    asked: Json = {"compareTo": {"period": "PREVIOUS_PERIOD"}}
    before = await summed(shop, **asked)
    async with running_worker("http://unused.invalid"):
        await loaded(shop, "eu", media_file(more=1))
    assert await summed(shop, asOf=before["asOf"], **asked) == before
    restated = await summed(shop, compareTo={"asOf": before["asOf"]})
    assert Decimal(restated["totalSpend"]["change"]) == 31
    assert restated["totalClicks"]["change"] == "0"
