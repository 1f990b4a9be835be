"""Traces by their fields and places; tests/conformance reads them with Apollo's own reader."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from graph.federation.protobuf import number, text, varint
from graph.federation.tracing import traced
from tests.graph.test_nodes import global_ids
from tests.graph.world import World

Decoded = dict[int, list[Any]]


def read_varint(body: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte, at = body[at], at + 1
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return value, at


def fields(body: bytes) -> Decoded:
    found: Decoded = {}
    at = 0
    while at < len(body):
        key, at = read_varint(body, at)
        if key & 7 == 0:
            value, at = read_varint(body, at)
            found.setdefault(key >> 3, []).append(value)
        else:
            size, at = (8, at) if key & 7 == 1 else read_varint(body, at)
            found.setdefault(key >> 3, []).append(body[at : at + size])
            at += size
    return found


def nodes(body: bytes, path: tuple[str | int, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Path, type, type of the parent, name behind an alias; times are in order."""
    node = fields(body)
    if path:
        name = node[1][0].decode() if 1 in node else node.get(2, [0])[0]
        path = (*path[:-1], name)
    if 3 in node:
        assert node[8][0] <= node[9][0]
        alias = node[14][0].decode() if 14 in node else None
        yield path, node[3][0].decode(), node[13][0].decode(), alias
    for child in node.get(12, []):
        yield from nodes(child, (*path, ""))


async def trace(world: World, query: str, **variables: Any) -> Decoded:
    schema = traced(world.schema)
    result = await schema.execute(query, variables, world.context())
    assert result.extensions is not None
    return fields(base64.b64decode(result.extensions["ftv1"], validate=True))


@given(st.integers(0, 2**64 - 1))
def test_a_number_is_read_as_it_was_written(value: int) -> None:
    assert read_varint(varint(value), 0)[0] == value


def test_fields_are_written_as_the_specification_has_them() -> None:
    assert number(1, 150) == bytes.fromhex("089601")
    assert text(2, "testing") == bytes.fromhex("120774657374696e67")


async def test_a_trace_has_each_field_at_its_path(world: World) -> None:
    told = await trace(
        world,
        "query($ids: [ID!]!) { __typename found: nodes(ids: $ids) { __typename id "
        "... on Campaign { title: name } } }",
        ids=[global_ids()["Run"], global_ids()["Campaign"]],
    )
    assert list(nodes(told[14][0])) == [
        (("found",), "[Node]!", "Query", "nodes"),
        (("found", 0, "id"), "ID!", "Run", None),
        (("found", 1, "id"), "ID!", "Campaign", None),
        (("found", 1, "title"), "String", "Campaign", "name"),
    ]
    began, ended = fields(told[4][0]), fields(told[3][0])
    assert (ended[1][0] - began[1][0]) * 10**9 + ended[2][0] - began[2][0] == told[11][0]


async def test_a_trace_has_errors_where_they_are_as_the_caller_is_shown_them(world: World) -> None:
    query = "query($r: [_Any!]!) { _entities(representations: $r) { ... on Run { id } } }"
    run = {"__typename": "Run", "id": global_ids()["Run"]}
    told = await trace(world, query, r=[run, {"__typename": "Run", "id": "x"}])
    entity = fields(fields(told[14][0])[12][0])
    error = fields(entity[11][0])
    assert error[1] == [b"representations is not a valid id"]
    assert fields(error[2][0]) == {1: [1], 2: [23]}
    shown = json.loads(error[4][0])
    assert shown["path"] == ["_entities", 1]
    assert shown["extensions"]["code"] == "BAD_USER_INPUT"


async def test_what_is_not_traced_costs_nothing(world: World) -> None:
    result = await world.schema.execute("{ viewer { actor } }", {}, world.context())
    assert not any(each._implements_resolve() for each in world.schema.get_extensions())
    assert "ftv1" not in (result.extensions or {})
