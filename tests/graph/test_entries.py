from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from core.records.entries import Metrics
from graph.ids import CAMPAIGN, CONNECTION, ENTRY
from resolvers import metrics as rates
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
    assert world.calls.count("entries.page") == 20


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


async def test_the_entries_of_a_campaign_are_its_own(world: World) -> None:
    answer = await world.ask(
        "{ campaigns { nodes { name entries(first: 1, orderBy: DATE_ASC) "
        "{ totalCount nodes { campaign { name } } } } } }"
    )
    assert [
        (node["name"], node["entries"]["totalCount"], node["entries"]["nodes"][0]["campaign"])
        for node in answer["data"]["campaigns"]["nodes"]
    ] == [
        ("Campaign 1", 8, {"name": "Campaign 1"}),
        ("Campaign 2", 9, {"name": "Campaign 2"}),
        ("Campaign 3", 8, {"name": "Campaign 3"}),
    ]


async def test_the_entries_of_a_campaign_cannot_be_of_another(world: World) -> None:
    answer = await world.ask(
        "query($f: MarketingEntryFilter) { campaigns(first: 1) { nodes "
        "{ entries(filter: $f) { totalCount } } } }",
        f={"campaigns": [CAMPAIGN.encode(samples.campaign(2).digest)]},
    )
    assert error_of(answer)["field"] == "filter.campaigns"


def test_a_rate_is_null_without_a_denominator_or_a_part() -> None:
    nothing = samples.UNKNOWN
    zero = Metrics(Decimal(0), 0, 0, 0, 0, 0, Decimal(0), Decimal(5), None, None)
    derived = (rates.ctr, rates.cpc, rates.cpm, rates.cvr, rates.cpa, rates.roas)
    assert [rate(nothing) for rate in derived] == [None] * 6
    assert [rate(zero) for rate in derived] == [None] * 6


def test_the_largest_amount_over_the_smallest_is_still_exact() -> None:
    assert rates.ratio(Decimal("99999999999999.999999"), Decimal("0.000001")) == Decimal(
        99999999999999999999
    )


async def test_the_calendar_is_answered_in_order_with_what_each_day_is(world: World) -> None:
    answer = await world.ask(
        """{ calendar(dates: {since: "2026-10-31", until: "2026-11-02"}) {
          id date isoWeek weekStart dayOfWeek isWeekend isHoliday fiscalYear
          holidays { name country } retailEvents { name }
        } }"""
    )
    assert answer["data"]["calendar"] == [
        {
            "id": "Q2FsZW5kYXJEaW1lbnNpb246MjAyNi0xMS0wMQ==",
            "date": "2026-11-01",
            "isoWeek": 44,
            "weekStart": "2026-10-26",
            "dayOfWeek": 7,
            "isWeekend": True,
            "isHoliday": True,
            "fiscalYear": 2027,
            "holidays": [{"name": "All Saints' Day", "country": "DE"}],
            "retailEvents": [],
        },
        {
            "id": "Q2FsZW5kYXJEaW1lbnNpb246MjAyNi0xMS0wMg==",
            "date": "2026-11-02",
            "isoWeek": 45,
            "weekStart": "2026-11-02",
            "dayOfWeek": 1,
            "isWeekend": False,
            "isHoliday": False,
            "fiscalYear": 2027,
            "holidays": [],
            "retailEvents": [],
        },
    ]


async def test_a_calendar_of_more_than_ten_years_is_refused(world: World) -> None:
    answer = await world.ask(
        """{ calendar(dates: {since: "2010-01-01", until: "2026-11-02"}) { id } }"""
    )
    assert error_of(answer)["field"] == "dates"
    assert world.calls == []


async def test_attribution_rows_carry_their_calendar_flat(world: World) -> None:
    unknown = date(2030, 1, 1)
    world.memory.of(world.north).rows.append(samples.row(unknown, known=False))
    answer = await world.ask(
        """query($d: DateRangeInput!) { attributionRows(dates: $d) { nodes {
          date source channel currency entries spend impressions clicks conversions
          conversionValue isMature isoWeek month quarter dayOfWeek isWeekend isHoliday
          holidayNames retailEvents fiscalYear fiscalQuarter
        } } }""",
        d={"since": "2026-11-01", "until": "2030-01-01"},
    )
    first, *_, last = answer["data"]["attributionRows"]["nodes"]
    summed = {
        "source": "META_ADS",
        "channel": "Paid Social",
        "currency": "EUR",
        "entries": 2,
        "spend": "12.34",
        "impressions": 4000000000,
        "clicks": None,
        "conversions": "1.5",
        "conversionValue": "0",
        "isMature": False,
    }
    assert first == summed | {
        "date": "2026-11-01",
        "isoWeek": 44,
        "month": 11,
        "quarter": 4,
        "dayOfWeek": 7,
        "isWeekend": True,
        "isHoliday": True,
        "holidayNames": ["All Saints' Day"],
        "retailEvents": [],
        "fiscalYear": 2027,
        "fiscalQuarter": 4,
    }
    outside = dict.fromkeys(set(first) - set(summed) - {"date"})
    assert last == summed | {"date": "2030-01-01"} | outside
    assert world.calls == ["attribution.page"]
