"""Arguments without needless defaults.

Strawberry writes `= null` for a Python default of None. Left out means the same, and reads
better; and composers refuse such a default where a list takes its assumed size from it.
"""

from __future__ import annotations

from collections.abc import Iterator

from graphql import (
    GraphQLArgument,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    Undefined,
)


def drop_null_defaults(schema: GraphQLSchema) -> None:
    """Leave out every default of null; the resolver's own default, None, takes its place."""
    for given in _inputs(schema):
        if given.default_value is None:
            given.default_value = Undefined


def _inputs(schema: GraphQLSchema) -> Iterator[GraphQLArgument | GraphQLInputField]:
    for named in schema.type_map.values():
        if isinstance(named, GraphQLInputObjectType):
            yield from named.fields.values()
        elif isinstance(named, GraphQLObjectType | GraphQLInterfaceType):
            for field in named.fields.values():
                yield from field.args.values()
