"""A trace of one operation in Apollo's format, as subgraphs answer it to gateways.

Field numbers are those of `Trace` in reports.proto of npm's @apollo/usage-reporting-protobuf.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field

from graphql import GraphQLError

from graph.federation.protobuf import double, message, number, text

NANOSECONDS = 1_000_000_000
Step = str | int


@dataclass(slots=True)
class TraceNode:
    """One field of the answer, or one item of a list; times are nanoseconds since the start."""

    type: str = ""
    parent_type: str = ""
    original_name: str = ""
    started: int = 0
    ended: int = 0
    errors: list[GraphQLError] = field(default_factory=list)
    children: dict[Step, TraceNode] = field(default_factory=dict)

    def at(self, path: Sequence[Step]) -> TraceNode:
        """The node of `path` below this one, made where there was none."""
        node = self
        for step in path:
            node = node.children.setdefault(step, TraceNode())
        return node

    def nearest(self, path: Sequence[Step]) -> TraceNode:
        """The last node on `path` that there is."""
        node = self
        for step in path:
            if step not in node.children:
                break
            node = node.children[step]
        return node

    def encoded(self) -> bytes:
        """A `Trace.Node` without its name, which stands in the one above."""
        parts = [
            text(number_, value)
            for number_, value in (
                (3, self.type),
                (13, self.parent_type),
                (14, self.original_name),
            )
            if value
        ]
        if self.type:
            parts += [number(8, self.started), number(9, self.ended)]
        parts += [message(11, _error(error)) for error in self.errors]
        parts += [
            message(12, _name(step) + child.encoded()) for step, child in self.children.items()
        ]
        return b"".join(parts)


def encoded_trace(root: TraceNode, started_ns: int, duration_ns: int) -> bytes:
    """A `Trace` that began at `started_ns` of Unix time."""
    ended_ns = started_ns + duration_ns
    return b"".join(
        (
            message(3, _timestamp(ended_ns)),
            message(4, _timestamp(started_ns)),
            number(11, duration_ns),
            message(14, root.encoded()),
            double(31, 1.0),
        )
    )


def _name(step: Step) -> bytes:
    return number(2, step) if isinstance(step, int) else text(1, step)


def _error(error: GraphQLError) -> bytes:
    locations = [
        message(2, number(1, location.line) + number(2, location.column))
        for location in error.locations or ()
    ]
    return b"".join((text(1, error.message), *locations, text(4, json.dumps(error.formatted))))


def _timestamp(nanoseconds: int) -> bytes:
    seconds, rest = divmod(nanoseconds, NANOSECONDS)
    return number(1, seconds) + number(2, rest)
