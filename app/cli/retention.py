"""liftos tenant retention, forget: how long what was sent is kept, and what names a person."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from app.cli.following import tell_queued
from app.cli.settings import settings_of
from app.cli.tables import show_table
from app.cli.tenancy import open_tenant
from core.errors import BadInput
from core.records.forgetting import SubjectErasure
from core.records.retention import LetGo, Retention
from core.settings import Settings
from resolvers import forgetting
from resolvers import retention as keeping

_DAYS = "From 1; left out: as it is."
_TOLD = (
    ("bodies of raw pages", "raw_pages", "raw_bytes"),
    ("records that were refused", "refused_records", None),
    ("uploaded files", "uploads", "upload_bytes"),
    ("superseded versions of documents", "document_versions", None),
    ("vectors of these", "vectors", None),
)
_LOGS = (
    ("events of runs that have ended", "run_events", None),
    ("runs that led to nothing", "runs", None),
    ("dead letters, laid aside", "dead_letters", None),
)
_ANSWERS = (("kept answers", "cached_answers", None),)


def retention(
    context: typer.Context,
    slug: Annotated[str, typer.Argument(help="Short name of the organisation.")],
    *,
    verbatim_days: Annotated[int | None, typer.Option(min=1, max=36_500, help=_DAYS)] = None,
    version_days: Annotated[int | None, typer.Option(min=1, max=36_500, help=_DAYS)] = None,
    log_days: Annotated[int | None, typer.Option(min=1, max=36_500, help=_DAYS)] = None,
    for_ever: Annotated[
        bool, typer.Option("--for-ever", help="Take back every number first.")
    ] = False,
    preview: Annotated[
        bool, typer.Option("--preview", help="Only tell what would go: set nothing.")
    ] = False,
) -> None:
    """Tell how long an organisation keeps what was sent to it, and what is due; set it."""
    given = Retention(verbatim_days, version_days, log_days)
    made = _retention(settings_of(context), slug, given, for_ever=for_ever, is_preview=preview)
    found = asyncio.run(made)
    rows = (
        ("bodies of pages and files", _days(found.wanted.verbatim_days)),
        ("superseded versions of documents", _days(found.wanted.version_days)),
        ("logs of runs", _days(found.wanted.log_days)),
    )
    show_table(("kept", "for"), rows)
    typer.echo()
    _show(found.due, (*_TOLD, *_LOGS), "would go" if preview else "due")


def forget(
    context: typer.Context,
    slug: Annotated[str, typer.Argument(help="Short name of the organisation.")],
    *,
    person: Annotated[
        Path,
        typer.Option(help="File of what names one person, a line each; - is standard input."),
    ],
    confirm: Annotated[
        bool, typer.Option("--confirm", help="Let go of it; else it is only counted.")
    ] = False,
    follow: Annotated[
        bool, typer.Option("--follow", help="Wait, show the progress, and the receipt.")
    ] = False,
) -> None:
    """Let go of every page and file that names a person; what was counted of them stays."""
    names = _lines(person)
    made = _forget(settings_of(context), slug, names, is_preview=not confirm, follow=follow)
    erasure = asyncio.run(made)
    if erasure.gone is None or erasure.left is None:
        return
    if confirm:
        _show(erasure.gone, (*_TOLD, *_ANSWERS), "gone")
    left = erasure.left
    show_table(
        ("what names them" + (" still" if confirm else ""), ""),
        (
            ("raw pages", f"{left.raw_pages:,}"),
            ("uploaded files", f"{left.uploads:,}"),
            ("messages that wait", f"{left.messages:,}"),
            ("versions of documents", f"{left.documents:,}"),
        ),
    )


def _lines(person: Path) -> list[str]:
    text = typer.get_text_stream("stdin").read() if str(person) == "-" else person.read_text()
    found = [line.strip() for line in text.splitlines() if line.strip()]
    if not found:
        raise BadInput("no line names anybody", field="--person", mend="write one name a line")
    return found


async def _retention(
    settings: Settings, slug: str, given: Retention, *, for_ever: bool, is_preview: bool
) -> keeping.Keeping:
    async with open_tenant(settings, slug) as desk:
        kept = await keeping.kept(desk.session)
        base = Retention() if for_ever else kept
        wanted = Retention(
            given.verbatim_days or base.verbatim_days,
            given.version_days or base.version_days,
            given.log_days or base.log_days,
        )
        if wanted == kept:
            return await keeping.current(desk.session)
        return await keeping.change(desk.session, wanted, is_preview=is_preview)


async def _forget(
    settings: Settings, slug: str, names: Sequence[str], *, is_preview: bool, follow: bool
) -> SubjectErasure:
    async with open_tenant(settings, slug) as desk:
        _, run = await forgetting.erase(desk.session, names, is_preview=is_preview)
        await tell_queued(desk, run, follow=follow)
        return await desk.platform.stores.subject_erasures.of_run(desk.scope, run.id)


def _days(days: int | None) -> str:
    return "ever" if days is None else f"{days:,} days"


def _show(found: LetGo, parts: Sequence[tuple[str, str, str | None]], what: str) -> None:
    told = [
        (name, f"{getattr(found, count):,}", "-" if size is None else f"{getattr(found, size):,}")
        for name, count, size in parts
    ]
    show_table(("of", what, "bytes"), told)
