"""Attribution rows over the real store: exact sums at any grain, and pages of one moment."""

from __future__ import annotations

import base64
import json
import random
from collections import defaultdict
from collections.abc import Iterable, Mapping
from contextlib import aclosing
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from core.commands import ConnectSource, FileOptions, StartIngestion
from core.periods import Grain, Weekday, period_of
from core.records.attribution import AttributionDefinition, AttributionDimension
from core.records.connections import ConnectionRecord, Level, Source
from core.records.pages import PageRequest
from core.units import DateRange
from graph.context import Context
from graph.ids import CONNECTION
from graph.schema import LiftosSchema
from resolvers.attribution import key_names, key_texts
from resolvers.session import Session
from stores.wiring import Stores
from tests.graph.test_postgres import Asker
from tests.support import NewTenant, RunningWorker, Tenant, ended, upload

SINCE, UNTIL = date(2026, 7, 30), date(2026, 10, 6)
DATES = {"since": SINCE.isoformat(), "until": UNTIL.isoformat()}
HEADER = (
    "Date,Campaign ID,Campaign name,Channel,Amount spent,Impressions,Clicks,Conversions,"
    "Conversion value"
)
METRICS = ("spend", "impressions", "clicks", "conversions", "conversionValue")
CHANNELS = ("Paid Social", "Paid Search", "Display")
ROWS = """query(
  $dates: DateRangeInput!, $grain: Grain! = DAY, $weekStart: Weekday! = MONDAY,
  $by: [AttributionDimension!], $facts: AttributionFacts! = MEDIA, $currency: String,
  $filter: AttributionRowFilter, $minQuality: Float, $sources: [Source!],
  $asOf: DateTime, $first: Int, $after: String, $last: Int, $before: String
) { attributionRows(
  dates: $dates, grain: $grain, weekStart: $weekStart, by: $by, facts: $facts, currency: $currency,
  filter: $filter, minQuality: $minQuality, sources: $sources, asOf: $asOf,
  first: $first, after: $after, last: $last, before: $before
) {
  asOf
  pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  nodes {
    date until channel source accountId country currency entries days reach unconverted quality
    isMature isPartial spend impressions clicks linkClicks conversions conversionValue
    ctr cpc cpm cvr cpa roas campaign { campaignId } connection { id }
    daysInPeriod weekendDays isoWeek dayOfWeek
  }
} }"""
ENTRIES = """query($filter: MarketingEntryFilter, $asOf: DateTime) {
  marketingEntries(filter: $filter, asOf: $asOf, first: 1000, orderBy: DATE_ASC) {
    totalCount nodes {
      date source accountId channel currency spend impressions clicks conversions conversionValue
      campaign { campaignId } converted(to: "USD") { spend conversionValue }
    } } }"""
Json = dict[str, Any]


@dataclass(frozen=True)
class Shop:
    """A tenant with media in two currencies."""

    owner: Asker
    tenant: Tenant
    stores: Stores
    connections: Mapping[str, ConnectionRecord]

    async def rows(self, **asked: Any) -> Json:
        found: Json = (await self.owner.ask(ROWS, **{"dates": DATES, "first": 1000} | asked))[
            "attributionRows"
        ]
        return found

    async def refused(self, **asked: Any) -> Json:
        context = Context(Session.open(self.tenant.scope, self.stores), "request-1")
        variables = {"dates": DATES} | asked
        result = await self.owner.schema.execute(ROWS, variables, context)
        assert result.errors is not None
        [error] = result.errors
        told = dict(error.extensions or {})
        return {"message": error.message, **told}

    async def walked(self, first: int, **asked: Any) -> tuple[list[Json], set[str]]:
        """Every row, page by page, and the moments that the pages named."""
        page = await self.rows(first=first, **asked)
        rows, moments = list(page["nodes"]), {page["asOf"]}
        while page["pageInfo"]["hasNextPage"]:
            asked.pop("asOf", None)
            page = await self.rows(first=first, after=page["pageInfo"]["endCursor"], **asked)
            rows += page["nodes"]
            moments.add(page["asOf"])
        return rows, moments

    async def entries(self, *names: str, as_of: str | None = None) -> list[Json]:
        ids = [CONNECTION.encode(self.connections[name].id) for name in names]
        found = await self.owner.ask(ENTRIES, filter={"connections": ids}, asOf=as_of)
        assert found["marketingEntries"]["totalCount"] == len(found["marketingEntries"]["nodes"])
        nodes: list[Json] = found["marketingEntries"]["nodes"]
        return nodes


