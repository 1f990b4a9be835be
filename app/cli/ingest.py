"""liftos ingest: read days of a connection."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import Annotated
from uuid import UUID

import typer

from app.cli.days import range_of
from app.cli.following import tell_queued
from app.cli.ids import ConnectionId
from app.cli.settings import settings_of
from app.cli.tenancy import open_tenant
from core.settings import Settings
from core.units import DateRange
from resolvers import ingestion

commands = typer.Typer(add_completion=False)
Day = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"])]


@commands.command()
def ingest(
    context: typer.Context,
    *,
    tenant: Annotated[str, typer.Option(help="Short name of the organisation.")],
    connection: ConnectionId,
    since: Day = None,
    until: Day = None,
    follow: Annotated[bool, typer.Option("--follow", help="Wait, and show its progress.")] = False,
) -> None:
    """Read days of a connection; its look-back up to today if none are named."""
    dates = range_of(since, until)
    asyncio.run(_ingest(settings_of(context), tenant, connection, dates, follow=follow))


async def _ingest(
    settings: Settings, tenant: str, connection: UUID, dates: DateRange | None, *, follow: bool
) -> None:
    async with open_tenant(settings, tenant) as desk:
        run = await ingestion.start(desk.session, connection, dates)
        await tell_queued(desk, run, follow=follow)
