"""What is selected below a field, normalised, and compiled once for each operation.

Fragments are merged, fields that `@skip` and `@include` leave out are gone, and response keys
stand in the order of the answer, as https://spec.graphql.org/October2021/#CollectFields() says.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final, TypeAlias, cast

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLField,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionNode,
    VariableNode,
    Visitor,
    get_argument_values,
    get_named_type,
    is_abstract_type,
    is_leaf_type,
    is_object_type,
    value_from_ast_untyped,
    visit,
)
from graphql.execution.values import VariableValues

from graph.executor.kept import EACH, Kept

MAX_CHARACTERS: Final = 1_000_000
"""Of the documents whose operations are kept, together."""
MAX_VARIANTS: Final = 16
"""Of one operation, by what its `@skip` and `@include` decide."""
OPAQUE: Final = "JSON"
"""The scalar whose values may hold objects that are none of the schema."""
DECIDES: Final = frozenset({"skip", "include"})

Nodes: TypeAlias = tuple[FieldNode, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Selected:
    """One field of a `parent`: `key` is its name in the answer, `name` in the schema.

    `selection` is what is selected of the object, or of each object of the list, that it answers;
    None where it answers values, or objects of several types, which are told apart as they come.
    """

    key: str
    name: str
    parent: GraphQLObjectType
    definition: GraphQLField
    nodes: Nodes
    selection: Selection | None

    def arguments(self, variables: Mapping[str, Any]) -> dict[str, Any]:
        """Its arguments by their names in the schema, coerced, with the schema's defaults.

        `variables` are those of the request, coerced, as `info.variable_values` has them.
        """
        if not self.definition.args:
            return {}
        return get_argument_values(
            self.definition, self.nodes[0], VariableValues({}, cast("dict[str, Any]", variables))
        )


@dataclass(frozen=True, eq=False)
class Selection:
    """What is selected of an object of `type`, in the order of the answer."""

    type: GraphQLObjectType
    fields: tuple[Selected, ...]

    @cached_property
    def keys(self) -> frozenset[str]:
        """The response keys in it, at any depth."""
        below = (each.selection.keys for each in self.fields if each.selection)
        return frozenset({each.key for each in self.fields}.union(*below))

    @cached_property
    def opaque(self) -> frozenset[str]:
        """Those of the keys whose values are JSON."""
        own = {
            each.key for each in self.fields if get_named_type(each.definition.type).name == OPAQUE
        }
        return frozenset(
            own.union(*(each.selection.opaque for each in self.fields if each.selection))
        )

    @cached_property
    def is_whole(self) -> bool:
        """Whether it tells of everything below: no field answers objects of several types."""
        return all(
            each.selection.is_whole
            if each.selection
            else is_leaf_type(get_named_type(each.definition.type))
            for each in self.fields
        )


@dataclass(slots=True, eq=False)
class Variant:
    """An operation under one set of decisions, and what was compiled of it so far."""

    schema: GraphQLSchema
    fragments: Mapping[str, FragmentDefinitionNode]
    variables: dict[str, Any]
    compiled: dict[tuple[str, tuple[int, ...]], Selection] = field(default_factory=dict)
    fields: dict[tuple[str, tuple[int, ...]], Selected] = field(default_factory=dict)
    columns: dict[Selected, Any] = field(default_factory=dict)
    plans: dict[Selection, Any] = field(default_factory=dict)
    """What an executor derives from fields and selections."""

    def selection(self, nodes: Sequence[FieldNode], type_: GraphQLObjectType) -> Selection:
        """What `nodes`, which are of one field, select of an object of `type_`."""
        # Nodes live as long as their operation, which is kept beside this.
        key = type_.name, tuple(map(id, nodes))
        found = self.compiled.get(key)
        if found is None:
            found = self.compiled[key] = Selection(type_, tuple(self._fields(nodes, type_)))
        return found

    def selected(self, key: str, nodes: Sequence[FieldNode], parent: GraphQLObjectType) -> Selected:
        """The field of a `parent` that `nodes` are of."""
        place = parent.name, tuple(map(id, nodes))
        found = self.fields.get(place)
        if found is None:
            found = self.fields[place] = self._selected(key, nodes, parent)
        return found

    def _selected(
        self, key: str, nodes: Sequence[FieldNode], parent: GraphQLObjectType
    ) -> Selected:
        name = nodes[0].name.value
        definition = cast("GraphQLField", self.schema.get_field(parent, name))
        named = get_named_type(definition.type)
        below = self.selection(nodes, named) if is_object_type(named) else None
        return Selected(key, name, parent, definition, tuple(nodes), below)

    def _fields(self, nodes: Sequence[FieldNode], type_: GraphQLObjectType) -> Iterator[Selected]:
        groups: dict[str, list[FieldNode]] = {}
        seen: set[str] = set()
        for node in nodes:
            if node.selection_set is not None:
                self._collect(node.selection_set.selections, type_, groups, seen)
        for key, group in groups.items():
            if self.schema.get_field(type_, group[0].name.value) is not None:
                yield self.selected(key, group, type_)

    def _collect(
        self,
        selections: Sequence[SelectionNode],
        type_: GraphQLObjectType,
        groups: dict[str, list[FieldNode]],
        seen: set[str],
    ) -> None:
        for each in selections:
            if self._is_left_out(each):
                continue
            if isinstance(each, FieldNode):
                groups.setdefault((each.alias or each.name).value, []).append(each)
                continue
            inside = self._inside(each, seen)
            if inside is not None and self._is_of(inside, type_):
                self._collect(inside.selection_set.selections, type_, groups, seen)

    def _inside(
        self, spread: SelectionNode, seen: set[str]
    ) -> InlineFragmentNode | FragmentDefinitionNode | None:
        if isinstance(spread, InlineFragmentNode):
            return spread
        name = cast("FragmentSpreadNode", spread).name.value
        if name in seen:
            return None
        seen.add(name)
        return self.fragments.get(name)

    def _is_of(
        self, inside: InlineFragmentNode | FragmentDefinitionNode, type_: GraphQLObjectType
    ) -> bool:
        if inside.type_condition is None:
            return True
        condition = self.schema.get_type(inside.type_condition.name.value)
        if condition is type_:
            return True
        return is_abstract_type(condition) and self.schema.is_sub_type(condition, type_)

    def _is_left_out(self, node: SelectionNode) -> bool:
        for directive in node.directives or ():
            if directive.name.value in DECIDES and directive.arguments:
                said = value_from_ast_untyped(directive.arguments[0].value, self.variables)
                if said is (directive.name.value == "skip"):
                    return True
        return False


@dataclass(slots=True, eq=False)
class _Operation:
    """An operation, kept with what it was compiled for."""

    operation: OperationDefinitionNode
    schema: GraphQLSchema
    fragments: Mapping[str, FragmentDefinitionNode]
    deciding: tuple[str, ...]
    variants: dict[tuple[object, ...], Variant] = field(default_factory=dict)

    def variant(self, variables: Mapping[str, Any]) -> Variant:
        """The operation as `variables` decide it; kept, each counting for as much as the text."""
        decided = {name: variables.get(name) for name in self.deciding}
        key = tuple(decided.values())
        found = self.variants.get(key)
        if found is None:
            if len(self.variants) >= self.most_variants:
                self.variants.clear()
            found = self.variants[key] = Variant(self.schema, self.fragments, decided)
            characters = len(self.variants) * (self.length + EACH)
            _OPERATIONS.keep(id(self.operation), self, characters)
        return found

    @property
    def length(self) -> int:
        """Of the text of the document."""
        return len(self.operation.loc.source.body) if self.operation.loc else 0

    @property
    def most_variants(self) -> int:
        """As many as may be kept of a text so long."""
        return max(1, min(MAX_VARIANTS, MAX_CHARACTERS // 10 // (self.length + EACH)))


_OPERATIONS: Final[Kept[int, _Operation]] = Kept(MAX_CHARACTERS)


def variant_of(
    schema: GraphQLSchema,
    operation: OperationDefinitionNode,
    fragments: Mapping[str, FragmentDefinitionNode],
    variables: Mapping[str, Any],
) -> Variant:
    """The operation as `variables` decide it; `variables` are coerced."""
    known = _OPERATIONS.find(id(operation))
    # The id of an operation that is kept is nobody else's.
    if known is None or known.operation is not operation or known.schema is not schema:
        known = _Operation(operation, schema, fragments, _deciding(operation, fragments))
    return known.variant(variables)


def selection_of(info: Any, type_name: str | None = None) -> Selection | None:
    """What is selected of what the field of `info` answers: an object, or each object of a list.

    Where objects of several types may be answered, of those of `type_name`; None without it, and
    where values are answered. `info` is graphql-core's or Strawberry's.
    """
    raw = getattr(info, "_raw_info", info)
    named = get_named_type(raw.return_type)
    if is_abstract_type(named) and type_name is not None:
        named = raw.schema.get_type(type_name)
    if not is_object_type(named):
        return None
    variant = variant_of(raw.schema, raw.operation, raw.fragments, raw.variable_values)
    return variant.selection(raw.field_nodes, named)


class _Deciding(Visitor):
    """Gathers the variables that decide whether something is left out."""

    def __init__(self) -> None:
        super().__init__()
        self.names: list[str] = []

    def enter_directive(self, node: Any, *_: object) -> None:
        if node.name.value in DECIDES:
            given = (argument.value for argument in node.arguments or ())
            self.names += [each.name.value for each in given if isinstance(each, VariableNode)]


def _deciding(
    operation: OperationDefinitionNode, fragments: Mapping[str, FragmentDefinitionNode]
) -> tuple[str, ...]:
    gathered = _Deciding()
    for definition in (operation, *fragments.values()):
        visit(definition, gathered)
    return tuple(dict.fromkeys(gathered.names))
