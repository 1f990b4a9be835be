"""Exchange rates of a tenant's own, over the real stores."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.exchange import cross_rate
from core.records.exchange import KnownRates, OwnRate, Publication
from graph.schema import LiftosSchema
from jobs.exchange import RateKeeper
from stores.wiring import Stores
from tests.graph.test_naming import Asker
from tests.support import NewTenant, RunningWorker, SandboxAt, ingest, meta_account

RATE = """query($base: String!, $quote: String!, $on: Date!, $asOf: DateTime) {
  exchangeRate(base: $base, quote: $quote, on: $on, asOf: $asOf) { value date source isOwn } }"""
SET = """mutation($rate: OwnExchangeRateInput!) { setExchangeRate(rate: $rate) { __typename
  ... on OwnExchangeRatePayload { rate { id version name value since until } }
  ... on UserError { code message field mend } } }"""
END = """mutation($id: ID!, $until: Date) { endExchangeRate(rateId: $id, until: $until) { __typename
  ... on OwnExchangeRatePayload { rate { version until } }
  ... on UserError { code field message } } }"""
LIST = "query($asOf: DateTime) { exchangeRates(asOf: $asOf) { name version value until } }"
ROWS = """query($to: String, $asOf: DateTime) {
  marketingEntries(first: 500, orderBy: DATE_ASC, asOf: $asOf) { nodes {
    spend converted(to: $to) { spend reason rate { value source } } } }
  attributionRows(dates: {since: "2026-09-29", until: "2026-09-30"}, currency: $to, asOf: $asOf) {
    nodes { spend unconverted } } }"""
ON = "2026-09-29"
BUDGET = {"name": "budget", "base": "EUR", "quote": "USD", "value": "1.1", "since": "2026-01-01"}


@pytest.fixture
async def asker(stores: Stores, schema: LiftosSchema, new_tenant: NewTenant) -> Asker:
    await RateKeeper(stores, "").keep()
    tenant = await new_tenant()
    return Asker(schema, stores, tenant.scope)


async def put(asker: Asker, **rate: Any) -> Any:
    return (await asker.ask(SET, rate=BUDGET | rate))["setExchangeRate"]


async def rate(asker: Asker, base: str, quote: str, on: str = ON, as_of: str | None = None) -> Any:
    return (await asker.ask(RATE, base=base, quote=quote, on=on, asOf=as_of))["exchangeRate"]


async def moment(stores: Stores, asker: Asker) -> str:
    """A moment between what was written and what will be, by the database's clock."""
    async with stores.database.read(asker.scope) as connection:
        found: datetime = await connection.fetchval("SELECT clock_timestamp()")
    return found.isoformat()


async def test_an_own_rate_holds_before_the_published_one_in_both_directions(
    asker: Asker, stores: Stores
) -> None:
    published = await rate(asker, "EUR", "USD")
    assert (published["source"], published["isOwn"]) == ("European Central Bank", False)
    before = await moment(stores, asker)
    await put(asker, until="2026-12-31")
    own = {"value": "1.1", "date": "2026-01-01", "source": "own: budget", "isOwn": True}
    assert await rate(asker, "EUR", "USD") == own
    assert await rate(asker, "USD", "EUR") == own | {"value": "0.909090909091"}
    assert await rate(asker, "EUR", "USD", as_of=before) == published
    pounds = await rate(asker, "EUR", "GBP")
    through = await rate(asker, "GBP", "USD")
    assert through["source"] == "European Central Bank, own: budget"
    assert through["date"] == pounds["date"]
    assert abs(Decimal(through["value"]) * Decimal(pounds["value"]) - Decimal("1.1")) < Decimal(
        "1e-11"
    )
    assert (await rate(asker, "EUR", "USD", on="2025-12-31"))["isOwn"] is False


async def test_a_currency_that_nobody_publishes_comes_to_all_others(asker: Asker) -> None:
    assert await rate(asker, "AED", "USD") is None
    await put(asker, name="peg", base="AED", quote="USD", value="0.25")
    dollars = Decimal((await rate(asker, "EUR", "USD"))["value"])
    assert (await rate(asker, "USD", "AED"))["value"] == "4"
    found = await rate(asker, "EUR", "AED")
    assert (Decimal(found["value"]), found["source"]) == (
        dollars * 4,
        "European Central Bank, own: peg",
    )


