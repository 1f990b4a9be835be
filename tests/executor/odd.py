"""A schema in which everything can go wrong that can go wrong in completion."""

from __future__ import annotations

import asyncio
import enum
from collections import Counter
from collections.abc import Awaitable
from typing import Annotated, Any, TypeAlias

import strawberry
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext
from strawberry.types import Info

from graph.executor.executor import PlannedExecution

ASKED: Counter[str] = Counter()
"""How often each resolver was asked, by field and object."""


@strawberry.enum
class Kind(enum.Enum):
    GOOD = "good"
    ODD = "odd"


@strawberry.interface
class Node:
    id: strawberry.ID


@strawberry.type
class Leaf(Node):
    kind: Kind
    size: int
    ratio: float | None
    label: str | None = None

    @strawberry.field
    def must(self) -> str:
        ASKED[f"must {self.id}"] += 1
        if self.kind is Kind.ODD:
            raise ValueError(f"must {self.id}")
        return f"must {self.id}"

    @strawberry.field
    def may(self, suffix: str = "") -> str | None:
        ASKED[f"may {self.id}"] += 1
        if self.kind is Kind.ODD:
            raise ValueError(f"may {self.id}")
        return f"may {self.id}{suffix}"

    @strawberry.field
    async def later(self) -> str | None:
        ASKED[f"later {self.id}"] += 1
        await asyncio.sleep(0)
        if self.kind is Kind.ODD:
            raise ValueError(f"later {self.id}")
        return f"later {self.id}"

    @strawberry.field
    def never(self) -> str:
        nothing: Any = None
        return nothing  # type: ignore[no-any-return]

    @strawberry.field
    async def pair(self) -> list[Leaf | None]:
        ASKED[f"pair {self.id}"] += 1
        return [leaf(self.id + "l"), None, leaf(self.id + "r")]

    @strawberry.field
    def promised(self) -> str:
        promise: Any = _soon(f"promised {self.id}")
        return promise  # type: ignore[no-any-return]


@strawberry.type
class Branch(Node):
    leaves: list[Leaf]
    grid: list[list[int | None]]
    first: Leaf | None

    @strawberry.field
    async def sibling(self, info: Info[Any, None]) -> Branch:
        assert info.field_name == "sibling"
        return branch(self.id + "s")

    @strawberry.field
    def nodes(self) -> list[Node]:
        return [leaf(self.id + "n"), branch(self.id + "b"), leaf(self.id + "m")]


Thing: TypeAlias = Annotated[Leaf | Branch, strawberry.union("Thing")]


async def _soon(value: str) -> str:
    await asyncio.sleep(0)
    return value


async def _fails(value: str) -> Leaf:
    await asyncio.sleep(0)
    raise ValueError(value)


def leaf(name: str, kind: Kind = Kind.GOOD, **named: Any) -> Leaf:
    return Leaf(id=strawberry.ID(name), kind=kind, size=7, ratio=0.5, **named)


def branch(name: str, *leaves: Leaf) -> Branch:
    return Branch(
        id=strawberry.ID(name),
        leaves=list(leaves) or [leaf(name + "1"), leaf(name + "2")],
        grid=[[1, None], [], [3]],
        first=leaf(name + "f"),
    )


@strawberry.type
class Query:
    @strawberry.field
    def sound(self) -> list[Branch]:
        return [branch("a"), branch("b")]

    @strawberry.field
    async def odd(self) -> list[Branch | None]:
        return [branch("c"), branch("d", leaf("d1"), leaf("d2", Kind.ODD)), None]

    @strawberry.field
    def large(self) -> list[Leaf]:
        return [leaf("e"), Leaf(id=strawberry.ID("f"), kind=Kind.GOOD, size=2**31, ratio=None)]

    @strawberry.field
    def infinite(self) -> Leaf | None:
        return Leaf(id=strawberry.ID("g"), kind=Kind.GOOD, size=1, ratio=float("inf"))

    @strawberry.field
    def things(self) -> list[Thing]:
        return [leaf("t"), branch("u"), leaf("v")]

    @strawberry.field
    def promises(self, *, fails: bool = False) -> list[Leaf | None]:
        async def soon(name: str) -> Leaf:
            return leaf(await _soon(name))

        last: Awaitable[Leaf] = _fails("w") if fails else soon("z")
        found: Any = [soon("x"), leaf("y"), None, last]
        return found  # type: ignore[no-any-return]

    @strawberry.field
    def once(self) -> list[Leaf]:
        found: Any = (leaf(name) for name in "ij")
        return found  # type: ignore[no-any-return]


TYPES = [Leaf, Branch]
PLANNED = strawberry.Schema(Query, types=TYPES, execution_context_class=PlannedExecution)
ORDINARY = strawberry.Schema(
    Query, types=TYPES, execution_context_class=StrawberryGraphQLCoreExecutionContext
)
