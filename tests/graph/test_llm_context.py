"""Context for language models: packed, cited, and honest about what is not there."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from core.scope import Role
from tests.graph.world import World, error_of

ASKED = """query ($question: String!, $limit: Int! = 10, $budget: Int! = 4000) {
    llmContext(question: $question, limit: $limit, tokenBudget: $budget) {
        text tokens isEnough readAt
        missing { reason message mend }
        facts {
            number text isBrief season marketingSeason
            hit {
                title quality isStale
                figures { impressions clicks }
                entries(first: 1) { nodes { id learnedAt run { id } lineage { position } } }
            }
        }
        degraded { mode }
    }
}"""


async def context(world: World, question: str, **given: Any) -> dict[str, Any]:
    answer = await world.ask(ASKED, question=question, **given)
    assert "errors" not in answer, answer
    found: dict[str, Any] = answer["data"]["llmContext"]
    return found


async def test_facts_are_packed_with_the_figures_of_now_and_cited(world: World) -> None:
    found = await context(world, "bikes")
    lines = found["text"].splitlines()
    assert lines[0].startswith("Known at ")
    assert lines[1:] == [fact["text"] for fact in found["facts"]]
    first = found["facts"][0]
    assert first["number"] == 1
    assert first["text"].startswith(f"[1] {first['hit']['title']}, 2026-11-01. 1,000 impressions")
    assert "50 clicks, CTR 5.00 %" in first["text"]
    assert "quality 0.90" in first["text"]
    assert "wasted spend" in first["text"]
    assert first["hit"]["figures"] == {"impressions": 1000, "clicks": 50}
    assert first["hit"]["entries"] is not None
    assert found["isEnough"] is True
    assert 0 < found["tokens"] <= 4000
    assert [gap["reason"] for gap in found["missing"]] == ["STALE"]
    assert found["missing"][0]["message"] == "the words of [1], [2], [3] are older than the figures"
    assert found["degraded"] == [{"mode": "NEURAL"}]


async def test_a_small_budget_tells_less_and_says_so(world: World) -> None:
    whole = await context(world, "bikes")
    found = await context(world, "bikes", budget=150)
    assert found["tokens"] <= 150
    assert 0 < len(found["facts"]) <= len(whole["facts"])
    assert found["facts"][-1]["isBrief"] or len(found["facts"]) < len(whole["facts"])
    nothing = await context(world, "bikes", budget=50)
    assert (nothing["text"], nothing["isEnough"], nothing["facts"]) == ("", False, [])
    assert [gap["reason"] for gap in nothing["missing"]] == ["NO_ROOM"]


async def test_it_says_when_there_is_not_enough(world: World) -> None:
    world.memory.of(world.north).documents.clear()
    found = await context(world, "bikes")
    assert (found["text"], found["tokens"], found["isEnough"]) == ("", 0, False)
    [gap] = found["missing"]
    assert gap["reason"] == "NOTHING_FOUND"
    assert gap["mend"].startswith("name a channel, a campaign")


async def test_facts_that_are_not_to_be_leant_on_are_named(world: World) -> None:
    documents = world.memory.of(world.north).documents
    for number, quality in ((1, 0.0), (2, None), (3, 0.7)):
        documents[UUID(int=number)] = replace(documents[UUID(int=number)], quality=quality)
    found = await context(world, "bikes")
    numbers = {fact["hit"]["quality"]: fact["number"] for fact in found["facts"]}
    [low, _] = found["missing"]
    assert low == {
        "reason": "LOW_QUALITY",
        "message": f"the quality of [{numbers[0.0]}] is below 0.7",
        "mend": "see dataHealth for the reasons",
    }
    assert found["isEnough"] is True


async def test_a_tenant_without_data_is_told_to_read_some(world: World) -> None:
    shelf = world.memory.of(world.south)
    shelf.documents.clear()
    shelf.entries.clear()
    answer = await world.ask(ASKED, world.south, question="bikes")
    found = answer["data"]["llmContext"]
    assert [gap["reason"] for gap in found["missing"]] == ["NO_DATA"]
    assert found["isEnough"] is False


@pytest.mark.parametrize(
    ("given", "field", "message"),
    [
        ({"question": ""}, "question", "question is empty"),
        ({"question": "a", "limit": 0}, "limit", "limit is 0, but must be between 1 and 50"),
        ({"question": "a", "limit": 51}, "limit", "limit is 51, but must be between 1 and 50"),
        (
            {"question": "a", "budget": 49},
            "tokenBudget",
            "tokenBudget is 49, but must be between 50 and 100000",
        ),
    ],
)
async def test_what_cannot_be_packed_is_refused(
    world: World, given: dict[str, Any], field: str, message: str
) -> None:
    refused = error_of(await world.ask(ASKED, **given))
    assert (refused["field"], refused["message"]) == (field, message)
    assert refused["mend"]


async def test_a_viewer_may_ask(world: World) -> None:
    answer = await world.ask(ASKED, world.as_role(Role.VIEWER), question="bikes")
    assert len(answer["data"]["llmContext"]["facts"]) == 3
