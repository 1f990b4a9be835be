from __future__ import annotations

from datetime import timedelta

import pytest

from graph.ids import CAMPAIGN, CONNECTION, ENTRY
from tests.graph import samples
from tests.graph.world import World, error_of

ENTRY_2 = "TWFya2V0aW5nRW50cnk6MjAyNjExMDMtMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDI="
ENTRY_FIELDS = """
  date source accountId level entityId entityName dateBasis attributionSetting channel
  platformChannel currency timeZone spend impressions clicks linkClicks reach videoViews
  conversions conversionValue conversionType actions ctr cpc cpm cvr cpa roas learnedAt
  firstLearnedAt vintageCount isMature
"""


async def test_every_column_of_an_entry_is_answered_exactly(world: World) -> None:
    key = samples.entry(2).key
    query = (
        f"query($id: ID!) {{ node(id: $id) {{ id ... on MarketingEntry {{ {ENTRY_FIELDS} }} }} }}"
    )
    answer = await world.ask(query, id=ENTRY.encode(key))
    assert answer == {
        "data": {
            "node": {
                "id": ENTRY_2,
                "date": "2026-11-03",
                "source": "META_ADS",
                "accountId": "act_1001",
                "level": "CAMPAIGN",
                "entityId": "2",
                "entityName": "Campaign 2",
                "dateBasis": "DELIVERY",
                "attributionSetting": "7d_click",
                "channel": "Paid Social",
                "platformChannel": None,
                "currency": "EUR",
                "timeZone": "Europe/Berlin",
                "spend": "20.5",
                "impressions": 3000000002,
                "clicks": 200,
                "linkClicks": 160,
                "reach": None,
                "videoViews": 0,
                "conversions": "2",
                "conversionValue": "100",
                "conversionType": "omni_purchase",
                "actions": {"omni_purchase": 2},
                "ctr": "0.0000000667",
                "cpc": "0.1025",
                "cpm": "0.0000068333",
                "cvr": "0.01",
                "cpa": "10.25",
                "roas": "4.8780487805",
                "learnedAt": "2026-11-20T06:30:00Z",
                "firstLearnedAt": "2026-11-18T06:30:00Z",
                "vintageCount": 1,
                "isMature": True,
            }
        }
    }


async def test_a_thousand_entries_with_campaign_and_day_are_three_store_calls(
    world: World,
) -> None:
    shelf = world.memory.of(world.north)
    shelf.entries = {
        record.key: record
        for record in (samples.entry(n, days=365, campaigns=40) for n in range(1000))
    }
    shelf.campaigns = {c.digest: c for c in map(samples.campaign, range(1, 41))}
    days = [samples.FIRST_DAY + timedelta(days=n) for n in range(365)]
    shelf.days = {on: samples.day(on) for on in days}
    answer = await world.ask(
        "{ marketingEntries(first: 1000) { nodes { spend campaign { name } calendar { date } } } }"
    )
    nodes = answer["data"]["marketingEntries"]["nodes"]
    assert "errors" not in answer
    assert len(nodes) == 1000
    assert all(node["campaign"] and node["calendar"] for node in nodes)
    assert world.calls == ["entries.page", "campaigns.by_digests", "calendar.by_dates"]


async def test_everything_below_an_entry_is_batched(world: World) -> None:
    answer = await world.ask(
        """{ marketingEntries(first: 25) { nodes {
          connection { name } run { status connection { name } }
          vintages { learnedAt run { status } lineage { position } }
          lineage { position rawPage { sha256 run { status } } }
        } } }"""
    )
    assert "errors" not in answer
    assert sorted(world.calls) == [
        "connections.by_ids",
        "entries.page",
        "entries.vintages",
        "lineage.pages_by_ids",
        "runs.by_ids",
    ]


async def test_the_total_is_counted_only_when_it_is_asked_for(world: World) -> None:
    await world.ask("{ marketingEntries(first: 2) { nodes { id } } }")
    assert world.calls == ["entries.page"]
    answer = await world.ask("{ marketingEntries(first: 2) { totalCount } }")
    assert answer["data"] == {"marketingEntries": {"totalCount": 25}}
    assert world.calls == ["entries.page", "entries.page", "entries.count"]


