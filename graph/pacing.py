"""A subscription's time limit stands still while there is nothing to tell."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from typing import Any, TypeVar

from strawberry.extensions import FieldExtension
from strawberry.utils.await_maybe import await_maybe

from core.time_limit import TimeLimit
from graph.context import Info

T = TypeVar("T")


class Paced(FieldExtension):
    """Gives each event the time of a whole operation, and the wait for it as long as it takes."""

    async def resolve_async(  # type: ignore[override]  # a field's argument may be called `source`
        self, next_: Callable[..., Awaitable[Any]], source: Any, info: Info, /, **kwargs: Any
    ) -> Any:
        """Resolve the stream itself within the limit, then its events."""
        events: Any = await await_maybe(next_(source, info, **kwargs))
        return _paced(events, info.context.time_limit)


async def _paced(events: AsyncGenerator[T, None], limit: TimeLimit) -> AsyncGenerator[T, None]:
    async with aclosing(events):
        limit.pause()
        async for event in events:
            limit.resume()
            yield event
            limit.pause()
