from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from core.exchange import cross_rate
from core.records.exchange import KnownRates, Publication
from tests.graph.world import World, error_of

ENTRY = """
query($to: String, $asOf: DateTime, $on: Date!) {
  marketingEntries(filter: {dates: {since: $on, until: $on}}, first: 1, asOf: $asOf) {
    nodes { date spend currency
      converted(to: $to) {
        currency spend conversionValue reason rate { base quote value date source }
      }
    }
  }
}
"""
RATE = """
query($base: String!, $quote: String!, $on: Date!, $asOf: DateTime) {
  exchangeRate(base: $base, quote: $quote, on: $on, asOf: $asOf) { value date source }
}
"""


async def converted(world: World, on: str, **variables: Any) -> Any:
    answer = await world.ask(ENTRY, on=on, **variables)
    assert "errors" not in answer
    return answer["data"]["marketingEntries"]["nodes"][0]


async def test_a_sunday_is_converted_at_friday_s_rate(world: World) -> None:
    entry = await converted(world, "2026-11-01", to="usd")
    assert entry["spend"] == "200.5"
    assert entry["converted"] == {
        "currency": "USD",
        "spend": "223.9986",
        "conversionValue": "1117.2",
        "reason": None,
        "rate": {
            "base": "EUR",
            "quote": "USD",
            "value": "1.1172",
            "date": "2026-10-30",
            "source": "European Central Bank",
        },
    }


async def test_an_answer_as_of_a_moment_keeps_the_rates_of_that_moment(world: World) -> None:
    now = await converted(world, "2026-11-09", to="USD")
    assert now["converted"]["rate"]["date"] == "2026-11-02"
    before = await converted(world, "2026-11-09", to="USD", asOf="2026-11-11T23:59:59+00:00")
    assert before["converted"]["rate"]["date"] == "2026-10-30"
    assert before["converted"]["rate"]["value"] == "1.1172"


async def test_left_out_the_reporting_currency_is_meant(world: World) -> None:
    entry = await converted(world, "2026-11-01")
    shelf = world.memory.of(world.north)
    assert shelf.tenant is not None
    assert entry["converted"]["currency"] == shelf.tenant.reporting_currency


async def test_the_same_currency_needs_no_publication(world: World) -> None:
    entry = await converted(world, "2026-11-01", to="EUR")
    assert entry["converted"]["spend"] == "200.5"
    assert entry["converted"]["rate"]["value"] == "1"
    assert entry["converted"]["rate"]["source"] == "the same currency"


async def test_without_a_rate_there_is_no_amount_and_a_reason(world: World) -> None:
    entry = await converted(world, "2026-11-09", to="GBP")
    assert entry["converted"] == {
        "currency": "GBP",
        "spend": None,
        "conversionValue": None,
        "rate": None,
        "reason": "no rate from EUR to GBP was published on or before 2026-11-09, "
        "and none of your own covers it",
    }


async def test_what_is_no_currency_is_refused(world: World) -> None:
    answer = await world.ask(ENTRY, on="2026-11-01", to="euros")
    assert error_of(answer)["field"] == "to"
    answer = await world.ask(RATE, base="EUR", quote="", on="2026-11-01")
    assert error_of(answer)["field"] == "quote"


async def test_two_currencies_meet_through_the_euro(world: World) -> None:
    answer = await world.ask(RATE, base="USD", quote="GBP", on="2026-11-01")
    assert answer["data"]["exchangeRate"] == {
        "value": "0.746330110992",
        "date": "2026-10-30",
        "source": "European Central Bank",
    }


async def test_before_the_first_publication_there_is_no_rate(world: World) -> None:
    answer = await world.ask(RATE, base="USD", quote="GBP", on="2026-10-29")
    assert answer["data"]["exchangeRate"] is None


async def test_a_thousand_entries_cost_one_call_for_their_rates(world: World) -> None:
    query = '{ marketingEntries(first: 25) { nodes { converted(to: "USD") { spend } } } }'
    answer = await world.ask(query)
    assert len(answer["data"]["marketingEntries"]["nodes"]) == 25
    assert world.calls.count("exchange.known") == 1


async def test_attribution_rows_are_converted_too(world: World) -> None:
    answer = await world.ask(
        """{ attributionRows(dates: {since: "2026-11-01", until: "2026-11-01"}) {
               nodes { spend converted(to: "USD") { spend rate { date } } } } }"""
    )
    [row] = answer["data"]["attributionRows"]["nodes"]
    assert row["converted"]["rate"]["date"] == "2026-10-30"
    assert Decimal(row["converted"]["spend"]) == Decimal(row["spend"]) * Decimal("1.1172")


PER_EURO = st.decimals(min_value="0.0001", max_value="100000", places=4)


@given(dollars=PER_EURO, pounds=PER_EURO)
def test_there_and_back_is_one_to_eleven_digits(dollars: Decimal, pounds: Decimal) -> None:
    published = Publication(date(2026, 1, 2), "test", {"USD": dollars, "GBP": pounds})
    known = KnownRates(published.date, published)
    there = cross_rate(known, "USD", "GBP")
    back = cross_rate(known, "GBP", "USD")
    assert there is not None
    assert back is not None
    assert abs(there.value * back.value - 1) < Decimal("1e-11")
    assert len(there.value.as_tuple().digits) <= 12


@given(dollars=PER_EURO)
def test_the_euro_itself_is_exact(dollars: Decimal) -> None:
    published = Publication(date(2026, 1, 2), "test", {"USD": dollars})
    known = KnownRates(published.date, published)
    rate = cross_rate(known, "EUR", "USD")
    assert rate is not None
    assert rate.value == dollars
    assert cross_rate(known, "USD", "CHF") is None
