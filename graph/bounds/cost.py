"""What an operation costs before it runs: one point for each object that it may answer.

A field's own weight and all below it are multiplied by the sizes of the lists around it. That
is linear, so a fragment is measured once, whatever stands around its spreads: what a list inside
a page costs is kept open until the page's field says how long it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    ListValueNode,
    ObjectValueNode,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    ValueNode,
    VariableNode,
    get_named_type,
    get_nullable_type,
    get_operation_ast,
    is_composite_type,
    is_list_type,
    value_from_ast_untyped,
)
from graphql.pyutils import Undefined

from core.errors import BadInput
from graph.bounds.sizes import Declared, Size, declared
from resolvers.paging import DEFAULT_SIZE

MOST_POINTS = 10**12
"""Costs above this are told as this."""
MUTATION_POINTS = 10
INTROSPECTION_POINTS = 50
_INTROSPECTION = frozenset({"__schema", "__type"})
_OPAQUE = "JSON"

Variables: TypeAlias = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Cost:
    """What an operation may cost, in points, and how many items its lists may hold.

    `dearest` is the path of the field that most of it is for. `heavy` holds what fields of these
    response keys weigh beyond an object's point or a value's nothing, `opaque` the keys under which
    no objects of the schema can be: both for counting what was answered. `roots` are the response
    keys of the root fields.
    """

    points: int
    rows: int
    dearest: str
    heavy: Mapping[str, int]
    opaque: frozenset[str]
    base: int
    roots: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Part:
    """Points and rows of a selection, and of the lists in it whose size the page tells."""

    points: int = 0
    rows: int = 0
    open: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    path: tuple[str, ...] = ()
    path_points: int = 0

    def beside(self, other: _Part) -> _Part:
        """Both in one selection."""
        dearer = self if self.path_points >= other.path_points else other
        return _Part(
            self.points + other.points,
            self.rows + other.rows,
            _merged(self.open, other.open),
            dearer.path,
            dearer.path_points,
        )

    def sized(self, size: Size | None, length: int) -> tuple[int, int]:
        """Points and rows once a page of `size` around it is known to hold `length`."""
        points, rows = self.points, self.rows
        for name, (item_points, item_rows) in self.open.items():
            items = length if size is not None and name in size.fields else DEFAULT_SIZE
            points += items * item_points
            rows += items * item_rows
        return points, rows


_NOTHING = _Part()


def cost_of(
    schema: GraphQLSchema,
    document: DocumentNode,
    operation_name: str | None = None,
    variables: Variables | None = None,
) -> Cost:
    """The cost of one operation of a document that is valid; BadInput where it holds none such."""
    return measured(schema, document, operation_name, variables or {})[0]


def measured(
    schema: GraphQLSchema,
    document: DocumentNode,
    operation_name: str | None,
    variables: Variables,
) -> tuple[Cost, frozenset[str]]:
    """The cost, as `cost_of` has it, and the names of the variables that it was reckoned by."""
    operation = get_operation_ast(document, operation_name)
    root = schema.get_root_type(operation.operation) if operation else None
    if operation is None or root is None:
        raise BadInput(
            "the document holds no such operation",
            field="operationName",
            mend="name one of the document's operations",
        )
    measure = _Measure(schema, document, _known(operation, variables), root)
    part = measure.selections(operation.selection_set, root)
    points, rows = part.sized(None, DEFAULT_SIZE)
    base = MUTATION_POINTS if operation.operation is OperationType.MUTATION else 1
    cost = Cost(
        points=min(base + points, MOST_POINTS),
        rows=min(rows, MOST_POINTS),
        dearest=".".join(part.path),
        heavy=measure.heavy,
        opaque=frozenset(measure.opaque - measure.objects),
        base=base,
        roots=frozenset(measure.roots),
    )
    return cost, frozenset(measure.deciding)


class _Measure:
    """Measures selections of one document under one set of variables, each fragment once."""

    def __init__(
        self,
        schema: GraphQLSchema,
        document: DocumentNode,
        known: dict[str, object],
        root: GraphQLObjectType,
    ) -> None:
        self._schema = schema
        self._root = root
        self._variables = known
        self._fragments = {
            definition.name.value: definition
            for definition in document.definitions
            if isinstance(definition, FragmentDefinitionNode)
        }
        self._measured: dict[str, _Part] = {}
        self.heavy: dict[str, int] = {}
        self.opaque: set[str] = set()
        self.objects: set[str] = set()
        self.roots: set[str] = set()
        self.deciding: set[str] = set()

    def selections(self, selection_set: SelectionSetNode, parent: GraphQLNamedType) -> _Part:
        """The part of everything selected; of branches of which only one can be, the dearest."""
        shared, branches = _NOTHING, dict[str, _Part]()
        for selection in selection_set.selections:
            if self._is_left_out(selection):
                continue
            inside, part = self._selection(selection, parent)
            if isinstance(inside, GraphQLObjectType) and inside is not parent:
                branches[inside.name] = branches.get(inside.name, _NOTHING).beside(part)
            else:
                shared = shared.beside(part)
        return shared.beside(_dearest(branches.values())) if branches else shared

    def _selection(
        self, selection: Any, parent: GraphQLNamedType
    ) -> tuple[GraphQLNamedType, _Part]:
        """On which type it is, and its part."""
        if isinstance(selection, FieldNode):
            return parent, self._field(selection, parent)
        if isinstance(selection, InlineFragmentNode):
            inside = self._type(selection.type_condition) or parent
            return inside, self.selections(selection.selection_set, inside)
        definition = self._fragments.get(selection.name.value)
        inside = (definition and self._type(definition.type_condition)) or parent
        return inside, self._fragment(selection, definition, inside)

    def _fragment(
        self,
        spread: FragmentSpreadNode,
        definition: FragmentDefinitionNode | None,
        inside: GraphQLNamedType,
    ) -> _Part:
        name = spread.name.value
        if name not in self._measured:
            # A cycle meets this and ends; validation reports it.
            self._measured[name] = _NOTHING
            if definition is not None:
                self._measured[name] = self.selections(definition.selection_set, inside)
        return self._measured[name]

    def _field(self, node: FieldNode, parent: GraphQLNamedType) -> _Part:
        name = node.name.value
        key = node.alias.value if node.alias else name
        if parent is self._root:
            self.roots.add(key)
        if name in _INTROSPECTION:
            return self._introspection(key)
        definition = _definition(parent, name)
        if definition is None:
            return _NOTHING
        said = declared(definition)
        size = said.size
        length = 1 if size is None else self._length(node, definition, size)
        below = self._below(node, definition)
        points, rows = below.sized(size, length)
        points += self._weight(key, definition, said)
        path = (key, *below.path) if 2 * below.path_points * length >= points else (key,)
        if not _is_list_of_objects(definition):
            return _Part(points, rows, {}, path, points)
        if size is None:
            return _Part(0, 0, {name: (points, rows + 1)}, path, points)
        return _Part(points * length, (rows + 1) * length, {}, path, points * length)

    def _introspection(self, key: str) -> _Part:
        self.heavy[key] = INTROSPECTION_POINTS
        self.opaque.add(key)
        return _Part(points=INTROSPECTION_POINTS, path=(key,), path_points=INTROSPECTION_POINTS)

    def _weight(self, key: str, definition: GraphQLField, said: Declared) -> int:
        named = get_named_type(definition.type)
        plain = 1 if is_composite_type(named) else 0
        if said.weight is not None and said.weight != plain:
            self.heavy[key] = max(self.heavy.get(key, 0), said.weight - plain)
        if plain:
            self.objects.add(key)
        elif named.name == _OPAQUE:
            self.opaque.add(key)
        return plain if said.weight is None else said.weight

    def _below(self, node: FieldNode, definition: GraphQLField) -> _Part:
        if node.selection_set is None:
            return _NOTHING
        return self.selections(node.selection_set, get_named_type(definition.type))

    def _length(self, node: FieldNode, definition: GraphQLField, size: Size) -> int:
        said = (
            length(self._argument(node, definition, name)) for name, length in size.lengths.items()
        )
        given = [each for each in said if each is not None]
        return max(0, min(max(given), size.most)) if given else size.assumed

    def _argument(self, node: FieldNode, definition: GraphQLField, name: str) -> object:
        for argument in node.arguments or ():
            if argument.name.value == name:
                given = self._value(argument.value)
                if given is not Undefined:
                    return given
        default = definition.args[name].default_value
        return None if default is Undefined else default

    def _value(self, node: ValueNode) -> object:
        self.deciding.update(_named(node))
        return value_from_ast_untyped(node, self._variables)

    def _is_left_out(self, selection: Any) -> bool:
        """Whether @skip or @include leaves it out."""
        for directive in selection.directives or ():
            if directive.name.value in {"skip", "include"} and directive.arguments:
                said = self._value(directive.arguments[0].value)
                if said is (directive.name.value == "skip"):
                    return True
        return False

    def _type(self, condition: Any) -> GraphQLNamedType | None:
        return self._schema.get_type(condition.name.value) if condition else None


def _named(node: ValueNode) -> Iterator[str]:
    """The variables in a value."""
    if isinstance(node, VariableNode):
        yield node.name.value
    elif isinstance(node, ListValueNode):
        for each in node.values:
            yield from _named(each)
    elif isinstance(node, ObjectValueNode):
        for field_node in node.fields:
            yield from _named(field_node.value)


def _known(operation: OperationDefinitionNode, given: Variables) -> dict[str, object]:
    """The variables with the defaults of the operation."""
    defaults = {
        definition.variable.name.value: value_from_ast_untyped(definition.default_value)
        for definition in operation.variable_definitions or ()
        if definition.default_value is not None
    }
    return defaults | dict(given)


def _definition(parent: GraphQLNamedType, name: str) -> GraphQLField | None:
    if isinstance(parent, GraphQLObjectType | GraphQLInterfaceType):
        found: GraphQLField | None = parent.fields.get(name)
        return found
    return None


def _is_list_of_objects(definition: GraphQLField) -> bool:
    returned = get_nullable_type(definition.type)
    return is_list_type(returned) and is_composite_type(get_named_type(returned))


def _merged(
    one: Mapping[str, tuple[int, int]], other: Mapping[str, tuple[int, int]]
) -> Mapping[str, tuple[int, int]]:
    """What both keep open, by name, added up."""
    if not one or not other:
        return one or other
    sums = dict(one)
    for name, (points, rows) in other.items():
        before = sums.get(name, (0, 0))
        sums[name] = (before[0] + points, before[1] + rows)
    return sums


def _dearest(parts: Iterable[_Part]) -> _Part:
    return max(parts, key=lambda part: part.sized(None, DEFAULT_SIZE))