async def test_a_name_that_is_there_is_set_anew_and_every_version_kept(
    asker: Asker, stores: Stores
) -> None:
    first = (await put(asker))["rate"]
    before = await moment(stores, asker)
    second = (await put(asker, value="1.2"))["rate"]
    assert (second["id"], second["version"], second["value"]) == (first["id"], 2, "1.2")
    assert (await put(asker, value="1.2"))["rate"] == second
    ended = await asker.ask(END, id=first["id"], until="2026-06-30")
    assert ended["endExchangeRate"]["rate"] == {"version": 3, "until": "2026-06-30"}
    assert (await rate(asker, "EUR", "USD"))["isOwn"] is False
    assert (await rate(asker, "EUR", "USD", as_of=before))["value"] == "1.1"
    await asker.ask(END, id=first["id"])
    assert (await asker.ask(LIST))["exchangeRates"] == []
    assert (await asker.ask(LIST, asOf=before))["exchangeRates"] == [
        {"name": "budget", "version": 1, "value": "1.1", "until": None}
    ]
    gone = (await asker.ask(END, id=first["id"]))["endExchangeRate"]
    assert (gone["code"], gone["field"]) == ("NOT_FOUND", "rateId")


async def test_of_several_the_one_that_begins_last_holds(asker: Asker) -> None:
    await put(asker, name="third quarter", base="USD", quote="EUR", value="0.8", since="2026-07-01")
    await put(asker)
    assert (await rate(asker, "EUR", "USD"))["value"] == "1.25"
    await put(asker, name="also", value="1.3", since="2026-07-01")
    assert (await rate(asker, "EUR", "USD"))["value"] == "1.3"


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"value": "0"}, "value"),
        ({"value": "-1"}, "value"),
        ({"value": "1.1234567890123"}, "value"),
        ({"base": "dollars"}, "base"),
        ({"quote": "eur"}, "quote"),
        ({"name": " "}, "name"),
        ({"until": "2025-12-31"}, "until"),
    ],
)
async def test_what_cannot_be_a_rate_is_refused(
    asker: Asker, wrong: dict[str, str], field: str
) -> None:
    refused = await put(asker, **wrong)
    assert (refused["code"], refused["field"]) == ("BAD_USER_INPUT", field)
    assert refused["mend"]


async def test_a_rate_cannot_end_before_it_begins(asker: Asker) -> None:
    made = (await put(asker))["rate"]
    refused = (await asker.ask(END, id=made["id"], until="2025-01-01"))["endExchangeRate"]
    assert (refused["code"], refused["field"]) == ("CONFLICT", "until")


async def test_entries_and_attribution_rows_go_by_it(
    asker: Asker, stores: Stores, running_worker: RunningWorker, sandbox: SandboxAt
) -> None:
    connection = await stores.connections.create(asker.scope, meta_account())
    async with running_worker(sandbox.url):
        await ingest(stores, asker.scope, connection, "2026-09-29", "2026-09-30")
    without = await asker.ask(ROWS, to="AED")
    assert {each["spend"] for each in without["attributionRows"]["nodes"]} == {None}
    before = await moment(stores, asker)
    await put(asker, quote="AED", value="4")
    found = await asker.ask(ROWS, to="AED")
    entries = found["marketingEntries"]["nodes"]
    assert entries
    for each in entries:
        assert each["converted"]["rate"] == {"value": "4", "source": "own: budget"}
        assert Decimal(each["converted"]["spend"]) == 4 * Decimal(each["spend"])
    rows = found["attributionRows"]["nodes"]
    assert {each["unconverted"] for each in rows} == {0}
    total = sum(Decimal(each["converted"]["spend"]) for each in entries)
    assert sum(Decimal(each["spend"]) for each in rows) == total
    assert await asker.ask(ROWS, to="AED", asOf=before) == without


VALUES = st.decimals(min_value="0.001", max_value="1000", places=6)


@given(own=VALUES, dollars=VALUES)
def test_there_and_back_is_one(own: Decimal, dollars: Decimal) -> None:
    day = date(2026, 1, 2)
    known = KnownRates(
        day,
        Publication(day, "test", {"USD": dollars}),
        (OwnRate("own", "AED", "USD", own, day),),
    )
    for base, quote in (("AED", "USD"), ("AED", "EUR"), ("EUR", "USD")):
        there, back = cross_rate(known, base, quote), cross_rate(known, quote, base)
        assert there is not None
        assert back is not None
        assert abs(there.value * back.value - 1) < Decimal("1e-11")
        assert len(there.value.as_tuple().digits) <= 12
