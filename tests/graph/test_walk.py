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
    assert await refused(world, hidden) == "The operation holds 53 aliases, but the limit is 50."


async def refused(world: World, document: str) -> str:
    """Why it was, and nothing else."""
    [error] = (await world.ask(document))["errors"]
    assert error["extensions"]["code"] == "QUERY_TOO_COMPLEX"
    return str(error["message"])


FLAGS = "@include(if: true) " * 5
THRICE = "{ viewer { ...F } a: viewer { ...F } b: viewer { ...F } } fragment F on Viewer "
NAMES = "actor roles permissions expiresAt"


@pytest.mark.parametrize(
    ("document", "told"),
    [
        ("{" + "__typename " * 201 + "}", "selects 201 fields of one thing, but the limit is 200"),
        ("{" + "viewer { actor } " * 52 + "}", "selects 52 root fields, but the limit is 50"),
        ("{ viewer {" + "actor " * 52 + "} }", "repeats 51 fields, but the limit is 50"),
        (
            "{ viewer {" + "... { actor } " * 52 + "} }",
            "repeats 51 fields, but the limit is 50",
        ),
        (
            "{ viewer @skip(if: false)" + " @skip(if: false)" * 5 + "{ actor } }",
            "holds 6 directives in one place, but the limit is 5",
        ),
        (
            "query " + "@skip(if: false) " * 6 + "{ viewer { actor } }",
            "holds 6 directives in one place, but the limit is 5",
        ),
        (
            THRICE + f"{{ actor {FLAGS} roles {FLAGS} tenant {FLAGS} {{ id {FLAGS} }} }}",
            "holds 60 directives, but the limit is 50",
        ),
    ],
)
async def test_an_operation_may_go_so_far(world: World, document: str, told: str) -> None:
    assert await refused(world, document) == f"The operation {told}."


async def test_fields_are_counted_through_fragments(world: World) -> None:
    fan = "".join(f"fragment F{n} on Viewer {{ ...F{n + 1} ...F{n + 1} }}" for n in range(9))
    leaf = f"fragment F9 on Viewer {{ {NAMES} }}"
    told = await refused(world, f"{{ viewer {{ ...F0 }} }} {fan} {leaf}")
    assert told == "The fragment selects 2,048 fields, but the limit is 2,000."


async def test_a_fragment_that_nothing_uses_is_bounded_as_well(world: World) -> None:
    unused = "fragment U on Query {" + "viewer { actor } " * 150 + "}"
    told = await refused(world, f"{{ viewer {{ actor }} }} {unused}")
    assert told == "The fragment repeats 149 fields, but the limit is 50."


async def test_a_document_holds_a_hundred_fragments(world: World) -> None:
    chain = "".join(f"fragment F{n} on Viewer {{ ...F{n + 1} }}" for n in range(100))
    told = await refused(
        world, f"{{ viewer {{ ...F0 }} }} {chain} fragment F100 on Viewer {{ actor }}"
    )
    assert told == "The document holds 101 fragments, but the limit is 100."


async def test_the_same_fields_of_many_types_are_no_repetition(world: World) -> None:
    errors = ("InvalidInput", "NotFoundError", "ConflictError", "ForbiddenError")
    parts = " ".join(f"... on {name} {{ code message field mend }}" for name in errors)
    four = " ".join(f'c{n}: cancelRun(runId: "x") {{ {parts} }}' for n in range(4))
    assert "errors" not in await world.ask(f"mutation {{ {four} }}")


async def test_an_input_object_holds_a_hundred_fields(world: World) -> None:
    fields = " ".join(f"x{number}: 1" for number in range(101))
    document = f"{{ marketingEntries(filter: {{ {fields} }}) {{ totalCount }} }}"
    told = "An input object holds 101 fields, but the limit is 100."
    assert await refused(world, document) == told


async def test_operations_that_all_repeat_are_compared_only_so_long(world: World) -> None:
    repeated = "viewer { actor } " * 49
    document = " ".join(f"query Q{number} {{ {repeated} }}" for number in range(24))
    result = await world.schema.execute(
        document, context_value=world.context(), operation_name="Q1"
    )
    [error] = result.errors or []
    assert (error.extensions or {})["code"] == "QUERY_TOO_COMPLEX"
    assert error.message == "The document repeats fields more often than can be compared."


async def test_introspection_goes_no_deeper_than_tools_need(world: World) -> None:
    bomb = "name"
    for _ in range(4):
        bomb = f"fields {{ type {{ {bomb} }} }}"
    [error] = (await world.ask(f"{{ __schema {{ types {{ {bomb} }} }} }}"))["errors"]
    assert error["message"] == "Maximum introspection depth exceeded"


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
    told = await refused(world, fan(60, leaf))
    assert told == "The fragment selects more than 1,000,000 fields, but the limit is 2,000."


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

    monkeypatch.setattr("graph.bounds.walk.WithinBounds.enter_document", never)
    assert "errors" not in await world.ask(query)
