"""surfacingInsights over the real store: what was found, and the figures of whom it is about."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from core.records.findings import Subject, SubjectLevel
from core.records.insight_acts import InsightWish, InsightWord
from core.records.insights import InsightKind, InsightState
from core.records.pages import PageRequest
from core.units import DateRange
from graph.schema import LiftosSchema
from stores.wiring import Stores
from tests.graph.figures import Json, Shop, opened, values
from tests.jobs.analysing import FOUND, tell
from tests.support import NewTenant, RunningWorker

ROW = "channel entries quality trace dates { since until } values { metric value }"
SURFACED = f"""query(
  $kind: InsightKind, $windowDays: Int! = 30, $until: Date, $minConfidence: Float! = 0.7,
  $first: Int! = 50, $asOf: DateTime
) {{ surfacingInsights(
  kind: $kind, windowDays: $windowDays, until: $until, minConfidence: $minConfidence,
  first: $first, asOf: $asOf
) {{
  insight {{ id title }} insightCategory insightText confidenceScore date dataSource channel
  keyMetrics {{ {ROW} }}
  crossChannelContext {{ {ROW} }}
  temporalContext {{ isWeekend isHoliday marketingSeason }}
  qualityIndicators {{ dataQualityScore dataFreshnessHours }}
}} }}"""
UNTIL = {"until": "2026-10-31", "windowDays": 31}
TWO_DAYS = DateRange(date(2026, 10, 6), date(2026, 10, 7))


@pytest.fixture(scope="module")
async def shop(
    stores: Stores, new_tenant: NewTenant, running_worker: RunningWorker, schema: LiftosSchema
) -> Shop:
    """Of five findings one is of September, one is not sure, and one is over."""
    found = await opened(stores, new_tenant, running_worker, schema)
    campaign, connection = await _campaign(found), found.connections["eu"].id
    scope = found.tenant.scope
    await tell(
        stores,
        scope,
        replace(FOUND, subject=Subject(SubjectLevel.CAMPAIGN, str(campaign), connection)),
        replace(FOUND, subject=Subject(SubjectLevel.CHANNEL, "Paid Search"), q=0.3),
        replace(FOUND, subject=Subject(SubjectLevel.CONNECTION, str(connection), connection),
                window=DateRange(date(2026, 9, 30), date(2026, 9, 30))),
        replace(FOUND, kind=InsightKind.TREND, q=0.31),
        replace(FOUND, metric="clicks"),
    )  # fmt: skip
    for each in (await stores.insights.page(scope, PageRequest(100))).items:
        if each.metric == "clicks":
            wish = InsightWish(InsightState.RESOLVED, InsightWord("over"))
            await stores.insight_acts.act(scope, each.id, wish)
    return found


async def _campaign(shop: Shop) -> UUID:
    """The first campaign of the account in euros."""
    async with shop.stores.database.read(shop.tenant.scope) as connection:
        found: UUID = await connection.fetchval(
            "SELECT campaign FROM marketing_entry WHERE channel = 'Paid Social' "
            "AND connection_id = $1 LIMIT 1",
            shop.connections["eu"].id,
        )
    return found


async def surfaced(shop: Shop, **asked: Any) -> dict[str, Json]:
    """What is told, by whom it is about."""
    found = (await shop.owner.ask(SURFACED, **{**UNTIL, **asked}))["surfacingInsights"]
    levels = "query($ids: [ID!]!) { nodes(ids: $ids) { ... on Insight { subject { level } } } }"
    ids = [each["insight"]["id"] for each in found]
    nodes = (await shop.owner.ask(levels, ids=ids))["nodes"]
    return {node["subject"]["level"]: each for node, each in zip(nodes, found, strict=True)}


async def test_beside_a_campaign_stands_what_it_came_to(shop: Shop) -> None:
    told = (await surfaced(shop))["CAMPAIGN"]
    assert {
        name: told[name]
        for name in ("insightCategory", "confidenceScore", "date", "dataSource", "channel")
    } == {
        "insightCategory": "ANOMALY",
        "confidenceScore": 0.99,
        "date": "2026-10-07",
        "dataSource": "FILE",
        "channel": "Paid Social",
    }
    assert told["insightText"].startswith("From 6 October 2026 to 7 October 2026, spend of ")
    assert told["temporalContext"] == {
        "isWeekend": False, "isHoliday": False, "marketingSeason": "FALL_HOLIDAY_PREP",
    }  # fmt: skip
    metrics = told["keyMetrics"]
    assert (metrics["entries"], metrics["dates"]) == (
        2,
        {"since": "2026-10-06", "until": "2026-10-07"},
    )
    assert {name: str(value) for name, value in values(metrics).items()} == {
        "SPEND": "8", "IMPRESSIONS": "2000", "CLICKS": "20", "LINK_CLICKS": "None",
        "CONVERSIONS": "2", "CONVERSION_VALUE": "12", "CTR": "0.01", "CPC": "0.4", "CPM": "4",
        "CVR": "0.1", "CPA": "4", "ROAS": "1.5", "AOV": "6",
    }  # fmt: skip
    behind = await shop.behind(metrics["trace"])
    assert [(each["date"], each["spend"]) for each in behind] == [
        ("2026-10-06", "4"),
        ("2026-10-07", "4"),
    ]
    quality = told["qualityIndicators"]
    assert quality["dataQualityScore"] == metrics["quality"]
    assert 0 <= quality["dataFreshnessHours"] < 1


async def test_other_channels_are_told_by_the_metric_layer(shop: Shop) -> None:
    found = await surfaced(shop)
    assert set(found) == {"CAMPAIGN", "CHANNEL"}
    [other] = found["CAMPAIGN"]["crossChannelContext"]
    dates = {"since": "2026-10-06", "until": "2026-10-07"}
    rows = await shop.rows(dates=dates, groupBy=["CHANNEL"], filter=None, metrics=["SPEND"])
    same = {row["channel"]: row for row in rows}
    assert (other["channel"], other["entries"]) == ("Paid Search", 8)
    assert values(other)["SPEND"] == values(same["Paid Search"])["SPEND"]
    channel = found["CHANNEL"]
    assert (channel["channel"], channel["dataSource"]) == ("Paid Search", None)
    assert channel["keyMetrics"]["values"] == other["values"]
    assert [each["channel"] for each in channel["crossChannelContext"]] == ["Paid Social"]


async def test_days_kinds_and_sureness_choose(shop: Shop) -> None:
    assert set(await surfaced(shop, minConfidence=0.71)) == {"CAMPAIGN"}
    assert set(await surfaced(shop, minConfidence=0.7)) == {"CAMPAIGN", "CHANNEL"}
    assert set(await surfaced(shop, minConfidence=0.69)) == {"CAMPAIGN", "CHANNEL", "TENANT"}
    assert set(await surfaced(shop, kind="TREND", minConfidence=0)) == {"TENANT"}
    wider = await surfaced(shop, windowDays=32)
    assert set(wider) == {"CAMPAIGN", "CHANNEL", "CONNECTION"}
    own = wider["CONNECTION"]
    assert (own["channel"], own["dataSource"]) == (None, "FILE")
    assert values(own["keyMetrics"])["SPEND"] == 3.5
    assert len(await surfaced(shop, first=1)) == 1
    assert await surfaced(shop, asOf="2026-01-01T00:00:00Z", until="2026-10-31") == {}


async def test_the_same_moment_is_told_alike(shop: Shop) -> None:
    async with shop.stores.database.read(shop.tenant.scope) as connection:
        moment = (await connection.fetchval("SELECT clock_timestamp()")).isoformat()
    first, again = await surfaced(shop, asOf=moment), await surfaced(shop, asOf=moment)
    assert first == again
    assert set(first) == {"CAMPAIGN", "CHANNEL"}


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"windowDays": 0}, "windowDays"),
        ({"windowDays": 401}, "windowDays"),
        ({"minConfidence": 1.5}, "minConfidence"),
        ({"first": 101}, "first"),
        ({"until": "0001-01-01"}, "until"),
    ],
)
async def test_what_cannot_be_is_refused(shop: Shop, asked: Json, field: str) -> None:
    query = """query(
      $windowDays: Int! = 1, $minConfidence: Float! = 0, $first: Int! = 1, $until: Date
    ) { surfacingInsights(windowDays: $windowDays, minConfidence: $minConfidence, first: $first,
        until: $until) { date } }"""
    context = await shop.refused(query, **asked)
    assert context["field"] == field
