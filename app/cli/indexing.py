"""liftos search status, liftos search reindex: the index of documents."""

from __future__ import annotations

from typing import Annotated

import typer

from app.cli.following import tell_waiting
from app.cli.options import Tenant
from app.cli.tables import moment, show_fields
from app.cli.tenancy import asked
from core.records.documents import IndexMeasures, SearchIndex, SearchStatus
from graph.ids import RUN
from resolvers import indexing


def status(context: typer.Context, *, tenant: Tenant) -> None:
    """Show how far documents say what is known, their vectors, and how well these are found."""
    show_fields(_told(asked(context, tenant, indexing.status)))


def reindex(
    context: typer.Context,
    *,
    tenant: Tenant,
    everything: Annotated[
        bool, typer.Option("--everything", help="Also where nothing was learned since.")
    ] = False,
) -> None:
    """Have documents say what is known by now; that happens by itself."""
    run = asked(context, tenant, lambda session: indexing.reindex(session, everything=everything))
    typer.echo(RUN.encode(run.id))
    tell_waiting()


def _told(found: SearchStatus) -> list[tuple[str, str]]:
    lines = [
        ("known up to", moment(found.looked_at)),
        ("current", "yes" if found.is_current else "no"),
        ("documents", f"{found.documents:,}, and {found.superseded:,} earlier versions"),
        *(("vectors", _index(each)) for each in found.indexes),
    ]
    if found.run_id is not None:
        lines.append(("run", RUN.encode(found.run_id)))
    return [*lines, *(_measured(found.measures) if found.measures else ())]


def _index(index: SearchIndex) -> str:
    return (
        f"{index.model}, {index.dimension} numbers, {index.state.lower()}: {index.documents:,} "
        f"documents, {index.embedded:,} texts embedded, {index.reused:,} known"
    )


def _measured(found: IndexMeasures) -> list[tuple[str, str]]:
    lines = [
        ("texts", f"{found.texts:,} different, where {found.entries:,} entries are"),
        ("repeated", f"{found.repeated:.1%} of texts, titles apart"),
        ("restated", f"{found.restated:.1%} in thirty days"),
    ]
    if found.recall is None or found.found is None:
        return lines
    asked_ = f"of {found.probes} titles asked"
    return [*lines, ("recall", f"{found.recall:.3f}, {found.found:.1%} {asked_} found themselves")]
