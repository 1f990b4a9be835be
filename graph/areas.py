"""What an operation reads and needs, from what its fields declare."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    get_named_type,
    get_operation_ast,
    print_ast,
    value_from_ast_untyped,
)

from core.records.answers import Area
from core.scope import Permission
from graph.bounds.sizes import declared
from graph.executor.kept import Kept
from graph.permissions import needed

Areas: TypeAlias = frozenset[Area]


@dataclass(frozen=True, slots=True)
class Read:
    """What an operation's answer is made of, and what of a caller's `permissions`.

    `dated`: the root fields with DAYS in them. `digest`: of the operation, however it is laid out.
    """

    areas: Areas
    permissions: frozenset[Permission]
    dated: tuple[FieldNode, ...]
    defaults: Mapping[str, object]
    digest: str


MAX_CHARACTERS: Final = 1_000_000
"""Of all documents together whose areas are remembered."""
_NOTHING: Final[Areas] = frozenset()
_KNOWN: Final[Kept[tuple[int, str, str | None], tuple[GraphQLSchema, Read | None]]] = Kept(
    MAX_CHARACTERS
)


def read_by(
    schema: GraphQLSchema, text: str, document: DocumentNode, operation_name: str | None
) -> Read | None:
    """What an operation's answer is made of, whatever its variables.

    None where it is no query, or reads anything of which its field does not say what it is.
    """
    key = id(schema), text, operation_name
    found = _KNOWN.find(key)
    if found is not None and found[0] is schema:
        return found[1]
    read = _Reading(schema, document).operation(operation_name)
    _KNOWN.keep(key, (schema, read), len(text))
    return read


class _Reading:
    """Reads selections of one document, each fragment once for each type that it is read on."""

    def __init__(self, schema: GraphQLSchema, document: DocumentNode) -> None:
        self._schema = schema
        self._document = document
        self._fragments = {
            definition.name.value: definition
            for definition in document.definitions
            if isinstance(definition, FragmentDefinitionNode)
        }
        self._read: dict[tuple[str, str], Areas | None] = {}
        self._permissions: set[Permission] = set()
        self._dated: list[FieldNode] = []

    def operation(self, name: str | None) -> Read | None:
        operation = get_operation_ast(self._document, name)
        root = self._schema.query_type
        if operation is None or operation.operation is not OperationType.QUERY or root is None:
            return None
        areas = self._selections(operation.selection_set, root)
        if areas is None:
            return None
        return Read(
            areas,
            frozenset(self._permissions),
            tuple(self._dated),
            _defaults(operation),
            self._digest(operation),
        )

    def _digest(self, operation: OperationDefinitionNode) -> str:
        """Of what decides the answer: neither its name nor other operations nor blanks do."""
        told = {key: getattr(operation, key) for key in operation.keys if key != "name"}
        nameless = OperationDefinitionNode(**told)
        text = "\n".join(map(print_ast, (nameless, *self._fragments.values())))
        return hashlib.sha256(text.encode()).hexdigest()

    def _selections(self, selected: SelectionSetNode, parent: GraphQLNamedType) -> Areas | None:
        return _together(self._selection(each, parent) for each in selected.selections)

    def _selection(self, selection: Any, parent: GraphQLNamedType) -> Areas | None:
        if isinstance(selection, FieldNode):
            return self._field(selection, parent)
        if isinstance(selection, FragmentSpreadNode):
            return self._fragment(selection.name.value, parent)
        return self._selections(
            selection.selection_set, self._inside(selection.type_condition, parent)
        )

    def _fragment(self, name: str, parent: GraphQLNamedType) -> Areas | None:
        key = name, parent.name
        if key not in self._read:
            definition = self._fragments[name]
            inside = self._inside(definition.type_condition, parent)
            self._read[key] = self._selections(definition.selection_set, inside)
        return self._read[key]

    def _inside(self, condition: Any, parent: GraphQLNamedType) -> GraphQLNamedType:
        """The object type that a fragment is about; of an abstract one, the type around it."""
        named = self._schema.get_type(condition.name.value) if condition else None
        return named if isinstance(named, GraphQLObjectType) else parent

    def _field(self, node: FieldNode, parent: GraphQLNamedType) -> Areas | None:
        if node.name.value == "__typename":
            return _NOTHING
        if not isinstance(parent, GraphQLObjectType) or node.name.value not in parent.fields:
            return None
        definition = parent.fields[node.name.value]
        own = declared(definition).reads
        if (permission := needed(definition)) is not None:
            self._permissions.add(permission)
        if own is not None and node.selection_set is not None:
            below = self._selections(node.selection_set, get_named_type(definition.type))
            own = None if below is None else own | below
        if own is not None and Area.DAYS in own and parent is self._schema.query_type:
            self._dated.append(node)
        return own


def _together(parts: Iterable[Areas | None]) -> Areas | None:
    areas = _NOTHING
    for part in parts:
        if part is None:
            return None
        areas |= part
    return areas


def _defaults(operation: OperationDefinitionNode) -> dict[str, object]:
    return {
        each.variable.name.value: value_from_ast_untyped(each.default_value)
        for each in operation.variable_definitions or ()
        if each.default_value is not None
    }
