"""When a connection's metrics settle, on the terminal, and the look-back that follows from it."""

from __future__ import annotations

import asyncio
from uuid import UUID

import typer

from app.cli.ids import ConnectionId
from app.cli.options import Tenant
from app.cli.settings import settings_of
from app.cli.tables import show_table
from app.cli.tenancy import open_tenant
from core.records.connections import ConnectionRecord
from core.records.restatements import Settling, proposed_look_back
from core.settings import Settings
from resolvers import connections, restatements


def restatement(context: typer.Context, *, tenant: Tenant, connection: ConnectionId) -> None:
    """Show how old a day must be before each metric stops moving."""
    record, metrics = asyncio.run(_learned(settings_of(context), tenant, connection))
    if not metrics:
        typer.echo("nothing was learned yet: days must have been read at two ages or more")
    else:
        _show(metrics)
    proposed = proposed_look_back(metrics, record.look_back_days)
    beside = "" if proposed is None else f"; {proposed} days are proposed"
    typer.echo(f"look-back {record.look_back_days} days{beside}")


def _show(metrics: tuple[Settling, ...]) -> None:
    columns = ("metric", "settles after", "90 % interval", "days", "followed")
    show_table(columns, [_row(each) for each in metrics])


def accept_look_back(context: typer.Context, *, tenant: Tenant, connection: ConnectionId) -> None:
    """Take the look-back that `restatement` proposes."""
    record = asyncio.run(_accepted(settings_of(context), tenant, connection))
    typer.echo(f"{record.name} reads {record.look_back_days} days back")


def _row(metric: Settling) -> tuple[str, ...]:
    age, low, high = metric.settles_after_days, metric.at_least_days, metric.at_most_days
    return (
        metric.metric.replace("_", " "),
        "not known" if age is None else f"{age} days",
        "-" if age is None else f"{low} to {high}",
        f"{metric.days}",
        f"{metric.followed_days} days",
    )


async def _learned(
    settings: Settings, tenant: str, connection_id: UUID
) -> tuple[ConnectionRecord, tuple[Settling, ...]]:
    async with open_tenant(settings, tenant) as desk:
        record = await connections.one(desk.session, connection_id)
        return record, await restatements.settling(desk.session, connection_id)


async def _accepted(settings: Settings, tenant: str, connection_id: UUID) -> ConnectionRecord:
    async with open_tenant(settings, tenant) as desk:
        return await restatements.accept(desk.session, connection_id)
