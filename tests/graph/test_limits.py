from __future__ import annotations

import pytest
from graphql import get_introspection_query

from tests.graph.world import World

NEST = "nodes { campaign { entries { %s } } }"


def depth_of(document: str) -> int:
    deepest = depth = 0
    for character in document:
        depth += (character == "{") - (character == "}")
        deepest = max(deepest, depth)
    return deepest


async def test_the_limit_of_depth_is_fifteen(world: World) -> None:
    allowed = "{ marketingEntries { nodes { run { events { counters { pages } } } } } }"
    deep = "{ marketingEntries { " + NEST % (NEST % (NEST % (NEST % "totalCount"))) + " } }"
    exact = "{ marketingEntries { " + NEST % (NEST % (NEST % (NEST % "__typename"))) + " } }"
    assert depth_of(allowed) < 15
    assert depth_of(exact) == 14
    assert "errors" not in await world.ask(allowed, world.south)
    assert "errors" not in await world.ask(exact, world.south)
    over = deep.replace("totalCount", "nodes { calendar { date } }")
    answer = await world.ask(over)
    [error] = answer["errors"]
    assert error["extensions"]["code"] == "QUERY_TOO_COMPLEX"
    assert error["message"] == "The operation selects 16 levels deep, but the limit is 15."


async def test_the_limit_of_aliases_counts_through_fragments(world: World) -> None:
    allowed = "{" + " ".join(f"a{n}: viewer {{ actor }}" for n in range(50)) + "}"
    assert "errors" not in await world.ask(allowed, world.south)
    hidden = (
        "fragment F on Viewer {" + " ".join(f"a{n}: actor" for n in range(26)) + "}"
        "{ viewer { ...F } other: viewer { ...F } }"
    )
    answer = await world.ask(hidden)
    assert "the limit is 50" in answer["errors"][0]["message"]
    assert answer["errors"][0]["extensions"]["code"] == "QUERY_TOO_COMPLEX"


async def test_the_limit_of_tokens_stops_the_parser(world: World) -> None:
    answer = await world.ask("{" + "viewer { actor } " * 1500 + "}")
    [error] = answer["errors"]
    assert error["extensions"]["code"] == "GRAPHQL_PARSE_FAILED"
    assert "5000" in error["message"]


def fan(levels: int, leaf: str) -> str:
    fragments = "".join(
        f"fragment F{n} on Viewer {{ ...F{n + 1} ...F{n + 1} }}" for n in range(levels)
    )
    return f"{{ viewer {{ ...F0 }} }} {fragments} fragment F{levels} on Viewer {{ {leaf} }}"


@pytest.mark.timeout(60)
@pytest.mark.parametrize("leaf", ["actor", "a: actor"])
async def test_fanning_fragments_are_measured_in_no_time(world: World, leaf: str) -> None:
    answer = await world.ask(fan(60, leaf))
    assert ("errors" in answer) == (leaf == "a: actor")


async def test_fragments_in_a_circle_end(world: World) -> None:
    answer = await world.ask(
        "{ viewer { ...A } } fragment A on Viewer { ...B } fragment B on Viewer { ...A }"
    )
    assert answer["errors"][0]["extensions"]["code"] == "GRAPHQL_VALIDATION_FAILED"


async def test_tools_may_ask_for_the_whole_schema(world: World) -> None:
    answer = await world.ask(get_introspection_query(descriptions=True))
    assert "errors" not in answer


async def test_a_known_document_is_not_measured_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    query = "{ viewer { actor roles } } # measured once"
    await world.ask(query)

    def never(*_: object) -> None:
        raise AssertionError("validated again")

    monkeypatch.setattr("graph.limits.WithinLimits.enter_document", never)
    assert "errors" not in await world.ask(query)
