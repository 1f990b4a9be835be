"""Documents, apart from their execution: what is good enough to be registered, what is shown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from graphql import (
    DocumentNode,
    FloatValueNode,
    GraphQLError,
    GraphQLSchema,
    IntValueNode,
    ListValueNode,
    ObjectValueNode,
    OperationDefinitionNode,
    StringValueNode,
    Visitor,
    parse,
    print_ast,
    specified_rules,
    validate,
    visit,
)

from core.errors import BadInput
from core.records.operations import OperationKind
from graph.bounds.cost import cost_of
from graph.bounds.walk import MAX_TOKENS, WithinBounds

RULES: Final = (*specified_rules, WithinBounds)
MAX_BYTES: Final = 64 * 1024


@dataclass(frozen=True, slots=True)
class Registrable:
    """A document that holds one good operation. `cost` is an estimate without variables."""

    name: str
    kind: OperationKind
    cost: int


def registrable(schema: GraphQLSchema, document: str) -> Registrable:
    """What is in a document; BadInput says in which line what stands in the way."""
    parsed = opened(document)
    errors = validate(schema, parsed, RULES, max_errors=1)
    if errors:
        raise BadInput(_words(errors[0]), mend="correct the document")
    operation = only_operation(parsed)
    if operation.name is None:
        raise BadInput("the operation has no name", mend="name it: query Name { … }")
    return Registrable(
        name=operation.name.value,
        kind=OperationKind(operation.operation.value.upper()),
        cost=cost_of(schema, parsed).points,
    )


def opened(document: str) -> DocumentNode:
    """The document, or BadInput."""
    if len(document.encode("utf-8", "replace")) > MAX_BYTES:
        raise BadInput(f"the document is longer than {MAX_BYTES:,} bytes", mend="ask for less")
    try:
        return parse(document, max_tokens=MAX_TOKENS)
    except GraphQLError as error:
        raise BadInput(_words(error), mend="correct the document") from error
    except RecursionError as error:
        raise BadInput("the document is nested too deep", mend="ask for less") from error


def only_operation(document: DocumentNode) -> OperationDefinitionNode:
    """The one operation of a document, or BadInput."""
    found = [each for each in document.definitions if isinstance(each, OperationDefinitionNode)]
    if len(found) == 1:
        return found[0]
    raise BadInput(
        f"the document holds {len(found)} operations, but has to hold one",
        mend="give each operation a document of its own",
    )


def _words(error: GraphQLError) -> str:
    line = error.locations[0].line if error.locations else 1
    return f"line {line}: {error.message}"


class _Emptied(Visitor):
    """Leaves the kinds of literals and takes what they say."""

    def enter_string_value(self, *_: Any) -> StringValueNode:
        return StringValueNode(value="", block=False)

    def enter_int_value(self, *_: Any) -> IntValueNode:
        return IntValueNode(value="0")

    def enter_float_value(self, *_: Any) -> FloatValueNode:
        return FloatValueNode(value="0")

    def enter_list_value(self, *_: Any) -> ListValueNode:
        return ListValueNode(values=())

    def enter_object_value(self, *_: Any) -> ObjectValueNode:
        return ObjectValueNode(fields=())


def without_literals(document: str) -> str | None:
    """The document with empty literals, comments left out; None where it is no document."""
    try:
        parsed = parse(document, max_tokens=MAX_TOKENS, no_location=True)
    except (GraphQLError, RecursionError):
        return None
    return print_ast(visit(parsed, _Emptied()))
