"""Budgets, over the real stores: set, kept in every version, listed, removed."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.records.budgets import Budget
from core.records.findings import Subject, SubjectLevel
from core.units import DateRange
from graph.ids import CAMPAIGN, CONNECTION
from graph.schema import LiftosSchema
from stores.wiring import Stores
from tests.graph.test_naming import Asker
from tests.graph.test_own_rates import moment
from tests.support import NewTenant, meta_account

SET = """mutation($budget: BudgetInput!) { setBudget(budget: $budget) { __typename
  ... on BudgetPayload { budget { id version name level channel amount currency weekdays
    dates { since until } connection { name } planned(until: "2026-11-10") } }
  ... on UserError { code message field mend } } }"""
REMOVE = """mutation($id: ID!) { removeBudget(budgetId: $id) { __typename
  ... on BudgetPayload { budget { version name } }
  ... on UserError { code message field mend } } }"""
LIST = """query($filter: BudgetFilter, $asOf: DateTime) {
  budgets(filter: $filter, asOf: $asOf) { name version amount } }"""
NOVEMBER = {"since": "2026-11-01", "until": "2026-11-30"}
BUDGET = {
    "name": "November",
    "channel": "Paid Social",
    "dates": NOVEMBER,
    "amount": "3000",
    "currency": "eur",
}


@pytest.fixture
async def asker(stores: Stores, schema: LiftosSchema, new_tenant: NewTenant) -> Asker:
    tenant = await new_tenant()
    return Asker(schema, stores, tenant.scope)


async def put(asker: Asker, **budget: Any) -> Any:
    return (await asker.ask(SET, budget=BUDGET | budget))["setBudget"]


async def names(asker: Asker, as_of: str | None = None, **asked: Any) -> list[str]:
    found = await asker.ask(LIST, filter=asked or None, asOf=as_of)
    return [each["name"] for each in found["budgets"]]


async def test_a_budget_is_answered_with_its_plan(asker: Asker) -> None:
    made = (await put(asker))["budget"]
    assert made.pop("id")
    assert made == {
        "version": 1,
        "name": "November",
        "level": "CHANNEL",
        "channel": "Paid Social",
        "amount": "3000",
        "currency": "EUR",
        "weekdays": ["1"] * 7,
        "dates": NOVEMBER,
        "connection": None,
        "planned": "1000",
    }
    # The 10 days from Sunday 1 November on have 7 of the month's 21 working days.
    weekdays = ["1", "1", "1", "1", "1", "0", "0"]
    shaped = (await put(asker, name="working days", weekdays=weekdays))["budget"]
    assert (shaped["planned"], shaped["weekdays"]) == ("1000", weekdays)
    early = await put(asker, name="early", weekdays=["0", "0", "0", "0", "0", "0", "2"])
    # Two of five Sundays.
    assert early["budget"]["planned"] == "1200"


async def test_a_name_that_is_there_is_set_anew_and_every_version_kept(
    asker: Asker, stores: Stores
) -> None:
    first = (await put(asker))["budget"]
    before = await moment(stores, asker)
    second = (await put(asker, amount="3500.5"))["budget"]
    assert (second["id"], second["version"], second["amount"]) == (first["id"], 2, "3500.5")
    assert (await put(asker, amount="3500.50"))["budget"] == second
    gone = (await asker.ask(REMOVE, id=first["id"]))["removeBudget"]
    assert gone["budget"] == {"version": 2, "name": "November"}
    assert await names(asker) == []
    then = await asker.ask(LIST, filter=None, asOf=before)
    assert then["budgets"] == [{"name": "November", "version": 1, "amount": "3000"}]
    again = (await asker.ask(REMOVE, id=first["id"]))["removeBudget"]
    assert (again["code"], again["field"]) == ("NOT_FOUND", "budgetId")


async def test_budgets_are_found_by_who_spends_them_and_by_their_days(
    asker: Asker, stores: Stores
) -> None:
    connection = await stores.connections.create(asker.scope, meta_account())
    account = CONNECTION.encode(connection.id)
    of_account = await put(asker, name="account", channel=None, connectionId=account)
    assert of_account["budget"]["connection"] == {"name": connection.name}
    december = {"since": "2026-12-01", "until": "2026-12-31"}
    await put(asker, name="everything", channel=None, dates=december, currency="USD")
    await put(asker)
    assert await names(asker) == ["everything", "November", "account"]
    assert await names(asker, levels=["TENANT"]) == ["everything"]
    assert await names(asker, connections=[account]) == ["account"]
    both = await names(asker, connections=[account], channels=["Paid Social"])
    assert both == ["November", "account"]
    assert await names(asker, channels=["Email"]) == []
    assert await names(asker, dates={"since": "2026-11-30", "until": "2026-12-01"}) == [
        "everything",
        "November",
        "account",
    ]
    assert await names(asker, dates=december) == ["everything"]


UNKNOWN = UUID(int=7)


@pytest.mark.parametrize(
    ("wrong", "code", "field"),
    [
        ({"amount": "0"}, "BAD_USER_INPUT", "amount"),
        ({"amount": "0.0000001"}, "BAD_USER_INPUT", "amount"),
        ({"amount": "1000000000001"}, "BAD_USER_INPUT", "amount"),
        ({"currency": "euros"}, "BAD_USER_INPUT", "currency"),
        ({"name": " "}, "BAD_USER_INPUT", "name"),
        ({"channel": " "}, "BAD_USER_INPUT", "channel"),
        ({"weekdays": ["1"]}, "BAD_USER_INPUT", "weekdays"),
        ({"weekdays": ["0"] * 7}, "BAD_USER_INPUT", "weekdays"),
        ({"weekdays": ["-1", *["1"] * 6]}, "BAD_USER_INPUT", "weekdays"),
        ({"dates": {"since": "2026-01-01", "until": "2027-01-02"}}, "BAD_USER_INPUT", "dates"),
        (
            {"dates": {"since": "2026-11-02", "until": "2026-11-01"}},
            "BAD_USER_INPUT",
            "dates.since",
        ),
        ({"connectionId": CONNECTION.encode(UNKNOWN)}, "BAD_USER_INPUT", "budget"),
        (
            {"channel": None, "connectionId": CONNECTION.encode(UNKNOWN)},
            "NOT_FOUND",
            "connectionId",
        ),
        ({"channel": None, "campaignId": CAMPAIGN.encode(UNKNOWN)}, "NOT_FOUND", "campaignId"),
    ],
)
async def test_what_cannot_be_a_budget_is_refused(
    asker: Asker, wrong: dict[str, Any], code: str, field: str
) -> None:
    refused = await put(asker, **wrong)
    assert (refused["code"], refused["field"]) == (code, field)
    assert refused["mend"]
    assert await names(asker) == []


async def test_a_connection_spends_in_its_own_currency(asker: Asker, stores: Stores) -> None:
    connection = await stores.connections.create(asker.scope, meta_account())
    of = {"channel": None, "connectionId": CONNECTION.encode(connection.id), "currency": "AED"}
    refused = await put(asker, **of)
    assert (refused["code"], refused["field"]) == ("BAD_USER_INPUT", "currency")
    assert connection.currency in refused["mend"]


WEIGHTS = st.lists(st.integers(0, 9).map(Decimal), min_size=7, max_size=7).map(tuple)


@given(days=st.integers(7, 366), weights=WEIGHTS.filter(any))
def test_a_plan_never_falls_and_ends_at_the_amount(days: int, weights: tuple[Decimal, ...]) -> None:
    since = date(2026, 1, 1)
    dates = DateRange(since, date.fromordinal(since.toordinal() + days - 1))
    amount = Decimal("1234.567891")
    budget = Budget("plan", Subject(SubjectLevel.TENANT), dates, amount, "EUR", weights)
    planned = [budget.planned(day) for day in dates]
    assert planned == sorted(planned)
    assert planned[-1] == amount
    assert budget.planned(date(2025, 12, 31)) == 0
    assert budget.planned(date(2028, 1, 1)) == amount
