"""liftos worker: background work as a process of its own."""

from __future__ import annotations

import asyncio
import signal

import typer

from app.cli.settings import settings_of
from app.logs import configure_logs
from app.wiring import open_platform
from core.settings import Settings
from jobs.worker import work

commands = typer.Typer(add_completion=False)


@commands.command()
def worker(context: typer.Context) -> None:
    """Work on runs until told to stop; runs in hand then go back to the queue."""
    settings = settings_of(context)
    configure_logs(settings)
    asyncio.run(_work(settings))


async def _work(settings: Settings) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with open_platform(settings) as platform:
        await work(settings, platform.endpoints.logins, platform.stores, stop)
