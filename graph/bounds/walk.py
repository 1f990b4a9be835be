"""How far one document may go: one walk in linear time, whatever its fragments.

The shipped limiters walk a fragment once per spread, so a kilobyte of fanning fragments never
ends. Here every fragment is measured once and its measure is added up where it is spread. What
goes too far is validated no further, since rules compare repeated fields pair by pair.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from graphql import (
    ASTValidationRule,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    Node,
    ObjectValueNode,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
)
from graphql.validation.rules import overlapping_fields_can_be_merged
from graphql.validation.validate import ValidationAbortedError

from graph.codes import TOO_COMPLEX

MAX_TOKENS = 5_000
MAX_FRAGMENTS = 100
MAX_OBJECT_FIELDS = 100
MANY = 1_000_000

# Where each of many operations repeats as much as one may, the default is half a second of work.
overlapping_fields_can_be_merged.MAX_COMPLEXITY_BUDGET = 50_000


@dataclass(frozen=True, slots=True)
class Extent:
    """How far a selection goes, its fragments included.

    `fields` counts all of them, `widest` the most in one selection, `roots` those that are not
    below another. `repeats` counts fields whose name in the answer was taken in their selection.
    `directives` counts all of them, `stacked` the most in one place.
    """

    depth: int = 0
    fields: int = 0
    widest: int = 0
    roots: int = 0
    aliases: int = 0
    repeats: int = 0
    directives: int = 0
    stacked: int = 0

    def beside(self, other: Extent) -> Extent:
        """Both selections in one."""
        return Extent(
            max(self.depth, other.depth),
            self.fields + other.fields,
            max(self.widest, other.widest),
            self.roots + other.roots,
            self.aliases + other.aliases,
            self.repeats + other.repeats,
            self.directives + other.directives,
            max(self.stacked, other.stacked),
        )


@dataclass(frozen=True, slots=True)
class Bound:
    """The most of one part of an `Extent`, how it is called, and how too much of it is told."""

    part: str
    most: int
    called: str
    told: str


BOUNDS = (
    Bound("depth", 15, "depth of an operation", "selects {} levels deep"),
    Bound("fields", 2_000, "fields of an operation", "selects {} fields"),
    Bound("widest", 200, "fields of one selection", "selects {} fields of one thing"),
    Bound("roots", 50, "root fields of an operation", "selects {} root fields"),
    Bound("aliases", 50, "aliases of an operation", "holds {} aliases"),
    Bound("repeats", 50, "repeated fields of an operation", "repeats {} fields"),
    Bound("directives", 50, "directives of an operation", "holds {} directives"),
    Bound("stacked", 5, "directives in one place", "holds {} directives in one place"),
)
"""How far an operation may go."""


class Measure:
    """Measures selections of one document, each fragment once."""

    def __init__(self, fragments: Sequence[FragmentDefinitionNode]) -> None:
        self._fragments = {definition.name.value: definition for definition in fragments}
        self._known: dict[str, Extent] = {}

    def operation(self, node: OperationDefinitionNode) -> Extent:
        """The extent of an operation, with the directives on it and on its variables."""
        extent = _directives(node).beside(self._selections(node.selection_set))
        for variable in node.variable_definitions or ():
            extent = extent.beside(_directives(variable))
        return extent

    def fragment(self, name: str) -> Extent:
        """The extent of a fragment, and so of each place where it is spread."""
        if name not in self._known:
            # A cycle meets this and ends; another rule reports it.
            self._known[name] = Extent()
            definition = self._fragments.get(name)
            if definition is not None:
                inside = self._selections(definition.selection_set)
                self._known[name] = _directives(definition).beside(inside)
        return self._known[name]

    def _selections(self, selection_set: SelectionSetNode) -> Extent:
        flat = tuple(_flat(selection_set, ""))
        names = Counter((on, _key(node)) for on, node in flat if isinstance(node, FieldNode))
        width = names.total()
        extent = Extent(fields=width, widest=width, roots=width, repeats=width - len(names))
        for _, node in flat:
            extent = extent.beside(_directives(node)).beside(self._below(node))
        return extent

    def _below(self, node: SelectionNode) -> Extent:
        if isinstance(node, FragmentSpreadNode):
            return self.fragment(node.name.value)
        if not isinstance(node, FieldNode):
            # An inline fragment, whose fields are among those around it.
            return Extent()
        inside = self._selections(node.selection_set) if node.selection_set else Extent()
        aliases = inside.aliases + (node.alias is not None)
        return replace(inside, depth=inside.depth + 1, roots=0, aliases=aliases)


class WithinBounds(ASTValidationRule):
    """Refuses documents that go too far, before any other rule looks at their fields."""

    def enter_document(self, node: DocumentNode, *_: Any) -> None:
        """Measure every operation, and the fragments, of which some may be used by none."""
        fragments = [each for each in node.definitions if isinstance(each, FragmentDefinitionNode)]
        if len(fragments) > MAX_FRAGMENTS:
            raise _refusal(node, f"The document holds {len(fragments):,} fragments", MAX_FRAGMENTS)
        measure = Measure(fragments)
        for fragment in fragments:
            # Only where it is spread is known whether its fields are root fields.
            extent = replace(measure.fragment(fragment.name.value), roots=0)
            _check(fragment, "fragment", extent)
        for operation in node.definitions:
            if isinstance(operation, OperationDefinitionNode):
                _check(operation, "operation", measure.operation(operation))

    def enter_object_value(self, node: ObjectValueNode, *_: Any) -> None:
        """Refuse an object that would be written out anew for each of its unknown fields."""
        if len(node.fields) > MAX_OBJECT_FIELDS:
            told = f"An input object holds {_number(len(node.fields))} fields"
            raise _refusal(node, told, MAX_OBJECT_FIELDS)


def _check(node: Node, what: str, extent: Extent) -> None:
    for bound in BOUNDS:
        found = getattr(extent, bound.part)
        if found > bound.most:
            raise _refusal(node, f"The {what} {bound.told.format(_number(found))}", bound.most)


def _refusal(node: Node, told: str, limit: int) -> ValidationAbortedError:
    message = f"{told}, but the limit is {limit:,}."
    return ValidationAbortedError(message, node, extensions={"code": TOO_COMPLEX.code})


def _flat(selection_set: SelectionSetNode, on: str) -> Iterator[tuple[str, SelectionNode]]:
    """All that is selected of one thing, inline fragments opened, with the type it is selected on.

    The same field on another type is no repetition.
    """
    for selection in selection_set.selections:
        yield on, selection
        if isinstance(selection, InlineFragmentNode):
            condition = selection.type_condition
            yield from _flat(selection.selection_set, condition.name.value if condition else on)


def _key(field: FieldNode) -> str:
    """How it is called in the answer."""
    return field.alias.value if field.alias else field.name.value


def _directives(node: Any) -> Extent:
    count = len(node.directives or ())
    return Extent(directives=count, stacked=count)


def _number(found: int) -> str:
    return f"{found:,}" if found < MANY else f"more than {MANY:,}"
