"""The metric layer over the real store: hand-counted figures, what they are compared with, and
the entries behind them."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from decimal import Decimal

import pytest

from graph.schema import LiftosSchema
from stores.wiring import Stores
from tests.graph.figures import BEHIND, OCTOBER, Json, Shop, loaded, media_file, opened, values
from tests.support import NewTenant, RunningWorker

COLUMNS = {
    "SPEND": "spend",
    "IMPRESSIONS": "impressions",
    "CLICKS": "clicks",
    "CONVERSIONS": "conversions",
    "CONVERSION_VALUE": "conversionValue",
}
RATIOS = {
    "CTR": ("CLICKS", "IMPRESSIONS", 1),
    "CPC": ("SPEND", "CLICKS", 1),
    "CPM": ("SPEND", "IMPRESSIONS", 1000),
    "CVR": ("CONVERSIONS", "CLICKS", 1),
    "CPA": ("SPEND", "CONVERSIONS", 1),
    "ROAS": ("CONVERSION_VALUE", "SPEND", 1),
    "AOV": ("CONVERSION_VALUE", "CONVERSIONS", 1),
}
ALL = [*COLUMNS, *RATIOS]


@pytest.fixture(scope="module")
async def shop(
    stores: Stores, new_tenant: NewTenant, running_worker: RunningWorker, schema: LiftosSchema
) -> Shop:
    return await opened(stores, new_tenant, running_worker, schema)


async def test_figures_by_channel_are_those_counted_by_hand(shop: Shop) -> None:
    page = await shop.page(
        groupBy=["CHANNEL"],
        metrics=ALL,
        compareTo={"period": "PREVIOUS_PERIOD"},
        orderBy={"metric": "SPEND"},
    )
    social, search = page["nodes"]
    assert page["comparedDates"] == {"since": "2026-09-01", "until": "2026-09-30"}
    assert page["comparedAsOf"] == page["asOf"]
    assert (social["channel"], social["source"], social["currency"]) == (
        "Paid Social", None, "EUR",
    )  # fmt: skip
    assert social["dates"] == OCTOBER
    assert values(social) == {
        "SPEND": Decimal(124),
        "IMPRESSIONS": Decimal(31000),
        "CLICKS": Decimal(310),
        "CONVERSIONS": Decimal(31),
        "CONVERSION_VALUE": Decimal(186),
        "CTR": Decimal("0.01"),
        "CPC": Decimal("0.4"),
        "CPM": Decimal(4),
        "CVR": Decimal("0.1"),
        "CPA": Decimal(4),
        "ROAS": Decimal("1.5"),
        "AOV": Decimal(6),
    }
    # September has 30 days: 60 of spend, 180 of value.
    assert [values(social, part)["SPEND"] for part in ("compared", "change")] == [60, 64]
    assert values(social, "changeShare")["SPEND"] == Decimal("1.0666666667")
    assert values(social, "compared")["ROAS"] == 3
    assert values(social, "change")["ROAS"] == Decimal("-1.5")
    assert values(social, "changeShare")["ROAS"] == Decimal("-0.5")
    # Of campaign 3 neither clicks nor conversions are known; its impressions are.
    assert values(search)["IMPRESSIONS"] == 31 * 600
    assert values(search)["CTR"] == Decimal("0.0333333333")
    assert values(search)["CPA"] == 3
    assert (search["entries"], search["unconverted"]) == (62, 0)


async def test_a_ratio_is_of_the_sums_and_no_mean_of_ratios(shop: Shop) -> None:
    [row] = await shop.rows(metrics=["ROAS", "CPC"])
    assert values(row) == {
        "ROAS": Decimal("2.7272727273"),  # (6 + 9) / (4 + 1.5); the mean of both would be 3.75
        "CPC": Decimal("0.1833333333"),  # 5.5 / 30
    }


@pytest.mark.parametrize("is_mixed", [False, True])
@pytest.mark.parametrize("grain", [None, "DAY", "WEEK", "MONTH"])
async def test_groups_add_up_to_the_whole_and_ratios_are_those_of_their_sums(
    shop: Shop, grain: str | None, *, is_mixed: bool
) -> None:
    names = ("eu", "uk") if is_mixed else ("eu",)
    asked: Json = {
        "metrics": ALL, "filter": shop.only(*names),
        "dates": {"since": "2026-09-03", "until": "2026-10-28"},
    }  # fmt: skip
    [whole] = await shop.rows(**asked)
    dimensions = ("SOURCE", "CHANNEL", "CONNECTION", "ACCOUNT", "CAMPAIGN", "COUNTRY", "DEVICE")
    for by in itertools.chain(((each,) for each in dimensions), [("CHANNEL", "CAMPAIGN"), ()]):
        rows = await shop.rows(groupBy=list(by), grain=grain, **asked)
        assert sum(row["entries"] for row in rows) == whole["entries"]
        for metric in COLUMNS:
            known = [found for row in rows if (found := values(row)[metric]) is not None]
            assert sum(known) == values(whole)[metric], (by, metric)
        for row in rows:
            _ratios_are_of_sums(values(row))


def _ratios_are_of_sums(told: Mapping[str, Decimal | None]) -> None:
    for ratio, (above, below, times) in RATIOS.items():
        one, other = told[above], told[below]
        if one is None or not other:
            assert told[ratio] is None
        else:
            assert told[ratio] == round(times * one / other, 10)


async def test_what_is_kept_in_sums_is_what_entries_come_to(shop: Shop) -> None:
    """The same figures from sums, and from entries, for which a least quality is asked."""
    asked: Json = {"groupBy": ["CHANNEL"], "grain": "WEEK", "metrics": ALL}
    before = shop.stores.attribution.sums.found
    kept = await shop.rows(**asked)
    assert shop.stores.attribution.sums.found == before + 1
    read = await shop.rows(minQuality=0.0, **asked)
    assert shop.stores.attribution.sums.found == before + 1
    assert [row["values"] for row in kept] == [row["values"] for row in read]
    assert {row["quality"] for row in kept} == {row["quality"] for row in read}


async def test_each_figure_leads_to_the_entries_behind_it(shop: Shop) -> None:
    rows = await shop.rows(
        groupBy=["CAMPAIGN", "COUNTRY"], grain="WEEK", metrics=list(COLUMNS),
        compareTo={"period": "PREVIOUS_YEAR"}, filter=shop.only("eu", "uk"),
    )  # fmt: skip
    assert len(rows) == 5 * 6
    for row in rows:
        entries = await shop.behind(row["trace"])
        assert len(entries) == row["entries"] > 0
        assert {each["campaign"]["campaignId"] for each in entries} == {
            row["campaign"]["campaignId"]
        }
        for metric, column in COLUMNS.items():
            told = [
                (each["converted"] if column in each["converted"] else each)[column]
                for each in entries
            ]
            known = [Decimal(each) for each in told if each is not None]
            assert values(row)[metric] == (sum(known) if known else None)
        # Nothing was there a year before.
        assert (row["comparedTrace"], values(row, "compared")["SPEND"]) == (None, None)


async def test_periods_are_compared_one_by_one(shop: Shop) -> None:
    rows = await shop.rows(
        grain="WEEK", metrics=["SPEND"], compareTo={"period": "PREVIOUS_PERIOD"},
        dates={"since": "2026-10-01", "until": "2026-10-14"}, channels=["Paid Social"],
    )  # fmt: skip
    told = [(row["dates"]["since"], row["comparedDates"]["since"], *row["values"]) for row in rows]
    # Weeks begin on Mondays: Thursday 1 October, and 17 September, stand in the first of both.
    assert [(each[0], each[1], each[2]["value"], each[2]["compared"]) for each in told] == [
        ("2026-10-01", "2026-09-17", "16", "8"),
        ("2026-10-05", "2026-09-21", "28", "14"),
        ("2026-10-12", "2026-09-28", "12", "6"),
    ]


async def test_a_group_that_is_gone_is_told_with_what_it_was(shop: Shop) -> None:
    rows = await shop.rows(
        groupBy=["CAMPAIGN"], metrics=["IMPRESSIONS"],
        dates={"since": "2026-09-01", "until": "2026-09-30"},
        compareTo={"dates": OCTOBER},
        orderBy={"metric": "IMPRESSIONS", "part": "CHANGE", "direction": "ASC"},
    )  # fmt: skip
    told = [
        (row["campaign"]["campaignId"], row["values"][0], row["entries"], row["trace"] is None)
        for row in rows
    ]
    impressions = {"metric": "IMPRESSIONS"}
    assert told == [
        ("1", impressions | {"value": "30000", "compared": "31000", "change": "-1000",
                             "changeShare": "-0.0322580645"}, 30, False),
        ("2", impressions | {"value": "15000", "compared": "15500", "change": "-500",
                             "changeShare": "-0.0322580645"}, 30, False),
        ("3", impressions | {"value": None, "compared": "3100", "change": None,
                             "changeShare": None}, 0, True),
    ]  # fmt: skip
    assert len(await shop.behind(rows[2]["comparedTrace"])) == 31


ORDERS: list[Json] = [
    {},
    {"direction": "DESC"},
    {"metric": "CTR", "direction": "ASC"},
    {"metric": "CPA"},
    {"metric": "SPEND", "part": "COMPARED"},
    {"metric": "SPEND", "part": "CHANGE", "direction": "ASC"},
    {"metric": "CPM", "part": "CHANGE_SHARE"},
]


@pytest.mark.parametrize("order", ORDERS)
async def test_a_walk_either_way_meets_every_row_once_in_its_order(shop: Shop, order: Json) -> None:
    asked: Json = {
        "groupBy": ["CAMPAIGN", "CONNECTION"], "grain": "WEEK", "metrics": ALL,
        "filter": shop.only("eu", "uk"), "orderBy": order or None,
        "compareTo": {"period": "PREVIOUS_PERIOD"},
    }  # fmt: skip
    whole = await shop.page(**asked)
    rows: list[Json] = whole["nodes"]
    if "metric" in order:
        part = {"COMPARED": "compared", "CHANGE": "change", "CHANGE_SHARE": "changeShare"}
        found = [values(row, part.get(order.get("part", ""), "value"))[order["metric"]]
                 for row in rows]  # fmt: skip
        known = [each for each in found if each is not None]
        assert known == sorted(known, reverse=order.get("direction", "DESC") == "DESC")
        assert found[len(known) :] == [None] * (len(found) - len(known))
    asked["asOf"] = whole["asOf"]
    forward, page = list[Json](), await shop.page(**asked | {"first": 7})
    forward += page["nodes"]
    while page["pageInfo"]["hasNextPage"]:
        page = await shop.page(**asked | {"first": 7, "after": page["pageInfo"]["endCursor"]})
        forward += page["nodes"]
    assert forward == rows
    page = await shop.page(**asked | {"first": None, "last": 7})
    backward = page["nodes"]
    while page["pageInfo"]["hasPreviousPage"]:
        before = page["pageInfo"]["startCursor"]
        page = await shop.page(**asked | {"first": None, "last": 7, "before": before})
        backward = page["nodes"] + backward
    assert backward == rows


async def test_a_cursor_fits_its_question_alone(shop: Shop) -> None:
    page = await shop.page(grain="DAY", first=2)
    cursor = page["pageInfo"]["endCursor"]
    refused = await shop.refused(grain="DAY", filter=shop.only("eu"), after=cursor, first=1,
                                 asOf="2026-01-01T00:00:00Z")  # fmt: skip
    assert (refused["code"], refused["field"]) == ("BAD_USER_INPUT", "asOf")
    refused = await shop.refused(grain="WEEK", filter=shop.only("eu"), after=cursor)
    assert refused["field"] == "after"


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"metrics": ["VALUE"]}, "metrics"),
        ({"facts": "SERIES", "metrics": ["ROAS"]}, "metrics"),
        ({"facts": "SERIES", "currency": "EUR"}, "currency"),
        ({"facts": "ORDERS"}, "groupBy"),
        ({"groupBy": ["SERIES"]}, "groupBy"),
        ({"groupBy": ["CURRENCY"]}, "groupBy"),
        ({"orderBy": {"metric": "SPEND", "part": "CHANGE"}}, "orderBy.part"),
        ({"filter": {"levels": ["ORDER"]}}, "filter.levels"),
        ({"dates": {"since": "2026-10-02", "until": "2026-10-01"}}, "dates.since"),
        ({"dates": {"since": "1989-10-02", "until": "2026-10-01"}}, "dates"),
        ({"dates": {"since": "1990-01-01", "until": "2099-12-31"},
          "compareTo": {"period": "PREVIOUS_PERIOD"}}, "compareTo"),
        ({"compareTo": {"dates": {"since": "2026-10-02", "until": "2026-10-01"}}},
         "compareTo.dates.since"),
        ({"compareTo": {"asOf": "2999-01-01T00:00:00Z"}}, "asOf"),
        ({"minQuality": 1.5}, "minQuality"),
        ({"currency": "euros"}, "currency"),
        ({"first": 1001}, "first"),
        ({"after": "nothing"}, "after"),
    ],
)  # fmt: skip
async def test_what_would_mislead_is_refused_with_its_field(
    shop: Shop, asked: Json, field: str
) -> None:
    refused = await shop.refused(**asked)
    assert (refused["code"], refused["field"]) == ("BAD_USER_INPUT", field)


@pytest.mark.parametrize("trace", ["", "é", "bm9uZQ", "e30", "x" * 200_000])
async def test_a_trace_that_no_figure_has_is_refused(shop: Shop, trace: str) -> None:
    refused = await shop.refused(BEHIND, trace=trace)
    assert (refused["code"], refused["field"]) == ("BAD_USER_INPUT", "trace")


async def test_the_past_stays_as_it_was_and_can_be_compared_with_the_present(
    shop: Shop, running_worker: RunningWorker
) -> None:
    asked: Json = {
        "groupBy": ["CHANNEL"], "grain": "MONTH", "metrics": ALL,
        "compareTo": {"period": "PREVIOUS_PERIOD"},
    }  # fmt: skip
    before = await shop.page(**asked)
    pinned = before["asOf"]
    behind = await shop.behind(before["nodes"][0]["trace"])
    async with running_worker("http://unused.invalid"):
        await loaded(shop, "eu", media_file(more=1))
    assert await shop.page(**asked, asOf=pinned) == before
    assert await shop.behind(before["nodes"][0]["trace"]) == behind
    rows = await shop.rows(
        groupBy=["CHANNEL"], metrics=["SPEND"], compareTo={"asOf": pinned},
        orderBy={"metric": "SPEND", "part": "CHANGE"},
    )  # fmt: skip
    told = [(row["channel"], *row["values"]) for row in rows]
    assert [
        (channel, each["compared"], each["value"], each["change"]) for channel, each in told
    ] == [
        ("Paid Social", "124", "155", "31"),
        ("Paid Search", "46.5", "46.5", "0"),
    ]
    assert await shop.stores.attribution_days.fold(shop.tenant.scope) == 61
    assert await shop.page(**asked, asOf=pinned) == before


async def test_the_catalogue_defines_every_metric_once(shop: Shop) -> None:
    found = await shop.owner.ask(
        "{ metrics { metric kind unit better formula numerator denominator multiplier } }"
    )
    told = {each.pop("metric"): each for each in found["metrics"]}
    assert told["CPM"] == {
        "kind": "RATIO", "unit": "MONEY", "better": "LOWER", "multiplier": 1000,
        "formula": "1000 * SPEND / IMPRESSIONS", "numerator": "SPEND",
        "denominator": "IMPRESSIONS",
    }  # fmt: skip
    assert {name for name, each in told.items() if each["kind"] == "RATIO"} == set(RATIOS)
    assert {name for name, each in told.items() if each["kind"] == "DISTINCT"} == {"REACH"}
