from __future__ import annotations

from collections.abc import Iterator

from graphql import GraphQLEnumType, GraphQLInputObjectType, GraphQLInterfaceType, GraphQLObjectType

from graph.export import SCHEMA_FILE
from graph.schema import LiftosSchema, sdl

FEDERATION = {"_Any", "_FieldSet"}
BUILT_IN = {"Int", "Float", "String", "Boolean", "ID"}


def described(schema: LiftosSchema) -> Iterator[tuple[str, str | None]]:
    """Everything in the schema that can have a description, and the one it has."""
    for name, type_ in schema._schema.type_map.items():
        if name in BUILT_IN or "__" in name or name in FEDERATION:
            continue
        yield name, type_.description
        if isinstance(type_, GraphQLEnumType):
            yield from ((f"{name}.{key}", value.description) for key, value in type_.values.items())
        if isinstance(type_, GraphQLObjectType | GraphQLInterfaceType | GraphQLInputObjectType):
            for key, field in type_.fields.items():
                yield f"{name}.{key}", field.description
                for argument, value in getattr(field, "args", {}).items():
                    yield f"{name}.{key}({argument})", value.description


def test_everything_is_described_for_a_client_developer(schema: LiftosSchema) -> None:
    entries = dict(described(schema))
    assert {name for name, text in entries.items() if not text or len(text) < 4} == set()
    assert len(entries) > 400


def test_every_description_is_a_sentence(schema: LiftosSchema) -> None:
    ragged = {name for name, text in described(schema) if text and text[-1] not in ".!?…"}
    assert ragged == set()


def test_schema_graphql_is_current() -> None:
    assert SCHEMA_FILE.read_bytes() == sdl().encode(), "run: python -m graph.export"


def test_building_twice_changes_nothing(schema: LiftosSchema) -> None:
    assert sdl() == sdl() == schema.as_str() + "\n"
