"""liftos migrate: the database, brought to this version."""

from __future__ import annotations

import asyncio

import typer

from app.cli.settings import settings_of
from app.wiring import open_endpoints
from stores.postgres.migrate import migrate as bring_up_to_date

commands = typer.Typer(add_completion=False)


@commands.command()
def migrate(context: typer.Context) -> None:
    """Bring the database to this version; safe to run again and from several machines."""
    with open_endpoints(settings_of(context)) as endpoints:
        asyncio.run(bring_up_to_date(endpoints.logins))
    typer.echo("the database is current")
