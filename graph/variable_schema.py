"""The variables of an operation as JSON Schema, for callers that know no GraphQL.

https://json-schema.org/draft/2020-12. An input object stands once, among `$defs`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from graphql import (
    DocumentNode,
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLSchema,
    OperationDefinitionNode,
    TypeInfo,
    TypeInfoVisitor,
    VariableNode,
    Visitor,
    is_list_type,
    is_non_null_type,
    is_required_input_field,
    value_from_ast_untyped,
    visit,
)

from graph.operation_variables import variables_of

_SCALARS: Final[Mapping[str, Mapping[str, Any]]] = {
    "Int": {"type": "integer"},
    "Float": {"type": "number"},
    "Boolean": {"type": "boolean"},
    "BigInt": {"type": "integer"},
    "Decimal": {"type": "string", "description": "a decimal number"},
    "Date": {"type": "string", "format": "date"},
    "DateTime": {"type": "string", "format": "date-time"},
    "JSON": {},
}
_TEXT: Final[Mapping[str, Any]] = {"type": "string"}


def variable_schema(schema: GraphQLSchema, document: DocumentNode) -> dict[str, Any]:
    """What the operation of a valid document takes: an object, described by where it goes."""
    made = _Made()
    described, defaults = _described(schema, document), _defaults(document)
    properties: dict[str, Any] = {}
    required = []
    for name, variable in variables_of(schema, document).items():
        told = dict(made.of(variable.type))
        if name in described:
            told["description"] = described[name]
        if name in defaults:
            told["default"] = defaults[name]
        properties[name] = told
        if is_non_null_type(variable.type) and not variable.has_default:
            required.append(name)
    found: dict[str, Any] = {"type": "object", "properties": properties}
    found |= {"required": required} if required else {}
    found |= {"additionalProperties": False}
    return found | ({"$defs": made.objects} if made.objects else {})


class _Made:
    """Schemas of types; input objects, which may hold themselves, are kept by name."""

    def __init__(self) -> None:
        self.objects: dict[str, Any] = {}

    def of(self, type_: GraphQLInputType) -> Mapping[str, Any]:
        """The schema of a type; what may be null may also be left out."""
        kind: Any = type_.of_type if is_non_null_type(type_) else type_
        if is_list_type(kind):
            return {"type": "array", "items": self.of(kind.of_type)}
        if isinstance(kind, GraphQLEnumType):
            return {"type": "string", "enum": list(kind.values)}
        if isinstance(kind, GraphQLInputObjectType):
            self._keep(kind)
            return {"$ref": f"#/$defs/{kind.name}"}
        return _SCALARS.get(kind.name, _TEXT)

    def _keep(self, kind: GraphQLInputObjectType) -> None:
        if kind.name in self.objects:
            return
        held: dict[str, Any] = {"type": "object", "additionalProperties": False}
        self.objects[kind.name] = held
        if kind.description:
            held["description"] = kind.description
        held["properties"] = {
            name: dict(self.of(field.type))
            | ({"description": field.description} if field.description else {})
            for name, field in kind.fields.items()
        }
        required = [name for name, field in kind.fields.items() if is_required_input_field(field)]
        held |= {"required": required} if required else {}


def _described(schema: GraphQLSchema, document: DocumentNode) -> dict[str, str]:
    """What the argument or field that a variable is given to says of itself."""
    info, found = TypeInfo(schema), dict[str, str]()

    class Uses(Visitor):
        """Looks where variables stand."""

        def enter_variable(self, node: VariableNode, *_: Any) -> None:
            """One use."""
            argument = info.get_argument()
            if argument is not None and argument.description:
                found.setdefault(node.name.value, argument.description)

    visit(document, TypeInfoVisitor(info, Uses()))
    return found


def _defaults(document: DocumentNode) -> dict[str, Any]:
    return {
        each.variable.name.value: value_from_ast_untyped(each.default_value)
        for definition in document.definitions
        if isinstance(definition, OperationDefinitionNode)
        for each in definition.variable_definitions or ()
        if each.default_value is not None
    }
