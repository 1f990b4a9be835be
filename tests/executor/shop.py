"""A small schema of its own: what the executor promises, it promises of any."""

from __future__ import annotations

from typing import Any

import orjson
import strawberry
from strawberry.types import Info

from graph.executor.executor import PlannedExecution
from graph.executor.rendered import Rendered
from graph.executor.selection import Selection, selection_of


@strawberry.interface
class Named:
    name: str


@strawberry.type
class Maker(Named):
    city: str | None = None


@strawberry.type
class Thing(Named):
    price: float
    maker: Maker | None = None

    @strawberry.field
    def tags(self, first: int = 2, *, upper: bool = False) -> list[str]:
        tags = [f"{self.name}-{number}" for number in range(first)]
        return [tag.upper() for tag in tags] if upper else tags


THINGS = [
    Thing(name="Cup", price=2.5, maker=Maker(name="Ann", city="Trà Vinh")),
    Thing(name="Pen", price=1.0),
]


def told(thing: Thing, selection: Selection, variables: dict[str, Any]) -> dict[str, object]:
    """A thing as selected, by hand."""
    values: dict[str, object] = {}
    for field in selection.fields:
        if field.name == "__typename":
            values[field.key] = selection.type.name
        elif field.name == "tags":
            values[field.key] = thing.tags(**field.arguments(variables))
        elif field.selection is not None:
            below: Any = getattr(thing, field.name)
            values[field.key] = below and told(below, field.selection, variables)
        else:
            values[field.key] = getattr(thing, field.name)
    return values


@strawberry.type
class Query:
    @strawberry.field
    def things(self, info: Info[Any, None], *, is_rendered: bool = False) -> list[Thing]:
        selection = selection_of(info)
        if not is_rendered or selection is None:
            return THINGS
        rows = [told(thing, selection, info.variable_values) for thing in THINGS]
        rendered: Any = Rendered(orjson.dumps(rows), 3, selection.keys, selection.opaque)
        return rendered  # type: ignore[no-any-return]

    @strawberry.field
    def all(self, info: Info[Any, None]) -> list[Named]:
        assert selection_of(info) is None
        selection = selection_of(info, "Thing")
        assert selection is not None
        return [Thing(name=",".join(field.key for field in selection.fields), price=0.0)]


SCHEMA = strawberry.Schema(Query, types=[Maker, Thing], execution_context_class=PlannedExecution)
