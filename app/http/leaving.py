"""Work for somebody who is not there any more is not gone on with."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.requests import ClientDisconnect, Request
from starlette.types import Receive

PATIENCE_SECONDS = 0.02
"""Most answers are there by then; until then nobody watches, which would cost each of them."""


@asynccontextmanager
async def while_present(request: Request) -> AsyncIterator[None]:
    """The block is cancelled when the client leaves; ClientDisconnect is raised then.

    The body has to be read before: what comes after it can only be the end.
    """
    working = asyncio.current_task()
    watching: asyncio.Task[None] | None = None
    has_left = False

    async def watch() -> None:
        nonlocal has_left
        await left(request.receive)
        has_left = True
        if working is not None:
            working.cancel()

    def begin() -> None:
        nonlocal watching
        watching = asyncio.create_task(watch())

    patience = asyncio.get_running_loop().call_later(PATIENCE_SECONDS, begin)
    try:
        yield
    except asyncio.CancelledError:
        if has_left and working is not None and working.uncancel() == 0:
            raise ClientDisconnect from None
        raise
    finally:
        patience.cancel()
        if watching is not None:
            watching.cancel()


async def left(receive: Receive) -> None:
    """Return when the client has left."""
    while (await receive())["type"] != "http.disconnect":
        pass
