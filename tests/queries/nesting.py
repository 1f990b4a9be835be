"""Operations made from the schema: each list that can be asked, with one field below its items."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime

from graphql import (
    GraphQLField,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    get_named_type,
    is_leaf_type,
    is_required_argument,
)

from core.records.attribution import AttributionDefinition
from core.records.performance import Trace
from core.traces import written
from core.units import DateRange
from tests.tenancy.documents import NESTED_ARGUMENTS, node_types, object_type

HOPS = 4
"""How many fields a list lies below the root at most."""

NOVEMBER = 'dates: { since: "2025-11-01", until: "2025-11-30" }'
OCTOBER = 'dates: { since: "2025-10-01", until: "2025-10-30" }'
TRACE = written(
    Trace(
        AttributionDefinition(DateRange(date(2025, 11, 1), date(2025, 11, 30))),
        datetime(2025, 11, 20, tzinfo=UTC),
    )
)
GIVEN = {
    "attributionRows": f"{NOVEMBER}, by: [CAMPAIGN, CONNECTION], first: 5",
    "backfillQuote": f'connectionId: "$ConnectedSource connection 1", {OCTOBER}',
    "calendar": 'dates: { since: "2025-11-01", until: "2025-11-0{size}" }',
    "channelPreview": f'rule: {{ name: "a", channel: "A", campaign: "b" }}, {NOVEMBER}',
    "dataHealth": NOVEMBER,
    "exchangeRate": 'base: "USD", quote: "GBP", on: "2025-11-03"',
    "explain": 'operationId: "$Operation operation 1"',
    "export": 'id: "$Export export 1"',
    "featureView": 'name: "view_1"',
    "features": 'view: "view_1", entities: ["Paid Social", "Email"]',
    "incident": 'id: "$Incident incident 1"',
    "llmContext": 'question: "campaigns"',
    "namingPreview": 'rule: { name: "a", pattern: "{theme}_{rest*}" }',
    "operation": 'id: "$Operation operation 1"',
    "marketingSummary": NOVEMBER,
    "performance": f"{NOVEMBER}, groupBy: [CAMPAIGN, CONNECTION], first: 5",
    "performanceEntries": f'trace: "{TRACE}", first: 5',
    "run": 'id: "$Run read run 1"',
    "search": f'text: "campaigns", filter: {{ {NOVEMBER} }}',
    "surfacingInsights": 'windowDays: 400, until: "2025-11-30", minConfidence: 0, first: {size}',
    "seasonality": 'metric: SPEND, channels: ["Paid Social", "Paid Search", "Display", "Email"]',
}
"""Arguments of root fields; `{size}` is how much the tenant has of everything."""

NAMED = {
    "CalendarDimension": "2025-11-0{n}",
    "Campaign": "campaign {n}",
    "ConnectedSource": "connection {n}",
    "Export": "export {n}",
    "IngestionSchedule": "schedule {n}",
    "Incident": "incident {n}",
    "Insight": "insight {n}",
    "MarketingEntry": "2025-11-02 entry {n} of day 1",
    "RawPage": "page 1 of {n}",
    "Run": "held run {n}",
}
"""What the seed calls its nodes."""

NOT_ASKED = {
    f"Query.{name}" for name in ("authorization", "node", "nodes", "_entities", "_service")
}
"""Root fields without a list, or that are asked by the ids of nodes."""


@dataclass(frozen=True, slots=True)
class Nested:
    """A field below the items of a list, and the operation that asks it for all of them."""

    of_list: str
    field: str
    document: str

    def over(self, size: int) -> str:
        """The operation, for a tenant that has `size` of everything."""
        return self.document.replace("{size}", str(size)).replace("{ids}", _ids(self, size))


def nested() -> Iterator[Nested]:
    """Of each list of objects the shortest way to it, with each of its items' fields in turn."""
    seen: set[str] = set()
    ways: deque[tuple[GraphQLObjectType, tuple[str, ...]]] = deque([(object_type("Query"), ())])
    while ways:
        type_, way = ways.popleft()
        for name, field in type_.fields.items():
            coordinate = f"{type_.name}.{name}"
            inner = get_named_type(field.type)
            if coordinate in seen | NOT_ASKED or not isinstance(inner, GraphQLObjectType):
                continue
            seen.add(coordinate)
            further = (*way, _called(type_, name, field))
            if _is_list(field):
                yield from _fields(coordinate, inner, further)
            if len(further) < HOPS:
                ways.append((inner, further))


def nested_in_nodes() -> Iterator[Nested]:
    """The same of nodes, and of entities as a gateway asks for them, by their ids."""
    for name in sorted(node_types() - {"Tenant"}):
        for root in ("nodes(ids: {ids})", "_entities(representations: {ids})"):
            for each in _fields(f"{root.partition('(')[0]} of {name}", object_type(name), (root,)):
                opened = each.document.replace("{ids}) {", f"{{ids}}) {{ ... on {name} {{", 1)
                yield Nested(each.of_list, each.field, f"{opened} }}")


def _fields(coordinate: str, type_: GraphQLObjectType, way: tuple[str, ...]) -> Iterator[Nested]:
    yield Nested(coordinate, "its own", _written(way, _leaves(type_)))
    for name, field in type_.fields.items():
        inner = get_named_type(field.type)
        if isinstance(inner, GraphQLObjectType) and name != "pageInfo":
            call = _called(type_, name, field)
            yield Nested(coordinate, name, _written(way, f"{call} {{ {_below(inner)} }}"))


def _below(type_: GraphQLObjectType) -> str:
    items = type_.fields.get("nodes")
    if items is None:
        return _leaves(type_)
    item = get_named_type(items.type)
    assert isinstance(item, GraphQLObjectType)
    return f"nodes {{ {_leaves(item)} }}"


def _leaves(type_: GraphQLObjectType) -> str:
    names = (
        _called(type_, name, field)
        for name, field in type_.fields.items()
        if is_leaf_type(get_named_type(field.type))
    )
    return " ".join(("__typename", *names))


def _called(type_: GraphQLObjectType, name: str, field: GraphQLField) -> str:
    given = (
        GIVEN.get(name) if type_.name == "Query" else NESTED_ARGUMENTS.get(f"{type_.name}.{name}")
    )
    missing = [key for key, each in field.args.items() if is_required_argument(each)]
    assert given or not missing, f"say in GIVEN with which {missing} {name} is asked"
    return f"{name}({given})" if given else name


def _written(way: tuple[str, ...], selection: str) -> str:
    for call in reversed(way):
        selection = f"{call} {{ {selection} }}"
    return f"{{ {selection} }}"


def _is_list(field: GraphQLField) -> bool:
    type_ = field.type
    return isinstance(type_.of_type if isinstance(type_, GraphQLNonNull) else type_, GraphQLList)


def _ids(asked: Nested, size: int) -> str:
    root, _, kind = asked.of_list.partition(" of ")
    if kind not in NAMED:
        return "{ids}"
    named = [f'"${kind} {NAMED[kind].format(n=n)}"' for n in range(1, size + 1)]
    if root == "_entities":
        named = [f'{{ __typename: "{kind}", id: {name} }}' for name in named]
    return f"[{', '.join(named)}]"
