"""What operations cost, reckoned once for all requests that ask for as much.

A cost hangs on the document and on the few variables that size lists or leave fields out: the
same operation on another page, or of other dates as many, costs the same.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from graphql import DocumentNode, GraphQLSchema

from graph.bounds.cost import Cost, Variables, measured
from graph.executor.kept import EACH, Kept

MAX_CHARACTERS: Final = 1_000_000
"""Of the documents whose costs are kept, together."""
MAX_COSTS: Final = 16
"""Of one document."""
LONGEST_VALUES: Final = 1_000
"""Of the variables of a cost that is kept, in characters."""


@dataclass(frozen=True, slots=True)
class _Known:
    """A cost, and what the variables were by which it was reckoned."""

    operation: str | None
    deciding: tuple[str, ...]
    values: str
    cost: Cost


@dataclass(slots=True)
class _Costs:
    """Of one document; kept with it, so that its identity stays its own."""

    schema: GraphQLSchema
    document: DocumentNode
    known: list[_Known] = field(default_factory=list)

    @property
    def characters(self) -> int:
        """Of the document, and of what is kept of its costs."""
        text = self.document.loc.source.body if self.document.loc else ""
        return len(text) + sum(len(each.values) + EACH for each in self.known)


_COSTS: Final[Kept[int, _Costs]] = Kept(MAX_CHARACTERS)


def known_cost(
    schema: GraphQLSchema, document: DocumentNode, operation: str | None, variables: Variables
) -> Cost:
    """As `cost_of`."""
    costs = _COSTS.find(id(document))
    if costs is None or costs.schema is not schema or costs.document is not document:
        costs = _Costs(schema, document)
    told: dict[tuple[str, ...], str] = {}
    for each in costs.known:
        if each.deciding not in told:
            # Once: a caller may give a megabyte of them.
            told[each.deciding] = _values(each.deciding, variables)
        if each.operation == operation and each.values == told[each.deciding]:
            return each.cost
    cost, named = measured(schema, document, operation, variables)
    deciding = tuple(sorted(named))
    values = told.get(deciding) or _values(deciding, variables)
    _learn(costs, _Known(operation, deciding, values, cost))
    return cost


def _learn(costs: _Costs, known: _Known) -> None:
    if len(known.values) <= LONGEST_VALUES:
        costs.known[:] = [*costs.known[1 - MAX_COSTS :], known]
        _COSTS.keep(id(costs.document), costs, costs.characters)


def _values(names: tuple[str, ...], variables: Variables) -> str:
    """Text, since Python takes true for 1 and 1 for 1.0; a variable left out is none of them."""
    return repr([(name, variables[name]) for name in names if name in variables])