def media_file(seed: int, *, more_spend: int = 0) -> bytes:
    dice = random.Random(seed)  # noqa: S311 - the same file every time
    lines = [HEADER]
    for day in DateRange(SINCE, UNTIL):
        for number, channel in enumerate(CHANNELS):
            shown = dice.randrange(100, 5000)
            spend = Decimal(dice.randrange(10**8)) / 10**6 + more_spend
            told = (
                spend,
                shown,
                shown // 9,
                Decimal(dice.randrange(900)) / 100,
                dice.randrange(99),
            )
            lines.append(",".join(map(str, (day, number, f"c {number}", channel, *told))))
    return "\n".join(lines).encode()


async def loaded(stores: Stores, tenant: Tenant, connection: ConnectionRecord, body: bytes) -> None:
    uploaded = await upload(stores, tenant.scope, "a.csv", body)
    command = StartIngestion(connection.id, upload_id=uploaded.id, file=FileOptions())
    run = await stores.runs.start_ingestion(tenant.scope, command)
    assert (await ended(stores, tenant.scope, run.id)).counters.rejected == 0


@pytest.fixture(scope="module")
async def shop(
    stores: Stores, new_tenant: NewTenant, running_worker: RunningWorker, schema: LiftosSchema
) -> Shop:
    tenant = await new_tenant(calendar=True)
    places = {
        "eu": ("EUR", media_file(1)),
        "uk": ("GBP", media_file(2)),
    }
    connections: dict[str, ConnectionRecord] = {}
    async with running_worker("http://unused.invalid"):
        for name, (currency, body) in places.items():
            command = ConnectSource(
                Source.FILE, name, name, currency, "Europe/Berlin", Level.CAMPAIGN, look_back_days=0
            )
            connections[name] = await stores.connections.create(tenant.scope, command)
            await loaded(stores, tenant, connections[name], body)
    assert await stores.attribution_days.fold(tenant.scope, again=True) == 2 * 69
    return Shop(Asker(schema, stores, tenant.scope), tenant, stores, connections)


def total(rows: Iterable[Json], metric: str) -> Decimal:
    return sum((Decimal(row[metric]) for row in rows if row[metric] is not None), Decimal())


@pytest.mark.parametrize("grain", Grain)
@pytest.mark.parametrize("by", [[], ["SOURCE"], ["CONNECTION", "CAMPAIGN"]])
async def test_rows_of_every_grain_and_dimension_add_up_to_the_entries(
    shop: Shop, grain: Grain, by: list[str]
) -> None:
    rows, moments = await shop.walked(97, grain=grain.value, by=by)
    entries = await shop.entries("eu", "uk")
    assert len(moments) == 1
    assert sum(row["entries"] for row in rows) == len(entries) == 3 * 2 * 69
    for metric in METRICS:
        assert total(rows, metric) == total(entries, metric)
    keys = [
        (row["date"], row["channel"], row["accountId"], (row["connection"] or {}).get("id"),
         (row["campaign"] or {}).get("campaignId"), row["currency"])
        for row in rows
    ]  # fmt: skip
    assert len(set(keys)) == len(keys)
    assert [key[:2] for key in keys] == sorted(key[:2] for key in keys)


@pytest.mark.parametrize("week_start", Weekday)
async def test_weeks_and_months_are_the_sums_of_their_days(shop: Shop, week_start: Weekday) -> None:
    days = (await shop.rows(by=[]))["nodes"]
    for grain in (Grain.WEEK, Grain.MONTH):
        rows = (await shop.rows(grain=grain.value, weekStart=week_start.name, by=[]))["nodes"]
        expected: defaultdict[tuple[str, str, str], list[Json]] = defaultdict(list)
        for day in days:
            period = period_of(date.fromisoformat(day["date"]), grain, week_start)
            expected[period.since.isoformat(), day["channel"], day["currency"]].append(day)
        assert [(row["date"], row["channel"], row["currency"]) for row in rows] == sorted(expected)
        for row in rows:
            below = expected[row["date"], row["channel"], row["currency"]]
            period = period_of(date.fromisoformat(row["date"]), grain, week_start)
            assert row["until"] == period.until.isoformat()
            assert (row["days"], row["entries"]) == (len(below), len(below))
            assert row["isPartial"] is (period.since < SINCE or period.until > UNTIL)
            for metric in METRICS:
                assert total([row], metric) == total(below, metric)


