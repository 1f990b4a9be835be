"""liftos export: files of one snapshot of the data, made, fetched and deleted."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer

from app.cli.causal import causal
from app.cli.downloading import download
from app.cli.ids import ExportId
from app.cli.options import Tenant
from app.cli.settings import settings_of
from app.cli.tables import moment, show_fields, show_table
from app.cli.tenancy import asked, open_tenant
from core.errors import NotFound
from core.records.audit import Act
from core.records.exports import ExportFile, ExportRecord, ExportState
from core.settings import Settings
from graph.ids import EXPORT, RUN
from resolvers import exports
from resolvers.paging import PageArguments

commands = typer.Typer(
    help="Files of one snapshot of the data: make, list, show, link to, download, delete.",
    no_args_is_help=True,
    add_completion=False,
)
Files = Annotated[
    list[str] | None, typer.Option("--file", help="Of this name alone; may be repeated.")
]
_HOUR = 3_600


@commands.command("list")
def list_all(
    context: typer.Context,
    *,
    tenant: Tenant,
    state: Annotated[
        list[ExportState] | None,
        typer.Option(case_sensitive=False, help="In this state alone; may be repeated."),
    ] = None,
) -> None:
    """List the newest exports of an organisation, at most 100."""
    arguments = PageArguments(first=exports.MAX_EXPORTS)
    page = asked(context, tenant, lambda s: exports.page(s, arguments, tuple(state or ())))
    columns = ("id", "state", "as of", "rows", "files", "size", "made", "expires")
    show_table(columns, map(_row, page.items))


@commands.command()
def show(context: typer.Context, export: ExportId, *, tenant: Tenant) -> None:
    """Show an export: its files with their SHA-256, and what the checks found."""
    show_fields(_fields(asked(context, tenant, lambda session: exports.one(session, export))))


@commands.command()
def link(
    context: typer.Context,
    export: ExportId,
    file: Annotated[str, typer.Argument(help="Name of the file.")],
    *,
    tenant: Tenant,
    hours: Annotated[int, typer.Option(min=1, help="How long it holds; at most 168.")] = 1,
) -> None:
    """Print a link to a file, for somebody without credentials: whoever has it has the file."""
    typer.echo(asyncio.run(_link(settings_of(context), tenant, export, file, hours * _HOUR)))


@commands.command("download")
def fetch(
    context: typer.Context,
    export: ExportId,
    *,
    tenant: Tenant,
    out: Annotated[
        Path | None, typer.Option(help="Folder for the files; one named by the export's id.")
    ] = None,
    file: Files = None,
) -> None:
    """Download the files of an export, and check each of them against its SHA-256.

    A download that broke off goes on where it was; what is there already stays.
    """
    folder = asyncio.run(_download(settings_of(context), tenant, export, out, file or ()))
    typer.echo(folder)


@commands.command()
def delete(
    context: typer.Context,
    export: ExportId,
    *,
    tenant: Tenant,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Delete the files of an export, and end its links; what it was stays on record."""
    if not yes:
        typer.confirm("Its files are deleted and its links end. Go on?", abort=True, err=True)
    ended = asked(context, tenant, lambda session: exports.delete(session, export))
    typer.echo(f"the export is {ended.state}")


commands.command()(causal)


async def _link(settings: Settings, tenant: str, export_id: UUID, name: str, seconds: int) -> str:
    async with open_tenant(settings, tenant) as desk:
        record = await exports.one(desk.session, export_id)
        found = await exports.link(desk.session, record, _named(record, [name])[0].name, seconds)
        if found is None:
            raise NotFound(f"the export is {record.state.lower()}: it has no files", field="export")
        return found


async def _download(
    settings: Settings, tenant: str, export_id: UUID, out: Path | None, names: Sequence[str]
) -> Path:
    async with open_tenant(settings, tenant) as desk:
        record = await exports.one(desk.session, export_id)
        folder = out or Path(str(record.id))
        audit = desk.platform.stores.audit
        await audit.record(desk.scope, Act.EXPORT_DOWNLOADED, f"export:{record.id}")
        await download(desk, record, _named(record, names), folder)
        return folder


def _named(record: ExportRecord, names: Sequence[str]) -> Sequence[ExportFile]:
    """The files of these names; all when none are named."""
    for name in names:
        if record.file(name) is None:
            known = ", ".join(file.name for file in record.files) or "none"
            raise NotFound(
                f"the export has no file {name!r}", field="file", mend=f"it has: {known}"
            )
    return [file for file in record.files if not names or file.name in names]


def _row(record: ExportRecord) -> tuple[str, ...]:
    return (
        EXPORT.encode(record.id),
        record.state.value,
        moment(record.as_of),
        "-" if record.rows is None else f"{record.rows:,}",
        str(len(record.files)),
        f"{sum(file.bytes for file in record.files):,}",
        moment(record.created_at),
        moment(record.expires_at),
    )


def _fields(record: ExportRecord) -> Iterator[tuple[str, str]]:
    yield "id", EXPORT.encode(record.id)
    yield "state", record.state.value
    yield "as of", moment(record.as_of)
    yield "definition", record.definition_sha256
    yield "run", RUN.encode(record.run_id)
    yield "asked for", f"{moment(record.created_at)} by {record.requested_by}"
    yield "made", moment(record.ready_at)
    yield "expires", moment(record.expires_at)
    if record.removed_at is not None:
        yield "ended", f"{moment(record.removed_at)} by {record.removed_by}"
    for file in record.files:
        rows = "" if file.rows is None else f", {file.rows:,} rows"
        yield "file", f"{file.sha256}  {file.name}, {file.bytes:,} bytes{rows}"
    for check in record.checks:
        yield "check", f"{check.severity} {check.id}: {check.message}"
