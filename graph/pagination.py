"""Relay connections over keyset pages. Cursors are written only when they are selected."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Annotated, Generic, TypeVar

import strawberry

from core.records.pages import Page
from graph.fields import resolved
from resolvers.paging import Listing

T = TypeVar("T")
R = TypeVar("R")
Cursor = Callable[[], str]

First = Annotated[
    int | None,
    strawberry.argument(
        description=(
            "How many to answer, walking forward; at least 1, 50 when left out. The maximum is "
            "1,000 for entries and figures, 10,000 for attribution rows, 100 for every other list."
        )
    ),
]
After = Annotated[
    str | None,
    strawberry.argument(description="Answer what follows this cursor, as `endCursor` gave it."),
]
Last = Annotated[
    int | None,
    strawberry.argument(
        description="How many to answer, walking backward from the end. Never together with first."
    ),
]
Before = Annotated[
    str | None,
    strawberry.argument(description="Answer what precedes this cursor, as `startCursor` gave it."),
]


@strawberry.federation.type(
    shareable=True, description="Where a page lies in its list, and how to go on."
)
class PageInfo:
    """Relay's PageInfo."""

    has_next_page: bool = strawberry.field(description="Whether more lies after this page.")
    has_previous_page: bool = strawberry.field(description="Whether more lies before this page.")
    start: strawberry.Private[Cursor | None] = None
    end: strawberry.Private[Cursor | None] = None

    @resolved("Cursor of the page's first item; null on an empty page.", reads=())
    def start_cursor(self) -> str | None:
        """Written on demand."""
        return self.start() if self.start else None

    @resolved("Cursor of the page's last item; null on an empty page.", reads=())
    def end_cursor(self) -> str | None:
        """Written on demand."""
        return self.end() if self.end else None


@strawberry.type(description="One item of a list and its place there.")
class Edge(Generic[T]):
    """Relay's edge."""

    node: T = strawberry.field(description="The item.")
    place: strawberry.Private[Cursor]

    @resolved(
        "Opaque place of the item in this ordering; pass it as `after` or `before`.", reads=()
    )
    def cursor(self) -> str:
        """Written on demand."""
        return self.place()


@strawberry.type(
    description=(
        "One page of a list. Follow `pageInfo` to walk it all: every item is met exactly once, "
        "also while others are being added."
    )
)
class Connection(Generic[T]):
    """Relay's connection."""

    edges: list[Edge[T]] = strawberry.field(description="The items with their cursors.")
    nodes: list[T] = strawberry.field(
        description="The items alone: shorter than edges when no cursor is needed."
    )
    page_info: PageInfo = strawberry.field(description="Where the page lies, and how to go on.")


def edges(page: Page[R], listing: Listing[R], nodes: list[T]) -> list[Edge[T]]:
    """An edge for each node; `nodes` are the page's items, converted."""
    return [
        Edge(node=node, place=partial(listing.cursor, record))
        for node, record in zip(nodes, page.items, strict=True)
    ]


def page_info(page: Page[R], listing: Listing[R]) -> PageInfo:
    """Where `page` lies."""
    return PageInfo(
        has_next_page=page.has_next,
        has_previous_page=page.has_previous,
        start=partial(listing.cursor, page.items[0]) if page.items else None,
        end=partial(listing.cursor, page.items[-1]) if page.items else None,
    )


def connection(page: Page[R], listing: Listing[R], convert: Callable[[R], T]) -> Connection[T]:
    """`page` as a connection of converted records."""
    nodes = [convert(record) for record in page.items]
    return Connection(
        edges=edges(page, listing, nodes), nodes=nodes, page_info=page_info(page, listing)
    )