async def test_rates_are_of_the_sums_and_periods_have_their_calendar(shop: Shop) -> None:
    [row] = (
        await shop.rows(
            grain="MONTH", by=[], currency="EUR", sources=["FILE"],
            dates={"since": "2026-09-01", "until": "2026-09-30"},
            filter={"connections": [CONNECTION.encode(shop.connections["eu"].id)],
                    "campaigns": await campaign_ids(shop, "1")},
        )
    )["nodes"]  # fmt: skip
    spend, clicks, shown = (Decimal(row[name]) for name in ("spend", "clicks", "impressions"))
    conversions, value = Decimal(row["conversions"]), Decimal(row["conversionValue"])
    expected = {
        "ctr": clicks / shown,
        "cpc": spend / clicks,
        "cpm": 1000 * spend / shown,
        "cvr": conversions / clicks,
        "cpa": spend / conversions,
        "roas": value / spend,
    }
    for name, rate in expected.items():
        assert Decimal(row[name]) == round(rate, 10)
    assert (row["daysInPeriod"], row["weekendDays"], row["dayOfWeek"]) == (30, 8, None)
    assert (row["isPartial"], row["isMature"], row["days"]) == (False, True, 30)


async def campaign_ids(shop: Shop, number: str) -> list[str]:
    found = await shop.owner.ask("{ campaigns(first: 100) { nodes { id campaignId } } }")
    return [node["id"] for node in found["campaigns"]["nodes"] if node["campaignId"] == number]


async def test_one_currency_is_every_entry_converted_at_its_day_and_then_summed(
    shop: Shop,
) -> None:
    entries = [entry["converted"] for entry in await shop.entries("eu", "uk")]
    for grain in Grain:
        rows, _ = await shop.walked(50, grain=grain.value, by=[], currency="usd")
        assert {row["currency"] for row in rows} == {"USD"}
        assert {row["unconverted"] for row in rows} == {0}
        for metric in ("spend", "conversionValue"):
            assert total(rows, metric) == total(entries, metric)


async def test_a_currency_without_a_rate_leaves_no_sum_and_says_how_many(shop: Shop) -> None:
    rows = (await shop.rows(by=[], currency="XAF"))["nodes"]
    assert {(row["spend"], row["conversionValue"], row["unconverted"]) for row in rows} == {
        (None, None, 2)
    }
    assert total(rows, "clicks") == total(await shop.entries("eu", "uk"), "clicks")


async def test_pages_tell_one_moment_whatever_is_written_between_them(
    shop: Shop, running_worker: RunningWorker
) -> None:
    asked: Json = {"by": ["CONNECTION", "CAMPAIGN"], "grain": "DAY"}
    whole = await shop.rows(**asked)
    page = await shop.rows(first=60, **asked)
    pinned, rows = page["asOf"], list(page["nodes"])
    assert rows == whole["nodes"][:60]
    added = f"{UNTIL},9,new,Video,1,2,3,4,5".encode()
    async with running_worker("http://unused.invalid"):
        for more in range(1, 4):
            body = media_file(1, more_spend=more) + b"\n" + added
            await loaded(shop.stores, shop.tenant, shop.connections["eu"], body)
            page = await shop.rows(first=60, after=page["pageInfo"]["endCursor"], **asked)
            assert page["asOf"] == pinned
            rows += page["nodes"]
    while page["pageInfo"]["hasNextPage"]:
        page = await shop.rows(first=60, after=page["pageInfo"]["endCursor"], **asked)
        rows += page["nodes"]
    assert rows == whole["nodes"]
    backward = await shop.rows(first=None, last=1000, before=page["pageInfo"]["endCursor"], **asked)
    assert backward["nodes"] == rows[:-1]
    assert (await shop.rows(asOf=pinned, **asked))["nodes"] == rows
    now = (await shop.rows(**asked))["nodes"]
    assert len(now) == len(rows) + 1
    assert total(now, "spend") == total(rows, "spend") + 3 * len(CHANNELS) * 69 + 1


@pytest.mark.parametrize("size", [1, 7, 1000])
async def test_a_walk_backward_meets_the_same_rows(shop: Shop, size: int) -> None:
    asked: Json = {
        "grain": "WEEK",
        "by": [],
        "dates": {"since": "2026-08-05", "until": "2026-08-30"},
    }
    forward, _ = await shop.walked(size, **asked)
    page = await shop.rows(first=None, last=size, **asked)
    rows = list(page["nodes"])
    while page["pageInfo"]["hasPreviousPage"]:
        before = page["pageInfo"]["startCursor"]
        page = await shop.rows(first=None, last=size, before=before, **asked)
        rows = page["nodes"] + rows
    assert rows == forward
    assert {row["date"] for row in rows} == {f"2026-08-{day:02}" for day in (3, 10, 17, 24)}


