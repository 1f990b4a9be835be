"""liftos connection: accounts of sources."""

from __future__ import annotations

import asyncio
from typing import Annotated
from uuid import UUID

import typer

from app.cli.credential_facts import told_connection, told_test
from app.cli.credentials import read_credentials
from app.cli.ids import ConnectionId
from app.cli.options import Tenant
from app.cli.receipts import rules
from app.cli.restatements import accept_look_back, restatement
from app.cli.settings import settings_of
from app.cli.tables import moment, show_fields, show_table
from app.cli.tenancy import asked, open_tenant
from core.commands import ChangeConnection, ConnectSource
from core.records.connections import Breakdown, ConnectionRecord, Level, Source
from core.records.credentials import AlertRecord, ConnectionTestRecord, ConnectionTestStatus
from core.settings import Settings
from graph.ids import CONNECTION
from resolvers import connection_tests, connections, webhooks
from resolvers.connections import usual_level
from resolvers.credentials import refuse_without_credentials
from resolvers.paging import PageArguments
from resolvers.webhooks import IssuedWebhook

commands = typer.Typer(
    help="Connect, test, pause, resume and disconnect sources; new credentials.",
    no_args_is_help=True,
    add_completion=False,
)
Stdin = Annotated[
    bool, typer.Option("--credentials-stdin", help="Read the credentials from stdin, do not ask.")
]


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
    level: Annotated[
        Level | None,
        typer.Option(case_sensitive=False, help="CAMPAIGN, or ORDER for WEBHOOK, if left out."),
    ] = None,
    look_back_days: Annotated[
        int | None, typer.Option(help="The source's own if left out.")
    ] = None,
    breakdown: Annotated[
        Breakdown | None,
        typer.Option(case_sensitive=False, help="Break its rows down, where the source can."),
    ] = None,
    credentials_stdin: Stdin = False,
) -> None:
    """Connect an account and print the connection's id; of WEBHOOK its path and secret too.

    The credentials are asked for, or read from stdin: never from the command line, which other
    users of the machine can see. On stdin they are a JSON object with the parts that the input
    type of the source has in the schema; of a source with one part, that part alone will do,
    and a service account's key file for what it is.
    """
    command = ConnectSource(
        source=source,
        account_id=account,
        name=name or account,
        currency=currency,
        time_zone=time_zone,
        level=level or usual_level(source),
        look_back_days=source.manifest.look_back_days if look_back_days is None else look_back_days,
        breakdown=breakdown,
        credentials=read_credentials(source, from_stdin=credentials_stdin),
    )
    made, issued = asyncio.run(_create(settings_of(context), tenant, command))
    typer.echo(CONNECTION.encode(made.id))
    if issued is not None:
        typer.echo(f"{issued.path}\n{issued.secret}")


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
            ", ".join(alert.notice.kind for alert in alerts),
        )
        for one, alerts in asyncio.run(_all(settings_of(context), tenant))
    ]
    columns = (
        "id",
        "source",
        "account",
        "name",
        "currency",
        "zone",
        "status",
        "last read",
        "alerts",
    )
    show_table(columns, rows)


@commands.command()
def rotate(
    context: typer.Context,
    *,
    tenant: Tenant,
    connection: ConnectionId,
    credentials_stdin: Stdin = False,
) -> None:
    """Put new credentials in the place of those before.

    They are asked for, or read from stdin. Runs that a worker is at keep the old ones.
    """
    changed = asyncio.run(
        _rotate(settings_of(context), tenant, connection, from_stdin=credentials_stdin)
    )
    typer.echo(f"{changed.name} has new credentials")


@commands.command("set")
def change(
    context: typer.Context,
    *,
    tenant: Tenant,
    connection: ConnectionId,
    name: Annotated[str | None, typer.Option(help="Another name for people.")] = None,
    look_back_days: Annotated[
        int | None, typer.Option(help="Days until the source stops changing a day.")
    ] = None,
) -> None:
    """Give a connection another name or look-back."""
    wanted = ChangeConnection(name, look_back_days)
    changed = asked(
        context, tenant, lambda session: connections.change(session, connection, wanted)
    )
    typer.echo(f"{changed.name} looks back {changed.look_back_days} days")


@commands.command()
def pause(context: typer.Context, *, tenant: Tenant, connection: ConnectionId) -> None:
    """Have no more runs of a connection; those that are queued or running go on."""
    changed = asked(context, tenant, lambda session: connections.pause(session, connection))
    typer.echo(f"{changed.name} is {changed.status}")


@commands.command()
def resume(context: typer.Context, *, tenant: Tenant, connection: ConnectionId) -> None:
    """Make a connection active again."""
    changed = asked(context, tenant, lambda session: connections.resume(session, connection))
    typer.echo(f"{changed.name} is {changed.status}")


@commands.command()
def test(context: typer.Context, *, tenant: Tenant, connection: ConnectionId) -> None:
    """Ask the source whether a connection works; a worker must be running."""
    tested = asyncio.run(_tested(settings_of(context), tenant, connection))
    show_fields(told_test(tested))
    if tested.status is not ConnectionTestStatus.PASSED:
        raise typer.Exit(1)


@commands.command()
def disconnect(
    context: typer.Context,
    *,
    tenant: Tenant,
    connection: ConnectionId,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Destroy a connection's credentials and cancel its runs; what it brought stays."""
    if not yes:
        typer.confirm(
            "Its credentials are destroyed and its runs end. Go on?", abort=True, err=True
        )
    changed = asked(context, tenant, lambda session: connections.disconnect(session, connection))
    typer.echo(f"{changed.name} is {changed.status}")


@commands.command()
def show(context: typer.Context, *, tenant: Tenant, connection: ConnectionId) -> None:
    """Show a connection, what is known of its credentials, and its alerts."""
    show_fields(asyncio.run(_shown(settings_of(context), tenant, connection)))


commands.command()(rules)
commands.command()(restatement)
commands.command()(accept_look_back)


async def _create(
    settings: Settings, tenant: str, command: ConnectSource
) -> tuple[ConnectionRecord, IssuedWebhook | None]:
    async with open_tenant(settings, tenant) as desk:
        return await webhooks.connect(desk.session, command)


async def _all(
    settings: Settings, tenant: str
) -> list[tuple[ConnectionRecord, tuple[AlertRecord, ...]]]:
    async with open_tenant(settings, tenant) as desk:
        session = desk.session
        page = await connections.page(session, PageArguments(first=100))
        alerts = await asyncio.gather(*(connections.alerts(session, one.id) for one in page.items))
        return list(zip(page.items, alerts, strict=True))


async def _tested(settings: Settings, tenant: str, connection_id: UUID) -> ConnectionTestRecord:
    async with open_tenant(settings, tenant) as desk:
        wait = connection_tests.MAX_WAIT_SECONDS // 2
        return await connection_tests.test(desk.session, connection_id, wait)


async def _shown(settings: Settings, tenant: str, connection_id: UUID) -> list[tuple[str, str]]:
    async with open_tenant(settings, tenant) as desk:
        session = desk.session
        one = await connections.one(session, connection_id)
        credential = await connections.credential(session, connection_id)
        return told_connection(one, credential, await connections.alerts(session, connection_id))


async def _rotate(
    settings: Settings, tenant: str, connection_id: UUID, *, from_stdin: bool
) -> ConnectionRecord:
    async with open_tenant(settings, tenant) as desk:
        found = await connections.one(desk.session, connection_id)
        refuse_without_credentials(found.source, found.name)
        fresh = read_credentials(found.source, from_stdin=from_stdin)
        return await connections.rotate(desk.session, connection_id, fresh)
