"""liftos schedule: when connections are read by themselves."""

from __future__ import annotations

import asyncio
from typing import Annotated
from uuid import UUID

import typer

from app.cli.ids import ConnectionId, ScheduleId
from app.cli.options import Tenant
from app.cli.settings import settings_of
from app.cli.tables import moment, show_fields, show_table
from app.cli.tenancy import asked, open_tenant
from core.records.schedules import ScheduleRecord, Timing
from core.settings import Settings
from graph.ids import SCHEDULE
from resolvers import connections, schedules
from resolvers.paging import PageArguments
from resolvers.session import Session

commands = typer.Typer(
    help="Have connections read by themselves.", no_args_is_help=True, add_completion=False
)
Cron = Annotated[
    str | None, typer.Option(help="Five fields on the account's clocks, such as '30 6 * * *'.")
]
Every = Annotated[int | None, typer.Option(help="Minutes between two times, instead of --cron.")]
Jitter = Annotated[int, typer.Option(help="The most seconds by which it may be put off.")]
LookBack = Annotated[int | None, typer.Option(help="The connection's own if left out.")]
SHOWN = 3


@commands.command()
def create(
    context: typer.Context,
    *,
    tenant: Tenant,
    connection: ConnectionId,
    cron: Cron = None,
    every_minutes: Every = None,
    jitter_seconds: Jitter = 60,
    look_back_days: LookBack = None,
) -> None:
    """Have a connection read by itself, and print the schedule's id."""
    timing = Timing(cron, every_minutes, jitter_seconds, look_back_days)
    made = asked(context, tenant, lambda session: schedules.create(session, connection, timing))
    typer.echo(SCHEDULE.encode(made.id))


@commands.command("list")
def list_all(context: typer.Context, *, tenant: Tenant) -> None:
    """List the schedules of an organisation, at most 100."""
    columns = ("id", "connection", "when", "zone", "next", "last", "outcome")
    show_table(columns, asyncio.run(_rows(settings_of(context), tenant)))


@commands.command()
def show(context: typer.Context, schedule: ScheduleId, *, tenant: Tenant) -> None:
    """Show a schedule and its next times, in UTC."""
    show_fields(asyncio.run(_fields(settings_of(context), tenant, schedule)))


@commands.command()
def change(
    context: typer.Context,
    schedule: ScheduleId,
    *,
    tenant: Tenant,
    cron: Cron = None,
    every_minutes: Every = None,
    jitter_seconds: Jitter = 60,
    look_back_days: LookBack = None,
) -> None:
    """Put another timing in the place of the one before; what is left out is set back."""
    timing = Timing(cron, every_minutes, jitter_seconds, look_back_days)
    made = asked(context, tenant, lambda session: schedules.change(session, schedule, timing))
    typer.echo(f"the schedule is due next at {moment(made.fires_at)}")


@commands.command()
def pause(context: typer.Context, schedule: ScheduleId, *, tenant: Tenant) -> None:
    """Have it start nothing more."""
    asked(context, tenant, lambda session: schedules.pause(session, schedule))
    typer.echo("the schedule is paused")


@commands.command()
def resume(context: typer.Context, schedule: ScheduleId, *, tenant: Tenant) -> None:
    """Have it go on with its next time."""
    made = asked(context, tenant, lambda session: schedules.resume(session, schedule))
    typer.echo(f"the schedule is due next at {moment(made.fires_at)}")


@commands.command()
def delete(context: typer.Context, schedule: ScheduleId, *, tenant: Tenant) -> None:
    """Delete it; runs that it started stay."""
    asked(context, tenant, lambda session: schedules.delete(session, schedule))
    typer.echo("the schedule is deleted")


async def _rows(settings: Settings, tenant: str) -> list[tuple[str, ...]]:
    async with open_tenant(settings, tenant) as desk:
        arguments = PageArguments(first=schedules.MAX_SCHEDULES)
        page = await schedules.page(desk.session, arguments, ())
        return [await _row(desk.session, record) for record in page.items]


async def _row(session: Session, record: ScheduleRecord) -> tuple[str, ...]:
    connection = await connections.connection(session, record.connection_id)
    return (
        SCHEDULE.encode(record.id),
        connection.name if connection else "-",
        _when(record.timing),
        record.time_zone,
        "paused" if record.is_paused else moment(record.fires_at),
        moment(record.last_due_at, "never"),
        record.last_outcome or "-",
    )


async def _fields(settings: Settings, tenant: str, schedule_id: UUID) -> list[tuple[str, str]]:
    async with open_tenant(settings, tenant) as desk:
        record = await schedules.one(desk.session, schedule_id)
        names = ("id", "connection", "when", "zone", "next", "last", "outcome")
        fields = list(zip(names, await _row(desk.session, record), strict=True))
        days = record.timing.look_back_days
        fields.append(("look back", "the connection's own" if days is None else f"{days} days"))
        later = schedules.upcoming(desk.session, record, SHOWN)
        return fields + [("then", moment(at)) for at in later[1:]]


def _when(timing: Timing) -> str:
    return timing.cron or f"every {timing.interval_minutes} minutes"
