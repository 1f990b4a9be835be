"""Receipts over the API: checks, what was held back, its decisions, and the rules."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from core.records.receipts import (
    CheckStatus,
    DayGap,
    HeldShrink,
    ReceiptPolicy,
    ShrinkDay,
    ShrinkState,
    TotalCheck,
)
from core.records.restatements import Lesson, Settling
from core.records.runs import RunStatus
from core.units import DateRange
from graph.ids import CONNECTION, RUN
from tests.graph import samples
from tests.graph.mutating import ERROR, result
from tests.graph.world import World, error_of

RUN_ID = RUN.encode(samples.RUN)
META = CONNECTION.encode(samples.CONNECTION)
HELD = HeldShrink(
    run_id=samples.RUN,
    state=ShrinkState.HELD,
    standing=10,
    entries=6,
    spend=Decimal("60.5"),
    currency="EUR",
    days=(ShrinkDay(samples.FIRST_DAY, 6, Decimal("60.5")),),
    sample=(samples.entry(1).key,),
    held_at=samples.LEARNED,
    decided_at=None,
    decided_by=None,
)
DECIDE = f"""mutation($id: ID!) {{ %sShrink(runId: $id) {{ __typename
  ... on %sShrinkPayload {{ run {{ status heldShrink {{ state decidedBy }} }} }} {ERROR} }} }}"""
RULES = f"""mutation($input: ReceiptRulesInput!) {{ setReceiptRules(input: $input) {{ __typename
  ... on SetReceiptRulesPayload {{
    connection {{ receiptRules {{ tolerance shrinkShare shrinkEntries }} }}
  }} {ERROR} }} }}"""


def hold(world: World) -> None:
    shelf = world.memory.of(world.north)
    shelf.runs[samples.RUN] = samples.run(status=RunStatus.HELD)
    shelf.shrinks[samples.RUN] = HELD


async def test_what_is_held_is_shown(world: World) -> None:
    hold(world)
    answer = await world.ask(
        """query($id: ID!) { run(id: $id) { status heldShrink {
          state standing entries spend currency days { date entries spend } sample { entityId }
          heldAt decidedAt decidedBy } } }""",
        id=RUN_ID,
    )
    assert answer["data"]["run"] == {
        "status": "HELD",
        "heldShrink": {
            "state": "HELD",
            "standing": 10,
            "entries": 6,
            "spend": "60.5",
            "currency": "EUR",
            "days": [{"date": "2026-11-01", "entries": 6, "spend": "60.5"}],
            "sample": [{"entityId": "1"}],
            "heldAt": "2026-11-20T06:30:00Z",
            "decidedAt": None,
            "decidedBy": None,
        },
    }


@pytest.mark.parametrize(("verb", "state"), [("accept", "ACCEPTED"), ("reject", "REJECTED")])
async def test_a_shrink_is_decided_once(world: World, verb: str, state: str) -> None:
    query = DECIDE % (verb, verb.capitalize())
    refused = await result(world, query, id=RUN_ID)
    assert (refused["__typename"], refused["field"]) == ("ConflictError", "runId")
    hold(world)
    done = await result(world, query, id=RUN_ID)
    assert done["run"] == {
        "status": "SUCCEEDED",
        "heldShrink": {"state": state, "decidedBy": "user:ada"},
    }
    assert (await result(world, query, id=RUN_ID))["__typename"] == "ConflictError"


async def test_a_check_names_the_gap(world: World) -> None:
    check = TotalCheck(
        "spend",
        CheckStatus.MISMATCHED,
        "EUR",
        DateRange(date(2026, 11, 1), date(2026, 11, 2)),
        Decimal(90),
        Decimal("100.5"),
        1,
        (DayGap(date(2026, 11, 2), None, Decimal("10.5")),),
        "spend is 10.50 EUR short",
    )
    reach = TotalCheck("reach", CheckStatus.NOT_ASSESSED, reason="not additive")
    run = samples.run(status=RunStatus.INCOMPLETE)
    assert run.receipt is not None
    kept = replace(run, receipt=replace(run.receipt, checks=(check, reach)))
    world.memory.of(world.north).runs[samples.RUN] = kept
    answer = await world.ask(
        """query($id: ID!) { run(id: $id) { status receipt { balances isComplete checks {
          metric status currency dates { since until } ours platform gap gapDays
          gaps { date ours platform } reason } } } }""",
        id=RUN_ID,
    )
    receipt: dict[str, Any] = answer["data"]["run"]["receipt"]
    assert (receipt["balances"], receipt["isComplete"]) == (True, False)
    assert receipt["checks"][0] == {
        "metric": "spend",
        "status": "MISMATCHED",
        "currency": "EUR",
        "dates": {"since": "2026-11-01", "until": "2026-11-02"},
        "ours": "90",
        "platform": "100.5",
        "gap": "10.5",
        "gapDays": 1,
        "gaps": [{"date": "2026-11-02", "ours": None, "platform": "10.5"}],
        "reason": "spend is 10.50 EUR short",
    }
    assert receipt["checks"][1]["gap"] is None


async def test_pages_of_a_run_say_what_became_of_their_records(world: World) -> None:
    query = """query($id: ID!, $first: Int!, $after: Int!) { run(id: $id) {
      pages(first: $first, after: $after) { number fetched stored unchanged rejected } } }"""
    page = replace(samples.raw_page(), fetched=10, stored=7, unchanged=2, rejected=1)
    world.memory.of(world.north).raw_pages[page.id] = page
    answer = await world.ask(query, id=RUN_ID, first=5, after=0)
    assert answer["data"]["run"]["pages"] == [
        {"number": 1, "fetched": 10, "stored": 7, "unchanged": 2, "rejected": 1}
    ]
    beyond = await world.ask(query, id=RUN_ID, first=5, after=1)
    assert beyond["data"]["run"]["pages"] == []
    for first, after, field in ((0, 0, "first"), (1001, 0, "first"), (1, -1, "after")):
        refused = error_of(await world.ask(query, id=RUN_ID, first=first, after=after))
        assert (refused["code"], refused["field"]) == ("BAD_USER_INPUT", field)


async def test_rules_change_in_what_is_given_alone(world: World) -> None:
    done = await result(world, RULES, input={"connectionId": META, "tolerance": "0.01"})
    assert done["connection"]["receiptRules"] == {
        "tolerance": "0.01",
        "shrinkShare": "0.2",
        "shrinkEntries": 10,
    }
    kept = world.memory.of(world.north).policies
    assert kept == {samples.CONNECTION: ReceiptPolicy(tolerance=Decimal("0.01"))}


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"tolerance": "-0.1"}, "tolerance"),
        ({"shrinkShare": "1.5"}, "shrinkShare"),
        ({"shrinkEntries": 0}, "shrinkEntries"),
    ],
)
async def test_rules_that_make_no_sense_are_refused(
    world: World, given: dict[str, object], field: str
) -> None:
    refused = await result(world, RULES, input={"connectionId": META} | given)
    assert (refused["__typename"], refused["field"]) == ("InvalidInput", field)
    assert refused["mend"]
    assert world.memory.of(world.north).policies == {}


LEARNED = """query { connections { nodes { name lookBackDays proposedLookBackDays restatement {
  metric settlesAfterDays atLeastDays atMostDays days followedDays } } } }"""
ACCEPT = f"""mutation($id: ID!) {{ acceptProposedLookBack(connectionId: $id) {{ __typename
  ... on AcceptLookBackPayload {{ connection {{ lookBackDays proposedLookBackDays }} }} {ERROR}
}} }}"""


async def test_what_restatements_taught_is_told_and_the_look_back_taken(world: World) -> None:
    metrics = (
        Settling("conversions", 9, 8, 10, 60, 28),
        Settling("spend", 2, 2, 3, 60, 28),
    )
    shelf = world.memory.of(world.north)
    shelf.lessons[samples.CONNECTION] = Lesson(samples.LEARNED, metrics)
    nodes = (await world.ask(LEARNED))["data"]["connections"]["nodes"]
    assert [(node["proposedLookBackDays"], len(node["restatement"])) for node in nodes] == [
        (17, 2),
        (None, 0),
    ]
    assert nodes[0]["restatement"][0] == {
        "metric": "conversions",
        "settlesAfterDays": 9,
        "atLeastDays": 8,
        "atMostDays": 10,
        "days": 60,
        "followedDays": 28,
    }
    done = await result(world, ACCEPT, id=META)
    assert done["connection"] == {"lookBackDays": 17, "proposedLookBackDays": None}
    refused = await result(world, ACCEPT, id=META)
    assert (refused["__typename"], refused["field"]) == ("ConflictError", "connectionId")