@pytest.mark.parametrize(
    ("given", "count"),
    [
        ({"dates": {"since": "2026-11-02", "until": "2026-11-03"}}, 6),
        ({"isMature": True}, 12),
        ({"channels": ["Paid Social", "Email"]}, 25),
        ({"channels": ["Email"]}, 0),
        ({"accounts": ["act_1001"], "levels": ["CAMPAIGN"], "sources": ["META_ADS"]}, 25),
        ({"campaigns": [CAMPAIGN.encode(samples.campaign(1).digest)]}, 8),
        ({"connections": [CONNECTION.encode(samples.FILES)]}, 0),
        ({"connections": []}, 25),
        (None, 25),
    ],
)
async def test_a_filter_lets_through_what_it_says(
    world: World, given: dict[str, object] | None, count: int
) -> None:
    answer = await world.ask(
        "query($f: MarketingEntryFilter) { marketingEntries(filter: $f) { totalCount } }", f=given
    )
    assert answer == {"data": {"marketingEntries": {"totalCount": count}}}


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"dates": {"since": "2026-11-03", "until": "2026-11-02"}}, "filter.dates.since"),
        ({"campaigns": ["nonsense"]}, "filter.campaigns"),
        ({"connections": [CAMPAIGN.encode(samples.campaign(1).digest)]}, "filter.connections"),
        ({"channels": ["a\x00b"]}, "filter.channels"),
        ({"accounts": [str(n) for n in range(1001)]}, "filter.accounts"),
    ],
)
async def test_a_filter_that_cannot_be_is_refused_by_the_name_of_its_part(
    world: World, given: dict[str, object], field: str
) -> None:
    answer = await world.ask(
        "query($f: MarketingEntryFilter) { marketingEntries(filter: $f) { totalCount } }", f=given
    )
    error = error_of(answer)
    assert (error["code"], error["field"]) == ("BAD_USER_INPUT", field)
    assert answer["data"] is None
    assert world.calls == []


async def test_nested_lists_share_one_budget_and_cost_nothing_beyond_it(world: World) -> None:
    answer = await world.ask(
        "{ marketingEntries { nodes { campaign { entries(first: 1000) { nodes { id } } } } } }"
    )
    assert len(answer["errors"]) == 25 - 19
    assert {error["message"] for error in answer["errors"]} == {
        "the operation asks for more than 20000 rows in all"
    }
    assert world.calls == ["entries.page", "campaigns.by_digests", "entries.pages"]


async def test_as_of_reaches_both_the_page_and_its_count(world: World) -> None:
    answer = await world.ask(
        """{ marketingEntries(asOf: "2026-11-18T08:30:00+02:00") { totalCount nodes { id } } }"""
    )
    assert answer["data"]["marketingEntries"]["totalCount"] == 24
    assert len(answer["data"]["marketingEntries"]["nodes"]) == 24


async def test_a_vintage_tells_what_it_changed(world: World) -> None:
    answer = await world.ask(
        """query($id: ID!) { node(id: $id) { ... on MarketingEntry { vintages {
          learnedAt isPresent spend changes { metric before after } lineage { position }
        } } } }""",
        id=ENTRY.encode(samples.entry(1).key),
    )
    first, second, gone = answer["data"]["node"]["vintages"]
    assert first == {
        "learnedAt": "2026-11-19T06:30:00Z",
        "isPresent": True,
        "spend": None,
        "changes": [],
        "lineage": {"position": 0},
    }
    assert second["changes"] == [
        {"metric": "spend", "before": None, "after": "10.5"},
        {"metric": "impressions", "before": None, "after": "3000000001"},
        {"metric": "clicks", "before": None, "after": "100"},
        {"metric": "linkClicks", "before": None, "after": "80"},
        {"metric": "videoViews", "before": None, "after": "0"},
        {"metric": "conversions", "before": None, "after": "1"},
        {"metric": "conversionValue", "before": None, "after": "50"},
    ]
    assert (gone["isPresent"], gone["changes"], gone["lineage"]) == (False, [], None)
