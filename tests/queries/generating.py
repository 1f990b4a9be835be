"""Operations made at random over the whole schema: valid ones, of which some are refused."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from random import Random
from typing import Any

from graphql import (
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    get_nullable_type,
    is_abstract_type,
    is_leaf_type,
    is_required_argument,
    is_required_input_field,
)

from tests.queries.ground import KINDS, named_id
from tests.queries.nesting import NAMED

DEEPEST = 5
NOT_ASKED = frozenset({"_service"})
TEXTS = ("Display", "campaign 1", "USD", "é \U0001f600", "")
CURRENCIES = ("USD", "EUR", "GBP", "XXX", "usd")
DAYS = tuple(f"2025-11-0{day}" for day in range(1, 6))
MOMENTS = ("2025-11-04T00:00:00Z", "2025-11-20T11:00:00+01:00", "2031-01-01T00:00:00Z")
NUMBERS = (1, 1, 2, 2, 3, 5, 0, -1)
SCALARS: dict[str, tuple[object, ...]] = {
    "Int": NUMBERS,
    "BigInt": NUMBERS,
    "Float": (0.5, 1),
    "Boolean": (True, False),
    "String": TEXTS,
    "Date": DAYS,
    "DateTime": MOMENTS,
    "Decimal": ("1.5", "0"),
    "JSON": ({"a": 1}, None),
}


@dataclass(slots=True)
class Generated:
    """One operation."""

    document: str
    variables: dict[str, Any]


@dataclass(slots=True, eq=False)
class Generator:
    """Makes one operation; `random` decides."""

    schema: GraphQLSchema
    random: Random
    variables: dict[str, Any] = field(default_factory=dict)
    declared: list[str] = field(default_factory=list)
    fragments: list[str] = field(default_factory=list)
    keys: int = 0

    def operation(self) -> Generated:
        root = self.schema.query_type
        assert root is not None
        names = [name for name in root.fields if name not in NOT_ASKED]
        asked = self.random.sample(names, self.random.randint(1, 2))
        fields = " ".join(self._field(root, name, DEEPEST) for name in asked)
        declared = f"({', '.join(self.declared)})" if self.declared else ""
        document = f"query {declared} {{ {fields} }}\n" + "\n".join(self.fragments)
        return Generated(document, self.variables)

    def _chance(self, share: float) -> bool:
        return self.random.random() < share

    def _field(self, parent: GraphQLObjectType, name: str, depth: int) -> str:
        definition = parent.fields[name]
        self.keys += 1
        # A key of its own, so that nothing conflicts; some as they are.
        alias = f"k{self.keys}_{name}: "
        directive = self._directive() if self._chance(0.1) else ""
        call = f"{alias}{name}{self._arguments(name, definition)}{directive}"
        return call + self._below(definition, depth)

    def _below(self, definition: GraphQLField, depth: int) -> str:
        named = get_named_type(definition.type)
        if is_leaf_type(named):
            return ""
        if is_abstract_type(named):
            return f" {{ {self._several(named, depth - 1)} }}"
        assert isinstance(named, GraphQLObjectType)
        return f" {{ {self._selections(named, depth - 1)} }}"

    def _several(self, named: Any, depth: int) -> str:
        possible = list(self.schema.get_possible_types(named))
        chosen = self.random.sample(possible, min(len(possible), self.random.randint(1, 4)))
        parts = [f"... on {each.name} {{ {self._selections(each, depth)} }}" for each in chosen]
        return " ".join(("__typename", *parts))

    def _selections(self, type_: GraphQLObjectType, depth: int) -> str:
        leaves = [
            name for name, each in type_.fields.items() if is_leaf_type(get_named_type(each.type))
        ]
        deep = [name for name in type_.fields if name not in leaves] if depth > 0 else []
        asked = self.random.sample(leaves, min(len(leaves), self.random.randint(0, 4)))
        asked += self.random.sample(deep, min(len(deep), self.random.randint(0, 2)))
        parts = [self._field(type_, name, depth) for name in asked]
        if not parts or self._chance(0.2):
            parts.append("__typename")
        self.random.shuffle(parts)
        return self._wrapped(type_, parts)

    def _wrapped(self, type_: GraphQLObjectType, parts: list[str]) -> str:
        """Some of them in fragments, and some of those twice."""
        cut = self.random.randint(0, len(parts))
        outside, inside = " ".join(parts[:cut]), " ".join(parts[cut:])
        if not inside or self._chance(0.6):
            return " ".join(parts)
        directive = self._directive() if self._chance(0.2) else ""
        around = f" on {type_.name}" if self._chance(0.5) else ""
        if self._chance(0.5):
            return f"{outside} ...{around}{directive} {{ {inside} }}"
        name = f"F{len(self.fragments)}"
        self.fragments.append(f"fragment {name} on {type_.name} {{ {inside} }}")
        again = f" ...{name}" if self._chance(0.2) else ""
        # A field must stand where the fragment is left out.
        return f"__typename {outside} ...{name}{directive}{again}"

    def _directive(self) -> str:
        name = self.random.choice(("skip", "include"))
        return f" @{name}(if: {self._variable('Boolean!', self._chance(0.5))})"

    def _variable(self, type_: str, value: object) -> str:
        name = f"v{len(self.declared)}"
        self.declared.append(f"${name}: {type_}")
        self.variables[name] = value
        return f"${name}"

    def _arguments(self, field_name: str, definition: GraphQLField) -> str:
        given = []
        for name, argument in definition.args.items():
            if is_required_argument(argument) or self._chance(0.25):
                value = self._value(f"{field_name}.{name}", argument.type)
                given.append(f"{name}: {self._said(argument, value)}")
        return f"({', '.join(given)})" if given else ""

    def _said(self, argument: GraphQLArgument, value: Any) -> str:
        if self._chance(0.3):
            return self._variable(str(argument.type), value)
        return self._literal(argument.type, value)

    def _literal(self, type_: Any, value: Any) -> str:
        if value is None:
            return "null"
        type_ = get_nullable_type(type_)
        if isinstance(type_, GraphQLList):
            return f"[{', '.join(self._literal(type_.of_type, each) for each in value)}]"
        if isinstance(type_, GraphQLInputObjectType):
            given = (f"{k}: {self._literal(type_.fields[k].type, v)}" for k, v in value.items())
            return f"{{ {', '.join(given)} }}"
        if isinstance(type_, GraphQLEnumType):
            return str(value)
        if isinstance(value, dict):
            return (
                "{ "
                + ", ".join(f"{key}: {self._literal(type_, each)}" for key, each in value.items())
                + " }"
            )
        return json.dumps(value)

    def _value(self, place: str, type_: Any) -> Any:
        if not isinstance(type_, GraphQLNonNull) and self._chance(0.05):
            return None
        type_ = get_nullable_type(type_)
        if isinstance(type_, GraphQLList):
            return [self._value(place, type_.of_type) for _ in range(self.random.randint(1, 3))]
        if isinstance(type_, GraphQLInputObjectType):
            return self._object(type_)
        if isinstance(type_, GraphQLEnumType):
            return self.random.choice(list(type_.values))
        return self._scalar(place, type_.name)

    def _scalar(self, place: str, name: str) -> Any:
        if name == "_Any":
            kind, key = self._id()
            return {"__typename": kind, "id": key}
        if name == "ID":
            return self._id()[1]
        if place.endswith((".base", ".quote", ".to")):
            return self.random.choice(CURRENCIES)
        return self.random.choice(SCALARS[name])

    def _id(self) -> tuple[str, str]:
        """Of something that the seed knows, mostly."""
        kind = self.random.choice(sorted(NAMED))
        number = str(self.random.choice((1, 1, 2, 3, 9)))
        key = named_id(kind, NAMED[kind].replace("{n}", number))
        return kind, key if self._chance(0.9) else "nobody's"

    def _object(self, type_: GraphQLInputObjectType) -> dict[str, Any]:
        if set(type_.fields) == {"since", "until"}:
            since = self.random.choice(DAYS)
            return {"since": since, "until": self.random.choice((*DAYS, "2025-11-30"))}
        if type_.is_one_of:
            name = self.random.choice(list(type_.fields))
            return {name: self._value(name, GraphQLNonNull(type_.fields[name].type))}
        return {
            name: self._value(name, each.type)
            for name, each in type_.fields.items()
            if is_required_input_field(each) or self._chance(0.15)
        }


assert set(NAMED) <= set(KINDS)
