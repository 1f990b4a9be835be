"""Files of exports onto this machine: a part that is there is gone on with, and all is checked."""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from io import BufferedWriter
from pathlib import Path

from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    TaskID,
    TextColumn,
    TransferSpeedColumn,
)

from app.cli.tenancy import TenantDesk
from core.errors import Conflict, Terminal, Transient
from core.records.exports import ExportFile, ExportRecord, ExportState, object_path
from stores.objects import OpenObject

MANIFEST = "manifest.json"
_BLOCK_BYTES = 1 << 20
_ATTEMPTS = 2
"""A part that was of something else is found out at the end of the first."""


async def download(
    desk: TenantDesk, export: ExportRecord, files: Sequence[ExportFile], folder: Path
) -> None:
    """Have each of `files` in `folder`, whole, under its name; Conflict when they cannot be had.

    What is there already, with the right SHA-256, is left as it is.
    """
    if not export.can_be_read(desk.session.clock()):
        raise Conflict(
            f"the export is {export.state.lower()}",
            field="export",
            mend=_mend(export),
        )
    await asyncio.to_thread(folder.mkdir, parents=True, exist_ok=True)
    with _bars() as bars:
        for file in files:
            await _fetch(desk, export, file, folder, bars)
    await asyncio.to_thread(check_manifest, folder, files)


def check_manifest(folder: Path, files: Sequence[ExportFile]) -> None:
    """Terminal when the manifest that came along says another SHA-256 of a file."""
    if MANIFEST not in {file.name for file in files}:
        return
    told = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    expected = {each["name"]: each["sha256"] for each in told.get("files", ())}
    for file in files:
        if expected.get(file.name, file.sha256) != file.sha256:
            raise Terminal(
                f"{file.name} is not the file that the manifest names",
                mend="have the export made again, and report this",
            )


async def _fetch(
    desk: TenantDesk, export: ExportRecord, file: ExportFile, folder: Path, bars: Progress
) -> None:
    bar = bars.add_task(file.name, total=file.bytes)
    target, part = folder / file.name, folder / f".{file.name}.part"
    if await asyncio.to_thread(_is_whole, target, file):
        bars.update(bar, completed=file.bytes)
        return
    name = object_path(export.id, file.name)
    async with desk.platform.stores.objects.open(desk.scope, name) as opened:
        for _ in range(_ATTEMPTS):
            await _continue(opened, part, bars, bar)
            if await asyncio.to_thread(_is_whole, part, file):
                await asyncio.to_thread(part.replace, target)
                return
            await asyncio.to_thread(part.unlink)
    raise Transient(f"{file.name} did not arrive as it was exported", mend="run the command again")


async def _continue(opened: OpenObject, part: Path, bars: Progress, bar: TaskID) -> None:
    """Append what `part` lacks."""
    start = await asyncio.to_thread(_bytes_in, part, opened.record.size_bytes)
    bars.update(bar, completed=start)
    with part.open("ab" if start else "wb") as kept:
        async for block in opened.read(start):
            await asyncio.to_thread(kept.write, block)
            bars.advance(bar, len(block))
        await asyncio.to_thread(_settle, kept)


def _bytes_in(part: Path, most: int) -> int:
    """How much is there to go on from; 0 when that cannot be of this file."""
    has = part.stat().st_size if part.exists() else 0
    return has if has <= most else 0


def _settle(kept: BufferedWriter) -> None:
    kept.flush()
    os.fsync(kept.fileno())


def _is_whole(path: Path, file: ExportFile) -> bool:
    if not path.exists() or path.stat().st_size != file.bytes:
        return False
    digest = hashlib.sha256()
    with path.open("rb") as kept:
        while block := kept.read(_BLOCK_BYTES):
            digest.update(block)
    return digest.hexdigest() == file.sha256


def _mend(export: ExportRecord) -> str:
    if export.state is ExportState.PENDING:
        return "wait for its run: liftos run show"
    return "have it made again; the same definition as of the same moment gives the same bytes"


@contextmanager
def _bars() -> Iterator[Progress]:
    console = Console(stderr=True)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(bar_width=32),
        DownloadColumn(),
        TransferSpeedColumn(),
    )
    with Progress(*columns, console=console, disable=not console.is_terminal) as bars:
        yield bars
