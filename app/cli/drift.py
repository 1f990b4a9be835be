"""liftos drift: how sources' streams changed, and what is to become of it."""

from __future__ import annotations

import asyncio
from typing import Annotated
from uuid import UUID

import typer

from app.cli.ids import ChangeIds, ConnectionId, read_connection
from app.cli.options import Tenant
from app.cli.settings import settings_of
from app.cli.tables import moment, show_table
from app.cli.tenancy import open_tenant
from core.errors import BadInput
from core.records.connections import ConnectionRecord
from core.records.drift import DriftPolicy, DriftState, SchemaChangeRecord
from core.settings import Settings
from graph.ids import SCHEMA_CHANGE
from resolvers import drift
from resolvers.drift import MAX_CHANGES
from resolvers.paging import PageArguments

commands = typer.Typer(
    help="List and accept changes of streams; set what becomes of them.",
    no_args_is_help=True,
    add_completion=False,
)


@commands.command("list")
def list_all(
    context: typer.Context,
    *,
    tenant: Tenant,
    connection: Annotated[str | None, typer.Option(help="Of this connection alone.")] = None,
    accepted: Annotated[bool, typer.Option("--accepted", help="Those that were accepted.")] = False,
) -> None:
    """List the newest changes that nobody accepted, at most 100."""
    state = DriftState.ACCEPTED if accepted else DriftState.OPEN
    connections = (read_connection(connection),) if connection else ()
    found = asyncio.run(_page(settings_of(context), tenant, connections, state))
    columns = ("id", "stream", "field", "change", "expected", "found", "records", "last seen")
    show_table(columns, map(_row, found))


@commands.command()
def accept(context: typer.Context, changes: ChangeIds, *, tenant: Tenant) -> None:
    """Take note of changes; runs that were held up by them go on."""
    accepted, runs = asyncio.run(_accept(settings_of(context), tenant, changes or []))
    typer.echo(f"{accepted} changes accepted, {runs} runs queued again")


@commands.command()
def policy(
    context: typer.Context,
    policy: Annotated[DriftPolicy, typer.Argument(case_sensitive=False)],
    *,
    tenant: Tenant,
    connection: ConnectionId,
    stream: Annotated[str | None, typer.Option(help="Of this stream alone.")] = None,
) -> None:
    """Say what becomes of records that are not as expected, from the next run on."""
    changed = asyncio.run(_set(settings_of(context), tenant, connection, stream, policy))
    typer.echo(f"{changed.name}: {policy} for {stream or 'every stream without its own'}")


async def _page(
    settings: Settings, tenant: str, connections: tuple[UUID, ...], state: DriftState
) -> tuple[SchemaChangeRecord, ...]:
    async with open_tenant(settings, tenant) as desk:
        arguments = PageArguments(first=MAX_CHANGES)
        return (await drift.page(desk.session, arguments, connections, (state,))).items


async def _accept(settings: Settings, tenant: str, ids: list[UUID]) -> tuple[int, int]:
    if not ids:
        raise BadInput("no change was named", field="changes", mend="see: liftos drift list")
    async with open_tenant(settings, tenant) as desk:
        changes, runs = await drift.accept(desk.session, ids)
        return len(changes), len(runs)


async def _set(
    settings: Settings, tenant: str, connection: UUID, stream: str | None, policy: DriftPolicy
) -> ConnectionRecord:
    async with open_tenant(settings, tenant) as desk:
        return await drift.set_policy(desk.session, connection, stream, policy)


def _row(record: SchemaChangeRecord) -> tuple[str, ...]:
    return (
        SCHEMA_CHANGE.encode(record.id),
        record.stream,
        record.change.field,
        record.change.kind.value,
        record.expected or "-",
        record.change.found,
        f"{record.records:,}",
        moment(record.last_seen_at),
    )
