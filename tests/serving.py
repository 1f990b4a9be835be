"""Apps behind a real server on a real port, in this process."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import uvicorn
from starlette.types import ASGIApp


def quiet(app: ASGIApp, **options: Any) -> uvicorn.Config:
    """A server on any port that logs nothing of its own."""
    return uvicorn.Config(app, port=0, log_config=None, access_log=False, **options)


@asynccontextmanager
async def serving(config: uvicorn.Config) -> AsyncIterator[str]:
    """The address of a server that takes requests, until it has stopped."""
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve())
    while not server.started:
        assert not task.done(), "the app did not start"
        await asyncio.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        await task
