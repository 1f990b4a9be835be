"""Lists page by page, as one."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from typing import Any, Protocol, TypeVar

T_co = TypeVar("T_co", covariant=True)


class Place(Protocol):
    """Where a page ends."""

    @property
    def has_next_page(self) -> bool:
        """Whether there is more."""
        ...

    @property
    def end_cursor(self) -> str | None:
        """What follows it is asked for by this."""
        ...


class Page(Protocol[T_co]):
    """Some of a list."""

    @property
    def nodes(self) -> Sequence[T_co]:
        """Its items."""
        ...

    @property
    def page_info(self) -> Place:
        """Where it ends."""
        ...


class Paged(Protocol[T_co]):
    """The answer of an operation that lists."""

    @property
    def page(self) -> Page[T_co] | None:
        """The page."""
        ...


def each(ask: Callable[..., Paged[T_co]], **arguments: Any) -> Iterator[T_co]:
    """Every item of a list: `each(client.attribution_rows, dates=…)`.

    `arguments` are the operation's own; `first` is the size of a page.
    """
    after = arguments.pop("after", None)
    while True:
        page = ask(**arguments, after=after).page
        if page is None:
            return
        yield from page.nodes
        if not page.page_info.has_next_page:
            return
        after = page.page_info.end_cursor


async def walk(ask: Callable[..., Awaitable[Paged[T_co]]], **arguments: Any) -> AsyncIterator[T_co]:
    """Every item of a list, with `async for`; see `each`."""
    after = arguments.pop("after", None)
    while True:
        page = (await ask(**arguments, after=after)).page
        if page is None:
            return
        for node in page.nodes:
            yield node
        if not page.page_info.has_next_page:
            return
        after = page.page_info.end_cursor
