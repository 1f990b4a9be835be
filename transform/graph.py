"""The graph of what a tenant has: nodes that a question may name, edges that walks follow."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from core.channel_aliases import aliases_of
from core.records.connections import Source
from core.records.graph import Edge, EdgeKind, Node, NodeKind, Thing


@dataclass(frozen=True, slots=True)
class _Ways:
    """The edges between two nodes, down and up, and what they weigh."""

    down: EdgeKind
    falling: float
    up: EdgeKind
    rising: float


_DOWN_AND_UP: Final = {
    NodeKind.ACCOUNT: _Ways(EdgeKind.HAS_ACCOUNT, 0.5, EdgeKind.OF_SOURCE, 0.4),
    NodeKind.CAMPAIGN: _Ways(EdgeKind.HAS_CAMPAIGN, 0.6, EdgeKind.IN_ACCOUNT, 0.3),
    NodeKind.AD_SET: _Ways(EdgeKind.HAS_AD_SET, 0.7, EdgeKind.IN_CAMPAIGN, 0.7),
    NodeKind.AD: _Ways(EdgeKind.HAS_AD, 0.7, EdgeKind.IN_CAMPAIGN, 0.7),
}
_FROM_FIELD: Final = {
    NodeKind.PRODUCT: _Ways(EdgeKind.ADVERTISED_BY, 0.8, EdgeKind.ADVERTISES, 0.4),
    NodeKind.AUDIENCE: _Ways(EdgeKind.TARGETED_BY, 0.8, EdgeKind.TARGETS, 0.4),
    NodeKind.NAME_PART: _Ways(EdgeKind.NAMES, 0.8, EdgeKind.IS_NAMED, 0.3),
}
_TOLD: Final = _Ways(EdgeKind.ABOUT, 0.7, EdgeKind.TOLD_BY, 0.6)
_CARRIED: Final = _Ways(EdgeKind.CARRIES, 0.7, EdgeKind.RUNS_IN, 0.2)
_FIELDS: Final = {"product": NodeKind.PRODUCT, "audience": NodeKind.AUDIENCE}


@dataclass(frozen=True, slots=True)
class Graph:
    """Nodes in the order of their ids, edges in that of what they join."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]


def drawn(things: Sequence[Thing]) -> Graph:
    """The graph of `things`: the same in whatever order they come."""
    nodes: dict[str, Node] = {}
    edges: dict[tuple[str, EdgeKind, str], Edge] = {}
    for node, joined in _parts(things):
        nodes.setdefault(node.id, node)
        for edge in joined:
            edges[edge.from_node, edge.kind, edge.to_node] = edge
    known = (each for each in edges.values() if each.from_node in nodes and each.to_node in nodes)
    return Graph(
        tuple(nodes[each] for each in sorted(nodes)),
        tuple(sorted(known, key=lambda each: (each.from_node, each.kind, each.to_node))),
    )


def _parts(things: Sequence[Thing]) -> Iterator[tuple[Node, Iterable[Edge]]]:
    sources = sorted({each.source for each in things if each.source is not None})
    for source in sources:
        yield _source(source), ()
    for each in sorted(things, key=lambda thing: (thing.kind, thing.id)):
        yield Node(each.node, each.kind, each.label, _names(each)), _upward(each)
        yield from _channels(each)
        yield from _fields(each)


def _source(source: Source) -> Node:
    names = (source.manifest.title, *source.manifest.aliases)
    return Node(f"{NodeKind.SOURCE}:{source}", NodeKind.SOURCE, source.manifest.title, names)


def _names(thing: Thing) -> tuple[str, ...]:
    return tuple(name for name in (thing.label, thing.source_id) if name)


def _upward(thing: Thing) -> Iterator[Edge]:
    """Between a thing and what it belongs to or is about."""
    rule = _DOWN_AND_UP.get(thing.kind)
    if rule is not None and thing.parent is not None:
        yield from _both_ways(thing.parent, thing.node, rule)
    for about in thing.about:
        yield from _both_ways(thing.node, about, _TOLD)


def _channels(thing: Thing) -> Iterator[tuple[Node, Iterable[Edge]]]:
    for channel in sorted(thing.channels):
        node = Node(
            f"{NodeKind.CHANNEL}:{channel}",
            NodeKind.CHANNEL,
            channel,
            (channel, *aliases_of(channel)),
        )
        yield node, _both_ways(node.id, thing.node, _CARRIED)


def _fields(thing: Thing) -> Iterator[tuple[Node, Iterable[Edge]]]:
    """What a campaign's name says by the tenant's naming rules."""
    for field, value in sorted(thing.fields.items()):
        kind = _FIELDS.get(field.casefold(), NodeKind.NAME_PART)
        node = Node(f"{kind}:{field}={value.casefold()}", kind, value, (value,))
        yield node, _both_ways(node.id, thing.node, _FROM_FIELD[kind])


def _both_ways(above: str, below: str, by: _Ways) -> Iterator[Edge]:
    yield Edge(above, by.down, below, by.falling)
    yield Edge(below, by.up, above, by.rising)
