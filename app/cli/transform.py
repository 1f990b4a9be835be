"""liftos transform: entries made anew from what their sources once sent."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

import typer

from app.cli.days import MaybeDay, range_of
from app.cli.following import tell_queued
from app.cli.ids import read_connection
from app.cli.settings import settings_of
from app.cli.tenancy import open_tenant
from app.cli.transformed import diff_lines
from core.records.transformations import (
    Names,
    StartTransformation,
    Transformation,
    TransformationPart,
)
from core.settings import Settings
from resolvers import connections, runs, transformations
from resolvers.session import Session

commands = typer.Typer(add_completion=False)


@commands.command()
def transform(
    context: typer.Context,
    *,
    tenant: Annotated[str, typer.Option(help="Short name of the organisation.")],
    connection: Annotated[
        list[UUID] | None,
        typer.Option(
            parser=read_connection, metavar="<id>", help="Repeatable; all, if none is named."
        ),
    ] = None,
    since: MaybeDay = None,
    until: MaybeDay = None,
    apply: Annotated[
        list[TransformationPart] | None,
        typer.Option(help="What of an entry may change; repeatable. All, if none is named."),
    ] = None,
    names: Annotated[
        Names, typer.Option(help="By which name of its campaign an entry is to go.")
    ] = Names.KEPT,
    preview: Annotated[
        bool, typer.Option("--preview", help="Only find out what would change.")
    ] = False,
    follow: Annotated[
        bool, typer.Option("--follow", help="Wait, show the progress, and what changed.")
    ] = False,
) -> None:
    """Make entries anew by the present rules, without asking their sources."""
    parts = frozenset(apply or TransformationPart)
    what = Transformation(parts, names, preview)
    asked = StartTransformation(range_of(since, until), tuple(connection or ()), what)
    asyncio.run(_transform(settings_of(context), tenant, asked, follow=follow))


async def _transform(
    settings: Settings, tenant: str, asked: StartTransformation, *, follow: bool
) -> None:
    async with open_tenant(settings, tenant) as desk:
        started = await transformations.start(desk.session, asked)
        for run in started:
            await tell_queued(desk, run, follow=follow)
        if follow:
            await _tell(desk.session, [run.id for run in started])


async def _tell(session: Session, ids: Sequence[UUID]) -> None:
    for run_id in ids:
        run = await runs.run(session, run_id)
        if len(ids) > 1 and run and run.connection_id:
            about = await connections.connection(session, run.connection_id)
            typer.echo(f"connection: {about.name if about else '-'}")
        for name, line in diff_lines(run.receipt.diff if run and run.receipt else None):
            typer.echo(f"{name}: {line}")
