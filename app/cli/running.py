"""Running a stack from the command line, until a signal ends it."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager

import typer

from app.supervision.logfiles import follow
from app.supervision.stack import Stack, wait_until_ready
from app.supervision.supervisor import Supervisor
from app.wiring import Endpoints
from core.tasks import end
from stores.postgres.migrate import migrate

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def run_until_signal(work: Coroutine[object, object, None]) -> None:
    """Run `work`; the first signal ends it in order, and those after it change nothing."""
    asyncio.run(_run(work))


async def _run(work: Coroutine[object, object, None]) -> None:
    task = asyncio.ensure_future(work)
    was_asked = asyncio.Event()

    def stop() -> None:
        if not was_asked.is_set():
            was_asked.set()
            task.cancel()

    for number in SIGNALS:
        asyncio.get_running_loop().add_signal_handler(number, stop)
    try:
        await task
    except asyncio.CancelledError:
        if not was_asked.is_set():
            raise


@asynccontextmanager
async def running(stack: Stack, endpoints: Endpoints, *, verbose: bool) -> AsyncIterator[None]:
    """The stack, up and ready; gone with all its processes after the block."""
    async with Supervisor() as supervisor, _shown_logs(stack, verbose=verbose):
        for child in stack.children:
            if child.name != "worker":
                supervisor.start(child)
        # The children above load meanwhile; the worker needs the tables from its start.
        await migrate(endpoints.logins)
        supervisor.start(stack.worker)
        await wait_until_ready(stack, supervisor)
        yield


@asynccontextmanager
async def _shown_logs(stack: Stack, *, verbose: bool) -> AsyncIterator[None]:
    if not verbose:
        yield
        return
    logs = [child.log for child in stack.children]
    task = asyncio.create_task(follow(logs, lambda line: typer.echo(line, err=True)))
    try:
        yield
    finally:
        await end(task)
