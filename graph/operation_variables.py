"""The variables of an operation against its definitions, each fault by its name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from graphql import (
    DocumentNode,
    GraphQLEnumType,
    GraphQLError,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLNonNull,
    GraphQLSchema,
    OperationDefinitionNode,
    get_named_type,
    is_input_type,
    type_from_ast,
)
from graphql.utilities import validate_input_value

from core.errors import BadInput
from core.scope import Permission, TenantScope

MOST_SHOWN: Final = 20


@dataclass(frozen=True, slots=True)
class Variable:
    """What a variable takes, and whether it may be left out for its default."""

    type: GraphQLInputType
    has_default: bool


Variables: TypeAlias = Mapping[str, Variable]


def variables_of(schema: GraphQLSchema, document: DocumentNode) -> Variables:
    """The variables that the operation of a valid document takes."""
    found: dict[str, Variable] = {}
    for definition in document.definitions:
        if isinstance(definition, OperationDefinitionNode):
            for each in definition.variable_definitions or ():
                type_: Any = type_from_ast(schema, each.type)
                if is_input_type(type_):
                    has_default = each.default_value is not None
                    found[each.variable.name.value] = Variable(type_, has_default)
    return found


def checked(variables: Variables, given: Mapping[str, object]) -> dict[str, object]:
    """What was given, once all of it is good; BadInput naming the variable at fault."""
    refuse_unknown(variables, given)
    for name, variable in variables.items():
        if name in given:
            _check(name, variable.type, given[name])
        elif isinstance(variable.type, GraphQLNonNull) and not variable.has_default:
            raise BadInput(f"{name} is missing", field=name, mend=mend_of(variable.type))
    return dict(given)


def refuse_unknown(variables: Variables, given: Iterable[str]) -> None:
    """BadInput for a name that is no variable of the operation."""
    for name in given:
        if name not in variables:
            raise BadInput(
                f"the operation has no variable {name[:100]!r}",
                field=name[:100],
                mend=f"it takes {', '.join(variables)}" if variables else "it takes none",
            )


@contextmanager
def told_to(scope: TenantScope) -> Iterator[None]:
    """Lets BadInput of the block tell what types hold to those alone who may see the schema."""
    try:
        yield
    except BadInput as error:
        if scope.may(Permission.SCHEMA_INTROSPECT):
            raise
        mend = "see the operation's document for what it takes"
        raise BadInput(error.message, field=error.field, mend=mend) from error


def fault(field: str, type_: GraphQLInputType) -> BadInput:
    """The error of a value that is not what its type takes."""
    return BadInput(f"{field} is not what {type_} takes", field=field, mend=mend_of(type_))


def mend_of(type_: GraphQLInputType) -> str:
    """What to give instead."""
    named = get_named_type(type_)
    if isinstance(named, GraphQLEnumType):
        return f"give {type_}: of {', '.join(list(named.values)[:MOST_SHOWN])}"
    if isinstance(named, GraphQLInputObjectType):
        return f"give {type_}: JSON with {', '.join(list(named.fields)[:MOST_SHOWN])}"
    return f"give {type_}"


def _check(name: str, type_: GraphQLInputType, value: object) -> None:
    def refuse(_: GraphQLError, path: list[str | int]) -> None:
        raise fault(".".join(map(str, (name, *path))), type_)

    validate_input_value(value, type_, refuse, hide_suggestions=True)
