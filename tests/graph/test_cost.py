from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from graphql import (
    GraphQLError,
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    get_nullable_type,
    is_composite_type,
    is_list_type,
    parse,
)
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.errors import BadInput
from graph.bounds.answered import actual_points, points_of
from graph.bounds.cost import MOST_POINTS, Cost, cost_of
from graph.bounds.sizes import declared
from graph.schema import LiftosSchema

EDGES = frozenset({"edges", "nodes"})


def fields_of(schema: GraphQLSchema) -> Iterator[tuple[str, str, GraphQLField]]:
    for type_name, type_ in schema.type_map.items():
        is_ours = not type_name.startswith("__")
        if is_ours and isinstance(type_, GraphQLObjectType | GraphQLInterfaceType):
            yield from ((type_name, name, field) for name, field in type_.fields.items())


def is_list_of_objects(field: GraphQLField) -> bool:
    returned = get_nullable_type(field.type)
    return is_list_type(returned) and is_composite_type(get_named_type(returned))


def test_every_list_of_objects_has_a_size(schema: LiftosSchema) -> None:
    """Its own, or that of every field that answers the page it is in."""
    sized, unsized = set[tuple[str, str]](), set[tuple[str, str]]()
    for _, _, field in fields_of(schema._schema):
        size, page = declared(field).size, get_named_type(field.type).name
        sized |= {(page, name) for name in (size.fields if size else ())}
    for type_name, name, field in fields_of(schema._schema):
        if is_list_of_objects(field) and declared(field).size is None:
            unsized.add((type_name, name))
    assert unsized - sized == set()


def test_every_page_is_answered_by_fields_that_size_it(schema: LiftosSchema) -> None:
    pages = {
        type_.name
        for type_ in schema._schema.type_map.values()
        if isinstance(type_, GraphQLObjectType) and type_.fields.keys() > EDGES
    }
    unsized = [
        f"{type_name}.{name}"
        for type_name, name, field in fields_of(schema._schema)
        if get_named_type(field.type).name in pages and declared(field).size is None
    ]
    assert len(pages) > 10
    assert unsized == []


def cost(schema: LiftosSchema, document: str, **variables: object) -> Cost:
    return cost_of(schema._schema, parse(document), None, variables)


ENTRIES = "marketingEntries(first: $n) { nodes { date campaign { name } } }"


@pytest.mark.parametrize(
    ("document", "variables", "points", "rows"),
    [
        ("{ viewer { actor } }", {}, 2, 0),
        ("{ marketingEntries { nodes { date spend } } }", {}, 52, 50),
        ("{ marketingEntries { edges { cursor node { date } } } }", {}, 102, 50),
        (f"query ($n: Int) {{ {ENTRIES} }}", {}, 102, 50),
        (f"query ($n: Int = 7) {{ {ENTRIES} }}", {}, 16, 7),
        (f"query ($n: Int = 7) {{ {ENTRIES} }}", {"n": 20}, 42, 20),
        # More than the list answers is refused by its resolver, before anything is read.
        (f"query ($n: Int) {{ {ENTRIES} }}", {"n": 10**9}, 2002, 1000),
        (f"query ($n: Int) {{ {ENTRIES} }}", {"n": -5}, 2, 0),
        (f"query ($n: Int) {{ {ENTRIES} }}", {"n": "many"}, 102, 50),
        ("{ runs(last: 3) { nodes { events(first: 10) { at } } } }", {}, 35, 33),
        ('{ nodes(ids: ["a", "b"]) { id } }', {}, 3, 2),
        ("query ($i: [ID!]!) { nodes(ids: $i) { id } }", {"i": ["a"] * 9}, 10, 9),
        (
            'query { calendar(dates: {since: "2024-02-01", until: "2024-02-29"}) { date } }',
            {},
            30,
            29,
        ),
        (
            "query ($d: DateRangeInput!) { calendar(dates: $d) { date } }",
            {"d": {"since": "no day", "until": 7}},
            51,
            50,
        ),
        ("{ viewer { actor } ... @skip(if: true) { runs { nodes { id } } } }", {}, 2, 0),
        ("query ($y: Boolean!) { viewer @include(if: $y) { actor } }", {"y": False}, 1, 0),
        ("{ a: runs(first: 1) { ...P } } fragment P on RunConnection { nodes { id } }", {}, 3, 1),
        ("{ __schema { types { name fields { name } } } }", {}, 51, 0),
        ('mutation { cancelRun(runId: "x") { __typename } }', {}, 11, 0),
        ('subscription { runs(after: "1") { sequence } }', {}, 2, 0),
    ],
)
def test_what_operations_cost(
    schema: LiftosSchema, document: str, variables: dict[str, Any], points: int, rows: int
) -> None:
    found = cost(schema, document, **variables)
    assert (found.points, found.rows) == (points, rows)


