"""liftos webhook: secrets, mappings, and sending an event oneself."""

from __future__ import annotations

import asyncio
import sys
import time
from pathlib import Path
from typing import Annotated
from uuid import UUID, uuid4

import httpx2
import orjson
import typer

from app.cli.ids import ConnectionId
from app.cli.options import Tenant
from app.cli.settings import settings_of
from app.cli.tables import show_fields, show_table
from app.cli.tenancy import open_tenant
from core.errors import BadInput, Transient
from core.jsonvalue import JSONValue
from core.records.connections import ConnectionRecord
from core.settings import Settings
from core.webhook_mapping import DEFAULT_PATHS, EventKind, WebhookMapping
from core.webhook_signing import secret_key, sign
from resolvers import webhooks
from resolvers.webhooks import OVERLAP_HOURS, IssuedWebhook, SampleReading, mapping_of, path_of

commands = typer.Typer(
    help="Secrets and mappings of webhooks; sending a test event.",
    no_args_is_help=True,
    add_completion=False,
)
Paths = Annotated[list[str] | None, typer.Option("--path", help="field=JMESPath; repeatable.")]
Types = Annotated[
    list[str] | None,
    typer.Option("--type", help="type=ORDER, REFUND, CANCELLATION or IGNORED; repeatable."),
]
Sample = Annotated[
    Path, typer.Argument(exists=True, dir_okay=False, readable=True, allow_dash=True)
]


@commands.command()
def rotate(
    context: typer.Context,
    *,
    tenant: Tenant,
    connection: ConnectionId,
    overlap_hours: Annotated[
        int, typer.Option(help="How long the secret before goes on holding.")
    ] = OVERLAP_HOURS,
) -> None:
    """Print a new secret, which holds at once and is shown this once."""
    issued = asyncio.run(_rotate(settings_of(context), tenant, connection, overlap_hours))
    typer.echo(issued.secret)
    if issued.previous_until is not None:
        typer.echo(f"the secret before holds until {issued.previous_until:%F %T} UTC", err=True)


@commands.command()
def mapping(
    context: typer.Context,
    *,
    tenant: Tenant,
    connection: ConnectionId,
    path: Paths = None,
    type_: Types = None,
    reset: Annotated[bool, typer.Option("--reset", help="Go by the defaults again.")] = False,
) -> None:
    """Show where the parts of events are found; set it when --path, --type or --reset is given.

    What is set takes the place of everything that was set before.
    """
    wanted = _mapping(path, type_)
    if wanted is not None or reset:
        asyncio.run(_set(settings_of(context), tenant, connection, wanted or WebhookMapping()))
    shown = asyncio.run(_shown(settings_of(context), tenant, connection))
    show_table(
        ("field", "path", ""),
        [(name, shown.path(name), "" if name in shown.paths else "default")
         for name in DEFAULT_PATHS],
    )  # fmt: skip
    if shown.types:
        show_table(("type", "means"), [(each, kind.value) for each, kind in shown.types.items()])


@commands.command("try")
def try_sample(
    context: typer.Context,
    sample: Sample,
    *,
    tenant: Tenant,
    connection: ConnectionId,
    path: Paths = None,
    type_: Types = None,
) -> None:
    """Show what an event, or a list of them, in a JSON file says; keeps nothing."""
    content = _json(_bytes(sample))
    tried = asyncio.run(
        _try(settings_of(context), tenant, connection, content, _mapping(path, type_))
    )
    for reading in tried:
        show_fields(_told(reading))
    if any(reading.fault for reading in tried):
        raise typer.Exit(1)


@commands.command()
def send(
    event: Sample,
    *,
    connection: ConnectionId,
    url: Annotated[str, typer.Option(help="Address of the API.")] = "http://127.0.0.1:8000",
    message_id: Annotated[str | None, typer.Option(help="A new one if left out.")] = None,
) -> None:
    """Sign a JSON file with the secret on stdin, send it, and print the answer."""
    body, name = event.read_bytes(), message_id or f"msg_{uuid4().hex}"
    _json(body)
    now = int(time.time())
    headers = {
        "content-type": "application/json",
        "webhook-id": name,
        "webhook-timestamp": str(now),
        "webhook-signature": sign(_secret(), name, now, body),
    }
    answer = _post(f"{url.rstrip('/')}{path_of(connection)}", body, headers)
    typer.echo(f"{answer.status_code} {answer.text}")
    if not answer.is_success:
        raise typer.Exit(1)


def _post(address: str, body: bytes, headers: dict[str, str]) -> httpx2.Response:
    try:
        return httpx2.post(address, content=body, headers=headers, timeout=30)
    except httpx2.TransportError as error:
        raise Transient(
            f"{address} does not answer", field="--url", mend="name the address of a running API"
        ) from error


def _secret() -> bytes:
    text = (
        str(typer.prompt("Secret", hide_input=True, err=True))
        if sys.stdin.isatty()
        else sys.stdin.readline()
    )
    try:
        return secret_key(text.strip())
    except ValueError as error:
        raise BadInput(str(error), mend="pipe it in: liftos webhook send … < secret.txt") from None


def _bytes(path: Path) -> bytes:
    return sys.stdin.buffer.read() if str(path) == "-" else path.read_bytes()


def _json(body: bytes) -> JSONValue:
    try:
        content: JSONValue = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise BadInput(f"the file is not JSON: {error}", field="file") from None
    return content


def _mapping(paths: list[str] | None, types: list[str] | None) -> WebhookMapping | None:
    if not paths and not types:
        return None
    kinds = ((name, _kind(means)) for name, means in map(_pair, types or []))
    return mapping_of(map(_pair, paths or []), kinds)


def _kind(text: str) -> EventKind:
    try:
        return EventKind(text.upper())
    except ValueError:
        raise BadInput(
            f"{text!r} is no meaning of a type",
            field="--type",
            mend=f"use one of {', '.join(EventKind)}",
        ) from None


def _pair(text: str) -> tuple[str, str]:
    name, separator, value = text.partition("=")
    if not separator:
        raise BadInput(f"{text!r} has no =", mend="write it as name=value")
    return name.strip(), value.strip()


def _told(reading: SampleReading) -> list[tuple[str, str]]:
    if reading.fault is not None:
        fault = reading.fault
        return [("refused", f"{fault.field} {fault.reason}"), ("mend", fault.mend)]
    told = reading.event.to_json() if reading.event else {}
    return [(name, str(value)) for name, value in told.items()]


async def _rotate(
    settings: Settings, tenant: str, connection: UUID, overlap_hours: int
) -> IssuedWebhook:
    async with open_tenant(settings, tenant) as desk:
        _, issued = await webhooks.rotate_secret(desk.session, connection, overlap_hours)
        return issued


async def _set(
    settings: Settings, tenant: str, connection: UUID, wanted: WebhookMapping
) -> ConnectionRecord:
    async with open_tenant(settings, tenant) as desk:
        return await webhooks.set_mapping(desk.session, connection, wanted)


async def _shown(settings: Settings, tenant: str, connection: UUID) -> WebhookMapping:
    async with open_tenant(settings, tenant) as desk:
        return (await webhooks.setup(desk.session, connection)).mapping


async def _try(
    settings: Settings,
    tenant: str,
    connection: UUID,
    sample: JSONValue,
    wanted: WebhookMapping | None,
) -> tuple[SampleReading, ...]:
    async with open_tenant(settings, tenant) as desk:
        return await webhooks.try_mapping(desk.session, connection, sample, wanted)
