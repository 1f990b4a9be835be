"""Who is shown the schema: introspection, suggestions and names follow one permission.

A caller without it may use every field whose name it was given, and learns no other: not from
`__schema`, not from `_service` (which asks for the same permission), not from an error.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import TypeAlias

from graphql import (
    FieldNode,
    GraphQLError,
    GraphQLSchema,
    Visitor,
    is_specified_scalar_type,
    visit,
)
from strawberry.extensions import SchemaExtension
from strawberry.types import ExecutionContext

from core.errors import Forbidden
from core.scope import Permission

SHOWS_SCHEMA = frozenset({"__schema", "__type"})
ASKED = re.compile(r"\b__(?:schema|type)\b")
SUGGESTED = re.compile(r" Did you mean .*?\?(?=$| )", re.DOTALL)
OF_TYPE = re.compile(r" (?:of|on)(?: non-null)? type '(?P<type>[^']*)'")
QUOTED = re.compile(r"'[^']*'")
NAME = re.compile(r"[_A-Za-z][_0-9A-Za-z]*")
HIDDEN = "…"
MEND = f"ask for a role with {Permission.SCHEMA_INTROSPECT} to be told what the schema holds"
Tells: TypeAlias = Callable[[str], str]


class Introspection(SchemaExtension):
    """Refuses to show the schema to a caller without the permission."""

    def on_validate(self) -> Iterator[None]:
        """After the rules of the cache: what a caller may is decided anew for each."""
        context = self.execution_context
        refused = [] if sees_schema(context) else _refusals(context)
        if refused:
            context.pre_execution_errors = refused
        elif context.pre_execution_errors is not None:
            # The list of a cached finding is shared by all who sent the document.
            context.pre_execution_errors = list(context.pre_execution_errors)
        yield


def sees_schema(context: ExecutionContext | None) -> bool:
    """Whether the caller may see the schema; an unknown one may not."""
    session = getattr(context and context.context, "session", None)
    return session is not None and session.scope.may(Permission.SCHEMA_INTROSPECT)


def telling(schema: GraphQLSchema, context: ExecutionContext | None) -> Tells:
    """How this caller is told what the executor says: without names that it has not used."""
    if sees_schema(context):
        return str
    own = _words(context.query, context.variables) if context else frozenset[str]()
    types = _type_names(schema) - own
    return lambda message: _without_names(message, own, types)


def _refusals(context: ExecutionContext) -> list[GraphQLError]:
    """A refusal for each field that would show the schema."""
    if context.graphql_document is None or not ASKED.search(context.query or "__schema"):
        return []
    asking = _Asking()
    visit(context.graphql_document, asking)
    message = f"this needs the permission {Permission.SCHEMA_INTROSPECT}"
    refused = Forbidden(message, mend="ask an administrator of your tenant for a role that has it")
    return [GraphQLError(message, node, original_error=refused) for node in asking.found]


class _Asking(Visitor):
    """Finds the fields that show the schema."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[FieldNode] = []

    def enter_field(self, node: FieldNode, *_: object) -> None:
        """Keep those fields."""
        if node.name.value in SHOWS_SCHEMA:
            self.found.append(node)


def _words(query: str | None, variables: object) -> frozenset[str]:
    return frozenset(NAME.findall(query or "")) | frozenset(_names(variables))


def _names(value: object) -> Iterator[str]:
    """Every name in a JSON value: the deepest one that a body may hold is no recursion."""
    waiting = [value]
    while waiting:
        held = waiting.pop()
        if isinstance(held, dict):
            waiting += [*held, *held.values()]
        elif isinstance(held, list):
            waiting += held
        elif isinstance(held, str):
            yield from NAME.findall(held)


def _type_names(schema: GraphQLSchema) -> frozenset[str]:
    return frozenset(
        name for name, type_ in schema.type_map.items() if not is_specified_scalar_type(type_)
    )


def _without_names(message: str, own: frozenset[str], types: frozenset[str]) -> str:
    def known(text: str) -> str:
        return NAME.sub(lambda name: name[0] if name[0] in own else HIDDEN, text)

    told = OF_TYPE.sub(
        lambda phrase: phrase[0] if own.issuperset(NAME.findall(phrase["type"])) else "",
        SUGGESTED.sub("", message),
    )
    told = QUOTED.sub(lambda quoted: known(quoted[0]), told)
    return NAME.sub(lambda name: HIDDEN if name[0] in types else name[0], told)
