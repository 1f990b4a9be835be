"""Budgets in whole analyses: what their days come to is told, and judged once they are over."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from core.records.insights import InsightKind, InsightState, InsightVerdict
from stores.wiring import Stores
from tests.jobs.analysing import Desk, account, csv
from tests.support import NewTenant, RunningWorker, SandboxAt

USUAL = {"alpha": 100.0, "beta": 100.0}
MAY = {"since": "2026-05-01", "until": "2026-05-31"}
SET = """mutation($budget: BudgetInput!) { setBudget(budget: $budget) {
  ... on BudgetPayload { budget { id } } ... on UserError { message field } } }"""
TOLD = """{ insights(kinds: [PACING]) { nodes { title text metric currency isFinal state atStake
  expected window { since until } subject { level name } effect { unit confidence } } } }"""


@pytest.fixture
async def desk(
    stores: Stores, new_tenant: NewTenant, running_worker: RunningWorker, sandbox: SandboxAt
) -> Desk:
    tenant = await new_tenant(reporting_currency="EUR")
    connection = await stores.connections.create(tenant.scope, account())
    return Desk(stores, tenant.scope, connection, running_worker, sandbox.url)


async def budget(desk: Desk, name: str, amount: str, **given: Any) -> None:
    plan = {"name": name, "amount": amount, "currency": "EUR", "dates": MAY} | given
    made = await desk.ask(SET, budget=plan)
    assert made["setBudget"]["budget"]["id"], made


async def campaigns(desk: Desk) -> dict[str, str]:
    found = await desk.ask("{ campaigns { nodes { id name } } }")
    return {each["name"]: each["id"] for each in found["campaigns"]["nodes"]}


async def test_a_budget_that_days_will_miss_is_told_until_it_is_another(desk: Desk) -> None:
    await desk.load(csv(USUAL))
    await budget(desk, "search", "4000", channel="Paid Search")
    await budget(desk, "in dollars", "4000", channel="Paid Search", currency="USD")
    await budget(desk, "June", "1", dates={"since": "2026-06-01", "until": "2026-06-30"})
    first = await desk.analysed()
    (node,) = (await desk.ask(TOLD))["insights"]["nodes"]
    text = node.pop("text")
    # 24 of 31 days are over.
    assert "with 7 days left, where 3,097 EUR were planned, and is to reach about" in text
    assert "The budget is 4,000 EUR: about 5" in text
    title = node.pop("title")
    assert title.startswith("Spend of channel Paid Search is to reach about 6,")
    assert title.endswith("EUR in May 2026, with a budget of 4,000 EUR")
    assert 2_000 < float(node.pop("atStake")) < 2_400
    assert node == {
        "metric": "spend",
        "currency": "EUR",
        "isFinal": False,
        "state": "OPEN",
        "expected": 4000.0,
        "window": MAY,
        "subject": {"level": "CHANNEL", "name": "Paid Search"},
        "effect": {"unit": "SHARE", "confidence": 0.9},
    }

    await budget(desk, "search", "6200", channel="Paid Search")
    await desk.analysed()
    (ended,) = await desk.told(InsightKind.PACING)
    assert (ended.state, ended.verdict) == (InsightState.RESOLVED, InsightVerdict.WITHDRAWN)
    (then,) = await desk.told(InsightKind.PACING, first.as_of)
    assert (then.state, then.verdict) == (InsightState.OPEN, None)


async def test_two_budgets_of_one_subject_are_two_insights(desk: Desk) -> None:
    await desk.load(csv(USUAL))
    await budget(desk, "month", "4000")
    await budget(desk, "six weeks", "5000", dates={"since": "2026-05-01", "until": "2026-06-11"})
    await desk.analysed()
    told = await desk.told(InsightKind.PACING)
    assert {each.window.until for each in told} == {date(2026, 5, 31), date(2026, 6, 11)}
    again = await desk.analysed()
    assert again.counters is not None
    assert (again.counters.created, again.counters.stored) == (0, 0)
    assert await desk.told(InsightKind.PACING) == told


async def test_days_that_are_over_show_whether_they_ended_there(desk: Desk) -> None:
    lines = csv(USUAL).splitlines(keepends=True)
    early = [each for each in lines if each[:10] <= "2026-05-10" or each.startswith("date")]
    await desk.load("".join(early))
    for name, id_ in (await campaigns(desk)).items():
        dates = {"since": "2026-05-01", "until": "2026-05-17"}
        await budget(desk, f"launch of {name}", "1000", campaignId=id_, dates=dates)
    await desk.analysed()
    told = await desk.told(InsightKind.PACING)
    assert [each.state for each in told] == [InsightState.OPEN] * 2
    # Beta stops that day, which the budget wanted.
    await desk.load("".join(each for each in lines if each in early or "beta" not in each))
    await desk.analysed()
    ended = {
        str(each.finding.facts["subject"]): (each.state, each.verdict)
        for each in await desk.told(InsightKind.PACING)
        if each.finding is not None
    }
    assert ended == {
        "alpha": (InsightState.RESOLVED, InsightVerdict.HELD),
        "beta": (InsightState.RESOLVED, InsightVerdict.WITHDRAWN),
    }


async def test_a_budget_has_data_analysed_anew(desk: Desk) -> None:
    await desk.load(csv(USUAL))
    await desk.analysed()
    before = await desk.stores.analyses.footing(desk.scope)
    await budget(desk, "all of it", "6200")
    after = await desk.stores.analyses.footing(desk.scope)
    assert after.tokens.keys() - before.tokens.keys() == {"PLANS"}
    assert before.tokens.items() <= after.tokens.items()