def test_of_what_cannot_be_together_the_dearest_counts(schema: LiftosSchema) -> None:
    found = cost(
        schema,
        '{ node(id: "x") { id ... on Run { events(first: 40) { at } } ...C } } '
        "fragment C on Campaign { entries(first: 3) { nodes { id } } }",
    )
    assert (found.points, found.dearest) == (42, "node.events")


def test_the_dearest_field_is_named_by_its_path(schema: LiftosSchema) -> None:
    found = cost(
        schema,
        "{ runs(first: 1) { nodes { id } } "
        "mine: marketingEntries { nodes { campaign { entries(first: 900) { nodes { id } } } } } }",
    )
    assert found.dearest == "mine.nodes.campaign.entries.nodes"


def test_a_billion_times_a_billion_neither_overflows_nor_hangs(schema: LiftosSchema) -> None:
    nest = "nodes { campaign { entries(first: 1000) { %s } } }"
    inner = nest % (nest % (nest % (nest % "nodes { id }")))
    assert cost(schema, f"{{ marketingEntries {{ {inner} }} }}").points == MOST_POINTS


def test_fanning_fragments_cost_linear_time(schema: LiftosSchema) -> None:
    fan = "".join(f"fragment F{n} on Query {{ ...F{n + 1} ...F{n + 1} }}" for n in range(90))
    found = cost(schema, f"{{ ...F0 }} {fan} fragment F90 on Query {{ viewer {{ actor }} }}")
    assert found.points == MOST_POINTS


def test_fragments_in_a_circle_end_here_too(schema: LiftosSchema) -> None:
    circle = "{ ...A } fragment A on Query { ...B viewer { actor } } fragment B on Query { ...A }"
    assert cost(schema, circle).points == 2


def test_an_operation_that_is_not_there_is_refused(schema: LiftosSchema) -> None:
    with pytest.raises(BadInput, match="holds no such operation"):
        cost_of(schema._schema, parse("query A { viewer { actor } }"), "B")


def test_what_was_answered_is_counted_as_it_was_reckoned(schema: LiftosSchema) -> None:
    asked = cost(schema, "{ attributionRows(dates: {}, first: 3) { nodes { date } } }")
    full = {"attributionRows": {"nodes": [{"date": "2024-01-01"}] * 3}}
    assert asked.points == actual_points(asked, full) == 24
    assert actual_points(asked, {"attributionRows": {"nodes": []}}) == 21
    assert actual_points(asked, {"attributionRows": None}) == 1
    assert actual_points(asked, None) == 1


def test_values_that_are_objects_of_no_schema_are_not_counted(schema: LiftosSchema) -> None:
    asked = cost(schema, "{ exports { nodes { definition } } __schema { types { name } } }")
    data = {
        "exports": {"nodes": [{"definition": {"a": {"b": {}}}}]},
        "__schema": {"types": [{}] * 9},
    }
    assert actual_points(asked, data) == 1 + 1 + 1 + 50


def test_a_list_is_counted_though_a_json_value_is_called_as_it_is(schema: LiftosSchema) -> None:
    asked = cost(schema, '{ exports { nodes { id } } export(id: "x") { nodes: manifest } }')
    data = {"exports": {"nodes": [{"id": "1"}] * 9}, "export": {"nodes": None}}
    assert actual_points(asked, data) == 1 + 1 + 9 + 1


@pytest.mark.parametrize(
    ("data", "path", "points"),
    [
        (None, ["runs"], 53),
        ({"connection": None, "viewer": {}}, ["connection", "runs"], 53),
        ({"connection": None, "viewer": {}}, ["connection"], 2),
        ({"connection": {"runs": None}}, ["connection", "runs"], 2),
        (None, None, 1),
    ],
)
def test_what_an_error_hides_is_paid_as_it_was_asked(
    schema: LiftosSchema, data: object, path: list[str | int] | None, points: int
) -> None:
    asked = cost(schema, "{ viewer { actor } runs { nodes { id } } }")
    assert asked.points == 53
    error = GraphQLError("no", path=path)
    assert points_of(asked, data, [error]) == points


def test_the_only_field_that_fails_hides_nothing(schema: LiftosSchema) -> None:
    asked = cost(schema, "{ runs { nodes { id } } }")
    assert points_of(asked, None, [GraphQLError("no", path=["runs"])]) == 1
    assert points_of(asked, None, [GraphQLError("no", path=["runs", "nodes", 0, "id"])]) == 52


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(outer=st.integers(0, 1000), inner=st.integers(0, 1000))
def test_sizes_multiply(schema: LiftosSchema, outer: int, inner: int) -> None:
    document = (
        "query ($o: Int, $i: Int) { marketingEntries(first: $o) "
        "{ nodes { run { events(first: $i) { at } } } } }"
    )
    found = cost(schema, document, o=outer, i=inner)
    assert found.points == 2 + outer * (2 + inner)
    assert found.rows == outer * (1 + inner)
