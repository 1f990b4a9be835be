"""liftos sums: the sums that attribution rows are read from."""

from __future__ import annotations

import asyncio

import typer

from app.cli.options import Tenant
from app.cli.settings import settings_of
from app.cli.tenancy import open_tenant
from core.settings import Settings

commands = typer.Typer(
    help="The sums by day that attribution rows are read from; workers keep them.",
    no_args_is_help=True,
    add_completion=False,
)


@commands.callback()
def group() -> None:
    """The sums by day that attribution rows are read from; workers keep them."""


@commands.command()
def rebuild(context: typer.Context, *, tenant: Tenant) -> None:
    """Make every sum anew from the entries; rows are answered exactly meanwhile."""
    days = asyncio.run(_rebuild(settings_of(context), tenant))
    typer.echo(f"summed anew: {days} days of connections")


async def _rebuild(settings: Settings, slug: str) -> int:
    async with open_tenant(settings, slug) as desk:
        return await desk.platform.stores.attribution_days.fold(desk.scope, again=True)
