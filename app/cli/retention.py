"""liftos tenant retention, forget: how long what was sent is kept, and what names a person."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from app.cli.settings import settings_of
from app.cli.tables import show_table
from app.cli.tenancy import by_operator, open_tenant
from core.errors import BadInput
from core.records.retention import LetGo, Retention
from core.settings import Settings
from jobs.retention import forget_subject

_DAYS = "From 1; left out: as it is."


def retention(
    context: typer.Context,
    slug: Annotated[str, typer.Argument(help="Short name of the organisation.")],
    *,
    verbatim_days: Annotated[int | None, typer.Option(min=1, max=36_500, help=_DAYS)] = None,
    version_days: Annotated[int | None, typer.Option(min=1, max=36_500, help=_DAYS)] = None,
    for_ever: Annotated[
        bool, typer.Option("--for-ever", help="Take back every number first.")
    ] = False,
    preview: Annotated[
        bool, typer.Option("--preview", help="Only tell what would go: set nothing.")
    ] = False,
) -> None:
    """Tell how long an organisation keeps what was sent to it, and what is due; set it."""
    given = Retention(verbatim_days, version_days)
    made = _retention(settings_of(context), slug, given, for_ever=for_ever, is_preview=preview)
    wanted, due = asyncio.run(made)
    rows = (
        ("bodies of pages and files", _days(wanted.verbatim_days)),
        ("superseded versions of documents", _days(wanted.version_days)),
    )
    show_table(("kept", "for"), rows)
    typer.echo()
    _show(due, "would go" if preview else "due")


def forget(
    context: typer.Context,
    slug: Annotated[str, typer.Argument(help="Short name of the organisation.")],
    *,
    person: Annotated[
        Path,
        typer.Option(help="File of what names one person, a line each; - is standard input."),
    ],
    confirm: Annotated[
        bool, typer.Option("--confirm", help="Let go of it; else it is only told what names them.")
    ] = False,
) -> None:
    """Let go of every page and file that names a person; what was counted of them stays."""
    names = _lines(person)
    gone, left = asyncio.run(_forget(settings_of(context), slug, names, is_preview=not confirm))
    if confirm:
        _show(gone, "gone")
    for name, count in left.items():
        if count:
            what = name.replace("_left", "")
            typer.echo(f"{count} {what} name them" + (" still" if confirm else ""))
    if not confirm and not any(left.values()):
        typer.echo("nothing names them")
    if confirm and any(left.values()):
        typer.echo("what runs still need is kept for them: ask again when they have ended")


def _lines(person: Path) -> list[str]:
    text = typer.get_text_stream("stdin").read() if str(person) == "-" else person.read_text()
    found = [line.strip() for line in text.splitlines() if line.strip()]
    if not found:
        raise BadInput("no line names anybody", field="--person", mend="write one name a line")
    return found


async def _retention(
    settings: Settings, slug: str, given: Retention, *, for_ever: bool, is_preview: bool
) -> tuple[Retention, LetGo]:
    async with open_tenant(settings, slug) as desk:
        store = desk.platform.stores.retention
        kept = await store.of(desk.scope)
        base = Retention() if for_ever else kept
        wanted = Retention(
            given.verbatim_days or base.verbatim_days, given.version_days or base.version_days
        )
        if wanted != kept and not is_preview:
            await store.put(by_operator("set a tenant's retention"), desk.tenant.id, wanted)
        return wanted, await store.due(desk.scope, wanted)


async def _forget(
    settings: Settings, slug: str, names: Sequence[str], *, is_preview: bool
) -> tuple[LetGo, dict[str, int]]:
    async with open_tenant(settings, slug) as desk:
        stores = desk.platform.stores
        return await forget_subject(stores, desk.scope, names, is_preview=is_preview)


def _days(days: int | None) -> str:
    return "ever" if days is None else f"{days:,} days"


def _show(found: LetGo, what: str) -> None:
    rows = (
        ("bodies of raw pages", found.raw_pages, found.raw_bytes),
        ("records that were refused", found.refused_records, None),
        ("uploaded files", found.uploads, found.upload_bytes),
        ("superseded versions of documents", found.document_versions, None),
    )
    told = [(name, f"{n:,}", "-" if size is None else f"{size:,}") for name, n, size in rows]
    show_table(("of", what, "bytes"), told)
