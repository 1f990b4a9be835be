"""Documents made from schema.graphql: what is in the schema is asked, and nothing by hand."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from graphql import (
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLUnionType,
    Visitor,
    build_schema,
    get_named_type,
    is_leaf_type,
    parse,
    visit,
)
from graphql.language import FieldNode
from graphql.utilities import TypeInfo, TypeInfoVisitor

SCHEMA = build_schema(
    (Path(__file__).resolve().parents[2] / "schema.graphql").read_text(encoding="utf-8"),
    assume_valid=True,
    assume_valid_sdl=True,
)
ROOTS = ("Query", "Mutation", "Subscription")
HOPS = 3
"""How many types a document goes through below its root field."""

NESTED_ARGUMENTS = {
    "CalendarDimension.holidays": "kinds: [PUBLIC, OBSERVANCE]",
    "Campaign.entries": "first: 2",
    "FeatureView.usage": "days: 7",
    "ExportFile.url": "expiresIn: 600",
    "SearchHit.entries": "first: 2",
    "Budget.planned": 'until: "2026-10-15"',
    "Campaign.naming": 'on: "2026-10-01"',
    "Run.events": "first: 3",
    "Run.pages": "first: 3",
    "IngestionSchedule.upcoming": "first: 2",
    "MarketingSummary.performanceTrends": "grain: WEEK",
    "MarketingSummary.topCampaigns": "first: 2",
    "MarketingEntry.converted": 'to: "GBP"',
    "AttributionRow.converted": 'to: "GBP"',
}
"""Fields with arguments below a root field; a new one stops the suite until it stands here."""


def root(coordinate: str) -> GraphQLField:
    type_name, field_name = coordinate.split(".")
    found: GraphQLField = object_type(type_name).fields[field_name]
    return found


def object_type(name: str) -> GraphQLObjectType:
    found = SCHEMA.type_map[name]
    assert isinstance(found, GraphQLObjectType), name
    return found


def root_fields() -> tuple[str, ...]:
    return tuple(f"{name}.{field}" for name in ROOTS for field in object_type(name).fields)


def node_types() -> frozenset[str]:
    node = SCHEMA.type_map["Node"]
    assert isinstance(node, GraphQLInterfaceType)
    return frozenset(type_.name for type_ in SCHEMA.get_possible_types(node))


def is_paged(coordinate: str) -> bool:
    return get_named_type(root(coordinate).type).name.endswith("Connection")


def document(coordinate: str, given: Iterable[str] = (), on: str | None = None) -> str:
    """One operation: the root field with the given arguments as variables, everything below it.

    Below an abstract type only the type `on` is selected: two types may spell a field alike.
    """
    type_name, field_name = coordinate.split(".")
    field = root(coordinate)
    names = sorted(given)
    declared = ", ".join(f"${name}: {field.args[name].type}" for name in names)
    passed = ", ".join(f"{name}: ${name}" for name in names)
    head = f"{type_name.lower()} Walk({declared})" if names else f"{type_name.lower()} Walk"
    call = f"{field_name}({passed})" if names else field_name
    return f"{head} {{ {call} {selection(get_named_type(field.type), HOPS, on)} }}"


def selection(type_: GraphQLNamedType, hops: int, on: str | None = None) -> str:
    if is_leaf_type(type_):
        return ""
    if isinstance(type_, GraphQLUnionType | GraphQLInterfaceType):
        parts = (
            f"... on {possible.name} {selection(possible, hops)}"
            for possible in SCHEMA.get_possible_types(type_)
            if on is None or possible.name == on
        )
        return f"{{ __typename {' '.join(parts)} }}"
    assert isinstance(type_, GraphQLObjectType), type_
    chosen = (_chosen(type_, name, hops) for name in type_.fields)
    return f"{{ __typename {' '.join(part for part in chosen if part)} }}"


def _chosen(type_: GraphQLObjectType, name: str, hops: int) -> str | None:
    field = type_.fields[name]
    inner = get_named_type(field.type)
    if type_.name.endswith("Edge") and name == "node":
        return "node { __typename }"
    call = f"{name}({NESTED_ARGUMENTS[f'{type_.name}.{name}']})" if field.args else name
    if is_leaf_type(inner):
        return call
    if hops == 0:
        return None
    is_wrapper = inner.name.endswith(("Connection", "Edge")) and inner.name != "ConnectedSource"
    return f"{call} {selection(inner, hops if is_wrapper else hops - 1)}"


def abstract_members(coordinate: str) -> tuple[str | None, ...]:
    """The types that a root field may answer when it is one of nodes; else None alone."""
    inner = get_named_type(root(coordinate).type)
    if isinstance(inner, GraphQLUnionType | GraphQLInterfaceType) and "Result" not in inner.name:
        return tuple(type_.name for type_ in SCHEMA.get_possible_types(inner))
    return (None,)


def fields_asked(texts: Iterable[str]) -> frozenset[str]:
    """Coordinates of every field that any of the documents selects."""
    found: set[str] = set()
    for text in texts:
        info = TypeInfo(SCHEMA)

        class Collector(Visitor):
            def enter_field(self, node: FieldNode, *_: object, info: TypeInfo = info) -> None:
                parent = info.get_parent_type()
                if parent is not None and not node.name.value.startswith("__"):
                    found.add(f"{parent.name}.{node.name.value}")

        visit(parse(text), TypeInfoVisitor(info, Collector()))
    return frozenset(found)


def all_fields() -> frozenset[str]:
    """Coordinates of every field of every object type."""
    return frozenset(
        f"{type_.name}.{field}"
        for type_ in SCHEMA.type_map.values()
        if isinstance(type_, GraphQLObjectType) and not type_.name.startswith("__")
        for field in type_.fields
    )


def all_inputs() -> Mapping[str, str]:
    """Coordinates of every argument and input field, with the name of its type."""
    return dict(_inputs())


def _inputs() -> Iterator[tuple[str, str]]:
    for type_ in SCHEMA.type_map.values():
        if type_.name.startswith("__"):
            continue
        if isinstance(type_, GraphQLInputObjectType):
            for name, part in type_.fields.items():
                yield f"{type_.name}.{name}", get_named_type(part.type).name
        if isinstance(type_, GraphQLObjectType):
            for name, field in type_.fields.items():
                for key, argument in field.args.items():
                    yield f"{type_.name}.{name}({key})", get_named_type(argument.type).name
