"""liftos upload: a file into a FILE connection."""

from __future__ import annotations

import asyncio
import hashlib
import mimetypes
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer

from app.cli.following import tell_queued
from app.cli.ids import ConnectionId
from app.cli.settings import settings_of
from app.cli.tenancy import TenantDesk, open_tenant
from core.commands import FileOptions, FileReading
from core.errors import BadInput
from core.series import Period, SeriesColumn
from core.settings import Settings
from resolvers import ingestion
from resolvers.files import columns
from resolvers.files import series as said_series

commands = typer.Typer(add_completion=False)
CHUNK_BYTES = 1_000_000


@commands.command()
def upload(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True)],
    *,
    tenant: Annotated[str, typer.Option(help="Short name of the organisation.")],
    connection: ConnectionId,
    column: Annotated[list[str] | None, typer.Option(help="field=Header; repeatable.")] = None,
    series: Annotated[
        list[str] | None,
        typer.Option(help="Header=ROLE or Header=ROLE:channel, of a wide file; repeatable."),
    ] = None,
    period: Annotated[
        Period | None, typer.Option(help="How long a row of a wide file covers.")
    ] = None,
    date_format: Annotated[str | None, typer.Option(help="Such as %d/%m/%Y.")] = None,
    decimal_separator: Annotated[str | None, typer.Option(help='"." or ",".')] = None,
    delimiter: Annotated[str | None, typer.Option(help="One character.")] = None,
    encoding: Annotated[str | None, typer.Option()] = None,
    sheet: Annotated[str | None, typer.Option(help="Sheet of a workbook.")] = None,
    complete: Annotated[
        bool, typer.Option("--complete", help="Rows that it lacks have vanished.")
    ] = False,
    save_mapping: Annotated[
        bool, typer.Option("--save-mapping", help="Read later files the same way.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Tell what would be read; store nothing.")
    ] = False,
    follow: Annotated[bool, typer.Option("--follow", help="Wait, and show its progress.")] = False,
) -> None:
    """Upload a file and read it; what is left out is detected."""
    if file.stat().st_size == 0:
        raise BadInput(f"{file.name} is empty", field="file", mend="name a file with rows")
    options = FileOptions(
        columns=columns([_pair(text) for text in column or []]),
        series=said_series([_series(text) for text in series or []]),
        period=period,
        date_format=date_format,
        decimal_separator=decimal_separator,
        delimiter=delimiter,
        encoding=encoding,
        sheet=sheet,
        reading=FileReading.COMPLETE if complete else FileReading.PARTIAL,
    )
    job = _Job(file, connection, options, saves_mapping=save_mapping, follows=follow)
    settings = settings_of(context)
    asyncio.run(_try(settings, tenant, job) if dry_run else _upload(settings, tenant, job))


@dataclass(frozen=True, slots=True)
class _Job:
    file: Path
    connection: UUID
    options: FileOptions
    saves_mapping: bool
    follows: bool


async def _try(settings: Settings, tenant: str, job: _Job) -> None:
    from app.cli.upload_dry import read_dry  # noqa: PLC0415 - takes long, and uploads need none

    async with open_tenant(settings, tenant) as desk:
        found = await ingestion.file_options(desk.session, job.connection, job.options)
    connection, options = found
    await read_dry(job.file, options, connection)


async def _upload(settings: Settings, tenant: str, job: _Job) -> None:
    async with open_tenant(settings, tenant) as desk:
        upload_id = await _keep(desk, job.file)
        run = await ingestion.ingest_file(
            desk.session,
            job.connection,
            upload_id,
            job.options,
            saves_mapping=job.saves_mapping,
        )
        await tell_queued(desk, run, follow=job.follows)


async def _keep(desk: TenantDesk, file: Path) -> UUID:
    """Store the file chunk by chunk; nothing stays behind when that fails."""
    uploads, scope = desk.platform.stores.uploads, desk.scope
    media_type = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
    upload_id = await uploads.begin(scope, file.name, media_type)
    digest, size = hashlib.sha256(), 0
    try:
        with file.open("rb") as source:
            for number, chunk in enumerate(iter(lambda: source.read(CHUNK_BYTES), b"")):
                digest.update(chunk)
                size += len(chunk)
                await uploads.append(scope, upload_id, number, chunk)
        await uploads.finish(scope, upload_id, size, digest.hexdigest())
    except BaseException:
        await uploads.abandon(scope, upload_id)
        raise
    return upload_id


def _series(text: str) -> tuple[str, SeriesColumn]:
    header, separator, said = text.rpartition("=")
    if not separator:
        raise BadInput(
            f"{text!r} tells of no column", field="--series", mend="write it as tv_S=SPEND:tv"
        )
    return header, SeriesColumn.of_text(said, "--series")


def _pair(text: str) -> tuple[str, str]:
    field, separator, header = text.partition("=")
    if not separator:
        raise BadInput(
            f"{text!r} maps no column", field="--column", mend="write it as field=Header"
        )
    return field.strip(), header
