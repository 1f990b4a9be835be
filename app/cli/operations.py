"""liftos operation: documents that clients name by their id, and what clients may send."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from app.cli.explaining import explanation_fields
from app.cli.operation_files import new_operations_of
from app.cli.options import Tenant
from app.cli.tables import moment, show_fields, show_table
from app.cli.tenancy import asked
from app.http.strict_json import strict_json
from core.records.operations import (
    OperationKey,
    OperationRecord,
    SeenOperation,
    Stage,
    StageRecord,
)
from graph.explanations import explained
from graph.inputs.operations import operation_key
from graph.schema import build_schema
from persisted import built_in_records
from resolvers import operation_stages, operations
from resolvers.operation_stages import StageChange
from resolvers.paging import PageArguments
from resolvers.session import Session

commands = typer.Typer(
    help="Register, list, show and retire operations; what clients may send.",
    no_args_is_help=True,
    add_completion=False,
)
OperationId = Annotated[
    str, typer.Argument(metavar="<operation>", help="Its documentId, or its id.")
]
Client = Annotated[str | None, typer.Option(help="Of this client alone.")]
EVERYONE = "(every other)"
NOBODY = "(unnamed)"


@commands.command()
def register(
    context: typer.Context,
    files: Annotated[
        list[Path],
        typer.Argument(
            help="Documents (.graphql) and manifests of Apollo, Relay or graphql-codegen (.json).",
            exists=True,
            dir_okay=False,
        ),
    ],
    *,
    tenant: Tenant,
    client: Annotated[str | None, typer.Option(help="Who sends them, such as console.")] = None,
    owner: Annotated[str | None, typer.Option(help="Who answers for them.")] = None,
) -> None:
    """Register operations, all or none, and print their ids and costs."""
    found = new_operations_of(files, client, owner)
    done = asked(context, tenant, lambda session: operations.register(session, found))
    show_table(("documentId", "client", "name", "cost"), map(_short, done))


@commands.command("list")
def list_all(
    context: typer.Context,
    *,
    tenant: Tenant,
    client: Client = None,
    retired: Annotated[bool, typer.Option("--retired", help="Those retired too.")] = False,
    built_in: Annotated[bool, typer.Option("--built-in", help="The platform's own.")] = False,
) -> None:
    """List operations by client and name."""
    clients = () if client is None else (client,)
    if built_in:
        found = tuple(each for each in built_in_records() if not clients or each.client in clients)
    else:
        found = asked(context, tenant, lambda s: _all(s, clients, include_retired=retired))
    columns = ("documentId", "client", "name", "cost", "owner", "registered", "retired")
    show_table(columns, map(_row, found))


@commands.command()
def show(context: typer.Context, operation: OperationId, *, tenant: Tenant) -> None:
    """Show one operation and its document."""
    key = operation_key(operation, "operation")
    found = asked(context, tenant, lambda session: operations.known(session, key, "operation"))
    show_fields(_fields(found))
    typer.echo(f"\n{found.document.rstrip()}")


@commands.command()
def retire(
    context: typer.Context, operation: OperationId, *, tenant: Tenant, client: Client = None
) -> None:
    """Let an operation be asked for no more, within a second."""
    key = operation_key(operation, "operation")
    key = OperationKey(key.id, client or key.client)
    gone = asked(context, tenant, lambda session: operations.retire(session, key))
    typer.echo(f"{gone.name} is retired")


@commands.command()
def explain(
    context: typer.Context,
    operation: OperationId,
    *,
    tenant: Tenant,
    variables: Annotated[str, typer.Option(help="Its variables: a JSON object.")] = "{}",
) -> None:
    """Show what an operation would cost and find, without carrying it out."""
    key = operation_key(operation, "operation")
    given = strict_json(variables.encode(), "variables")
    schema = build_schema().graphql
    found = asked(context, tenant, lambda session: explained(schema, session, key, given))
    show_fields(explanation_fields(found))


@commands.command()
def stage(
    context: typer.Context,
    stage: Annotated[  # noqa: A002,RUF100 - the command's argument
        Stage | None, typer.Argument(case_sensitive=False, help="Left out: show what is set.")
    ] = None,
    *,
    tenant: Tenant,
    client: Annotated[
        str | None, typer.Option(help="For this client alone, as its credentials name it.")
    ] = None,
    reset: Annotated[
        bool, typer.Option("--reset", help="Let the client go by the organisation's again.")
    ] = False,
    preview: Annotated[bool, typer.Option("--preview", help="Only tell what would break.")] = False,
) -> None:
    """Set what clients may send, and tell what that keeps out of what was seen under log."""
    if stage is None and not reset:
        _show_stages(asked(context, tenant, operation_stages.stages))
        return
    changed: StageChange = asked(
        context, tenant, lambda s: operation_stages.change(s, client, stage, preview=preview)
    )
    _show_stages(changed.stages)
    if changed.breaks:
        typer.echo(f"\n{len(changed.breaks)} documents that were seen are kept out:")
        _show_seen(changed.breaks)


@commands.command()
def seen(context: typer.Context, *, tenant: Tenant, client: Client = None) -> None:
    """List documents that were sent as text under log, newest first, at most 100."""
    clients = () if client is None else (client,)
    arguments = PageArguments(first=operation_stages.MAX_PAGE)
    page = asked(context, tenant, lambda s: operation_stages.seen(s, arguments, clients))
    _show_seen(page.items)


async def _all(
    session: Session, clients: tuple[str, ...], *, include_retired: bool
) -> tuple[OperationRecord, ...]:
    """Page after page."""
    found: list[OperationRecord] = []
    after: str | None = None
    while True:
        arguments = PageArguments(first=operations.MAX_PAGE, after=after)
        page = await operations.page(session, arguments, clients, include_retired=include_retired)
        found += page.items
        if not page.has_next:
            return tuple(found)
        after = operations.OPERATIONS.cursor(page.items[-1])


def _show_stages(stages: tuple[StageRecord, ...]) -> None:
    rows = [
        (each.client or EVERYONE, each.stage.lower(), moment(each.set_at), each.set_by)
        for each in stages
    ]
    if not stages or stages[0].client is not None:
        rows.insert(0, (EVERYONE, Stage.ALLOW.lower(), "-", "-"))
    show_table(("client", "stage", "since", "by"), rows)


def _show_seen(found: tuple[SeenOperation, ...]) -> None:
    rows = [
        (
            each.id,
            each.client or NOBODY,
            str(each.times),
            moment(each.last_seen_at),
            "yes" if each.is_registered else "no",
            " ".join(each.document.split())[:60],
        )
        for each in found
    ]
    show_table(("documentId", "client", "times", "last seen", "registered", "document"), rows)


def _short(record: OperationRecord) -> tuple[str, ...]:
    return (record.id, record.client, record.name, f"{record.cost:,}")


def _row(record: OperationRecord) -> tuple[str, ...]:
    return (
        *_short(record),
        record.owner or "-",
        moment(record.registered_at),
        moment(record.retired_at),
    )


def _fields(record: OperationRecord) -> Iterator[tuple[str, str]]:
    yield "documentId", record.id
    yield "client", record.client
    yield "name", record.name
    yield "kind", record.kind.lower()
    yield "description", record.description or "-"
    yield "owner", record.owner or "-"
    yield "cost", f"{record.cost:,}"
    yield "registered", f"{moment(record.registered_at)} by {record.registered_by or 'liftos'}"
