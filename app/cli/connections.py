"""liftos connection: accounts of sources."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable
from typing import Annotated

import typer

from app.cli.google_credentials import google_parts
from app.cli.ids import ConnectionId
from app.cli.settings import settings_of
from app.cli.tables import moment, show_table
from app.cli.tenancy import open_tenant
from core.commands import ConnectSource
from core.errors import BadInput
from core.records.connections import ConnectionRecord, Level, Source
from core.settings import Settings
from graph.ids import CONNECTION
from resolvers import connections
from resolvers.connections import CREDENTIALED, LOOK_BACK_DAYS
from resolvers.paging import PageArguments
from resolvers.session import Session

commands = typer.Typer(
    help="Connect, list, pause and resume sources; new tokens.",
    no_args_is_help=True,
    add_completion=False,
)
Tenant = Annotated[str, typer.Option(help="Short name of the organisation.")]
TokenStdin = Annotated[
    bool, typer.Option("--token-stdin", help="Read the token from stdin, do not ask.")
]
Change = Callable[[Session], Awaitable[ConnectionRecord]]


@commands.command()
def create(
    context: typer.Context,
    *,
    tenant: Tenant,
    source: Annotated[Source, typer.Option(case_sensitive=False)],
    account: Annotated[str, typer.Option(help="The source's own id, such as act_1001.")],
    currency: Annotated[str, typer.Option(help="ISO 4217 code of its amounts.")],
    time_zone: Annotated[str, typer.Option(help="IANA zone of its days.")],
    name: Annotated[str | None, typer.Option(help="A name for people.")] = None,
    level: Annotated[Level, typer.Option(case_sensitive=False)] = Level.CAMPAIGN,
    look_back_days: Annotated[
        int | None, typer.Option(help="The source's own if left out.")
    ] = None,
    token_stdin: TokenStdin = False,
) -> None:
    """Connect an account and print the connection's id.

    GOOGLE_ADS takes a JSON object from stdin: refreshToken, clientId and clientSecret, or
    serviceAccountKey, and perhaps loginCustomerId; or a service account's key file itself.

    The access token is asked for, or read from stdin: never from the command line, which
    other users of the machine can see.
    """
    command = ConnectSource(
        source=source,
        account_id=account,
        name=name or account,
        currency=currency,
        time_zone=time_zone,
        level=level,
        look_back_days=LOOK_BACK_DAYS[source] if look_back_days is None else look_back_days,
        access_token=_token(from_stdin=token_stdin) if source in CREDENTIALED else None,
        credentials=google_parts(from_stdin=token_stdin) if source is Source.GOOGLE_ADS else {},
    )
    made = asyncio.run(_create(settings_of(context), tenant, command))
    typer.echo(CONNECTION.encode(made.id))


@commands.command("list")
def list_all(context: typer.Context, tenant: Tenant) -> None:
    """List the connections of an organisation."""
    rows = [
        (
            CONNECTION.encode(one.id),
            one.source.value,
            one.account_id,
            one.name,
            one.currency,
            one.time_zone,
            one.status.value,
            moment(one.last_read_at, "never"),
        )
        for one in asyncio.run(_all(settings_of(context), tenant))
    ]
    columns = ("id", "source", "account", "name", "currency", "zone", "status", "last read")
    show_table(columns, rows)


@commands.command()
def rotate(
    context: typer.Context,
    *,
    tenant: Tenant,
    connection: ConnectionId,
    token_stdin: TokenStdin = False,
) -> None:
    """Put a new access token in the place of the one before.

    It is asked for, or read from stdin. Runs that a worker is at keep the old one.
    """
    token = _token(from_stdin=token_stdin)
    changed = _changed(
        context, tenant, lambda session: connections.rotate(session, connection, token)
    )
    typer.echo(f"{changed.name} has a new token")


@commands.command()
def pause(context: typer.Context, *, tenant: Tenant, connection: ConnectionId) -> None:
    """Have no more runs of a connection; those that are queued or running go on."""
    changed = _changed(context, tenant, lambda session: connections.pause(session, connection))
    typer.echo(f"{changed.name} is {changed.status}")


@commands.command()
def resume(context: typer.Context, *, tenant: Tenant, connection: ConnectionId) -> None:
    """Make a connection active again."""
    changed = _changed(context, tenant, lambda session: connections.resume(session, connection))
    typer.echo(f"{changed.name} is {changed.status}")


def _changed(context: typer.Context, tenant: str, change: Change) -> ConnectionRecord:
    return asyncio.run(_change(settings_of(context), tenant, change))


async def _change(settings: Settings, tenant: str, change: Change) -> ConnectionRecord:
    async with open_tenant(settings, tenant) as desk:
        return await change(desk.session)


async def _create(settings: Settings, tenant: str, command: ConnectSource) -> ConnectionRecord:
    async with open_tenant(settings, tenant) as desk:
        return await connections.connect(desk.session, command)


async def _all(settings: Settings, tenant: str) -> tuple[ConnectionRecord, ...]:
    async with open_tenant(settings, tenant) as desk:
        page = await connections.page(desk.session, PageArguments(first=100))
        return page.items


def _token(*, from_stdin: bool) -> str:
    if not from_stdin and sys.stdin.isatty():
        return str(typer.prompt("Access token", hide_input=True, err=True))
    token = sys.stdin.readline().strip()
    if not token:
        raise BadInput(
            "no access token came on stdin",
            mend="pipe it in: liftos connection … --token-stdin < token.txt",
        )
    return token