async def test_a_cursor_fits_its_definition_and_no_moment_that_has_not_passed(shop: Shop) -> None:
    page = await shop.rows(first=5, by=[])
    cursor = page["pageInfo"]["endCursor"]
    for other in (
        {"by": ["SOURCE"]},
        {"by": [], "grain": "WEEK"},
        {"by": [], "currency": "EUR"},
        {"by": [], "dates": DATES | {"until": "2026-10-05"}},
    ):
        refused = await shop.refused(after=cursor, **other)
        assert (refused["code"], refused["field"]) == ("BAD_USER_INPUT", "after")
        assert refused["message"] == "after is a cursor of another list or ordering"
    refused = await shop.refused(after=cursor, by=[], asOf="2026-01-01T00:00:00Z")
    assert (refused["code"], refused["field"]) == ("BAD_USER_INPUT", "asOf")
    tag, _, *key = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    forged = json.dumps([tag, "2999-01-01T00:00:00+00:00", *key]).encode()
    forged_cursor = base64.urlsafe_b64encode(forged).decode().rstrip("=")
    refused = await shop.refused(after=forged_cursor, by=[])
    assert (refused["field"], refused["message"]) == ("after", "after is not a cursor")


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"facts": "ORDERS", "by": []}, "by"),
        ({"facts": "SERIES", "currency": "EUR"}, "currency"),
        ({"filter": {"levels": ["ORDER"]}}, "filter.levels"),
        ({"filter": {"dateBases": ["SEND", "EVENT"]}}, "filter.dateBases"),
        ({"filter": {"series": ["tv"]}}, "filter.series"),
        ({"filter": {"seriesRoles": ["KPI"]}}, "filter.seriesRoles"),
        ({"facts": "ORDERS", "filter": {"seriesRoles": ["KPI"]}}, "filter.seriesRoles"),
        ({"minQuality": 1.5}, "minQuality"),
        ({"currency": "euros"}, "currency"),
    ],
)
async def test_what_would_mislead_is_refused_with_its_mend(
    shop: Shop, asked: Json, field: str
) -> None:
    refused = await shop.refused(**asked)
    assert (refused["code"], refused["field"]) == ("BAD_USER_INPUT", field)
    assert refused["mend"]


async def test_days_without_entries_and_beyond_all_calendars_are_an_empty_page(shop: Shop) -> None:
    for since, until in (("0001-01-01", "1989-12-31"), ("2100-01-01", "9999-12-31")):
        for grain in Grain:
            page = await shop.rows(dates={"since": since, "until": until}, grain=grain.value)
            assert (page["nodes"], page["pageInfo"]["hasNextPage"]) == ([], False)
    page = await shop.rows(dates={"since": "0001-01-01", "until": "9999-12-31"}, first=1)
    assert [node["date"] for node in page["nodes"]] == [SINCE.isoformat()]
    page = await shop.rows(dates={"since": "0001-01-01", "until": "9999-12-31"}, first=None, last=1)
    assert [node["date"] for node in page["nodes"]] == [UNTIL.isoformat()]


@pytest.mark.parametrize("grain", Grain)
async def test_the_stream_is_the_pages_row_by_row(shop: Shop, grain: Grain) -> None:
    definition = AttributionDefinition(
        DateRange(SINCE, UNTIL),
        grain,
        Weekday.SUNDAY,
        by=(AttributionDimension.CONNECTION, AttributionDimension.CAMPAIGN),
        currency="USD",
    )
    store, scope = shop.stores.attribution, shop.tenant.scope
    found = await store.page(scope, definition, PageRequest(5000), None)
    names = key_names(definition)
    expected = [
        (*key_texts(row, names), row.until, row.entries, row.days, row.spend, row.clicks,
         row.conversions, row.conversion_value, row.is_mature, row.is_partial, row.quality,
         row.learned_at)
        for row in found.page.items
    ]  # fmt: skip
    streamed = []
    async with aclosing(store.stream(scope, definition, found.as_of)) as batches:
        async for batch in batches:
            streamed += batch.to_pylist()
    measures = ("until", "entries", "days", "spend", "clicks", "conversions", "conversion_value",
                "is_mature", "is_partial", "quality", "learned_at")  # fmt: skip
    assert [
        (str(row["time"]), *(row[name] or "" for name in names), *(row[name] for name in measures))
        for row in streamed
    ] == expected
    assert len(expected) > 18


async def test_a_stream_that_is_left_early_gives_its_connection_back(shop: Shop) -> None:
    definition = AttributionDefinition(DateRange(SINCE, UNTIL))
    found = await shop.stores.attribution.page(shop.tenant.scope, definition, PageRequest(1), None)
    for _ in range(30):
        stream = shop.stores.attribution.stream(shop.tenant.scope, definition, found.as_of)
        async with aclosing(stream) as batches:
            async for _ in batches:
                break
    assert (await shop.rows(first=1))["nodes"]
