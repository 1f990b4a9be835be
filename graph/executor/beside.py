"""Objects that a resolver has, completed as the executor would complete them in its place.

For resolvers that render what they answer and have a part of it as objects.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from graphql import GraphQLField, default_field_resolver, default_type_resolver
from graphql.execution.values import VariableValues
from graphql.pyutils import Path

from graph.executor.completion import Completion
from graph.executor.selection import Selected, Selection, variant_of


class _Place:
    """What completion wants of an executor, as the `info` of a resolver tells it."""

    field_resolver = staticmethod(default_field_resolver)
    type_resolver = staticmethod(default_type_resolver)

    def __init__(self, info: Any) -> None:
        self._info = info
        self.schema = info.schema
        self.variable_values = VariableValues({}, info.variable_values)

    def build_resolve_info(self, definition: Any, nodes: Any, parent: Any, path: Path) -> Any:
        return self._info._replace(
            field_name=nodes[0].name.value,
            field_nodes=nodes,
            return_type=definition.type,
            parent_type=parent,
            path=path,
        )


async def completed(info: Any, selection: Selection, rows: Sequence[object]) -> list[Any]:
    """`rows`, objects of the type of `selection`, completed to what it selects; raises Unusual.

    `info` is graphql-core's or Strawberry's, of the field that the resolver is of.
    """
    raw = getattr(info, "_raw_info", info)
    variant = variant_of(raw.schema, raw.operation, raw.fragments, raw.variable_values)
    nodes = tuple(raw.field_nodes)
    of = Selected(raw.path.key, raw.field_name, raw.parent_type, _definition(raw), nodes, selection)
    return await Completion(_Place(raw), variant, raw.path).values(selection.type, of, list(rows))


def _definition(raw: Any) -> GraphQLField:
    definition: GraphQLField = raw.schema.get_field(raw.parent_type, raw.field_name)
    return definition
