"""liftos search ask: a question in plain words, on the terminal."""

from __future__ import annotations

from typing import Annotated

import typer

from app.cli.days import MaybeDay, range_of
from app.cli.options import Tenant
from app.cli.tables import show_table
from app.cli.tenancy import asked
from core.records.connections import Source
from core.records.documents import DocumentFilter, DocumentKind
from core.records.search import SearchMode
from resolvers import search
from resolvers.paging import PageArguments


def ask(
    context: typer.Context,
    text: Annotated[str, typer.Argument(help="The question, in your own words.")],
    *,
    tenant: Tenant,
    mode: Annotated[SearchMode, typer.Option(case_sensitive=False)] = SearchMode.HYBRID,
    kind: Annotated[
        list[DocumentKind] | None, typer.Option(case_sensitive=False, help="Repeatable.")
    ] = None,
    source: Annotated[
        list[Source] | None, typer.Option(case_sensitive=False, help="Repeatable.")
    ] = None,
    channel: Annotated[list[str] | None, typer.Option(help="Spelled exactly; repeatable.")] = None,
    since: MaybeDay = None,
    until: MaybeDay = None,
    first: Annotated[int, typer.Option(help="How many hits, at most 100.")] = 10,
) -> None:
    """Find what answers a question, and say by which modes it was found."""
    where = DocumentFilter(
        kinds=tuple(kind or ()),
        sources=tuple(source or ()),
        channels=tuple(channel or ()),
        dates=range_of(since, until),
    )
    question, page = search.Asked(text, mode, where), PageArguments(first=first)
    found = asked(context, tenant, lambda session: search.search(session, question, page))
    show_table(("place", "title", "found by"), map(_row, found.page.items))
    for each in found.degraded:
        typer.echo(f"{each.mode} did not answer: {each.reason}", err=True)


def _row(hit: search.Hit) -> tuple[str, str, str]:
    signals = ", ".join(f"{each.mode} {each.rank}" for each in hit.ranked.signals)
    return f"{hit.place}", hit.document.title, signals
