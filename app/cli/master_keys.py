"""liftos keys: the keys under which secrets are kept."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer

from app.cli.settings import settings_of
from app.cli.tables import show_table
from app.cli.tenancy import by_operator, open_tenant
from app.identity.masters import add_master
from app.wiring import home_of, open_platform
from core.settings import Settings

BATCH = 100

commands = typer.Typer(
    help="The keys under which secrets are kept: what is in use, and new ones.",
    no_args_is_help=True,
    add_completion=False,
)


@commands.command()
def status(context: typer.Context) -> None:
    """Show which master key wraps how many tenants' data keys."""
    current, masters = asyncio.run(_status(settings_of(context)))
    rows = [
        (master or "(before ids)", str(tenants), "wraps" if master == current else "unwraps only")
        for master, tenants in ({current: 0} | masters).items()
    ]
    show_table(("master key", "tenants", "now"), rows)


@commands.command("rotate-master")
def rotate_master(
    context: typer.Context,
    *,
    new: Annotated[
        bool, typer.Option("--new", help="Put a fresh key first in the file of master keys.")
    ] = False,
) -> None:
    """Wrap every tenant's data key under the present master key, while everything runs.

    It may be broken off and started again at any time. Former master keys are still needed
    until it has said that none is left.
    """
    settings = settings_of(context)
    if new:
        add_master(settings, home_of(settings))
    current, done = asyncio.run(_rotate_master(settings))
    typer.echo(f"{done} data keys wrapped anew; all are under {current}")


@commands.command("rotate-tenant")
def rotate_tenant(
    context: typer.Context, tenant: Annotated[str, typer.Option(help="Short name.")]
) -> None:
    """Give an organisation another data key and seal its secrets under it."""
    count = asyncio.run(_rotate_tenant(settings_of(context), tenant))
    typer.echo(f"{count} secrets sealed anew")


async def _status(settings: Settings) -> tuple[str, dict[str | None, int]]:
    async with open_platform(settings) as platform:
        keys, scope = platform.stores.data_keys, by_operator("count data keys by master key")
        return await keys.current_master(scope), await keys.masters(scope)


async def _rotate_master(settings: Settings) -> tuple[str, int]:
    async with open_platform(settings) as platform:
        keys, scope = platform.stores.data_keys, by_operator("wrap data keys anew")
        done = 0
        while wrapped := await keys.rewrap(scope, BATCH):
            done += wrapped
            typer.echo(f"{done} data keys wrapped anew", err=True)
        return await keys.current_master(scope), done


async def _rotate_tenant(settings: Settings, tenant: str) -> int:
    async with open_tenant(settings, tenant) as desk:
        return await desk.platform.stores.data_keys.rotate(desk.scope)
