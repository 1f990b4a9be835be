"""What one document may ask: one walk in linear time, whatever its fragments.

The shipped limiters walk a fragment once per spread, so a kilobyte of fanning fragments never
ends. Here every fragment is measured once and its measure is added up where it is spread.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from graphql import (
    ASTValidationRule,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    OperationDefinitionNode,
    SelectionSetNode,
)

MAX_TOKENS = 5_000
MAX_DEPTH = 15
MAX_ALIASES = 50
CODE = "QUERY_TOO_COMPLEX"


@dataclass(frozen=True, slots=True)
class Extent:
    """How deep a selection goes and how many aliases it holds, its fragments included."""

    depth: int = 0
    aliases: int = 0

    def beside(self, other: Extent) -> Extent:
        """Both selections in one."""
        return Extent(max(self.depth, other.depth), self.aliases + other.aliases)


class Measure:
    """Measures selections of one document, each fragment once."""

    def __init__(self, document: DocumentNode) -> None:
        self._fragments = {
            definition.name.value: definition
            for definition in document.definitions
            if isinstance(definition, FragmentDefinitionNode)
        }
        self._known: dict[str, Extent] = {}

    def selections(self, selection_set: SelectionSetNode | None) -> Extent:
        """The extent of everything selected."""
        extent = Extent()
        for selection in selection_set.selections if selection_set else ():
            extent = extent.beside(self._selection(selection))
        return extent

    def _selection(self, selection: Any) -> Extent:
        if isinstance(selection, FragmentSpreadNode):
            return self._fragment(selection.name.value)
        below = self.selections(selection.selection_set)
        if isinstance(selection, FieldNode):
            return Extent(below.depth + 1, below.aliases + (selection.alias is not None))
        return below

    def _fragment(self, name: str) -> Extent:
        if name not in self._known:
            # A cycle meets this and ends; another rule reports it.
            self._known[name] = Extent()
            definition = self._fragments.get(name)
            self._known[name] = self.selections(definition.selection_set if definition else None)
        return self._known[name]


class WithinLimits(ASTValidationRule):
    """Refuses operations that go too deep or alias too much."""

    def enter_document(self, node: DocumentNode, *_: Any) -> None:
        """Measure every operation."""
        measure = Measure(node)
        for definition in node.definitions:
            if isinstance(definition, OperationDefinitionNode):
                self._check(definition, measure.selections(definition.selection_set))

    def _check(self, operation: OperationDefinitionNode, extent: Extent) -> None:
        if extent.depth > MAX_DEPTH:
            self._refuse(operation, f"selects {extent.depth} levels deep", MAX_DEPTH)
        if extent.aliases > MAX_ALIASES:
            self._refuse(operation, f"holds {extent.aliases} aliases", MAX_ALIASES)

    def _refuse(self, operation: OperationDefinitionNode, what: str, limit: int) -> None:
        self.report_error(
            GraphQLError(
                f"The operation {what}, but the limit is {limit}.",
                operation,
                extensions={"code": CODE},
            )
        )
