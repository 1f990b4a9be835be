"""liftos run: what background work there is, how it stands, and its stop and second try."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from decimal import Decimal
from typing import Annotated
from uuid import UUID

import typer

from app.cli.following import tell_queued
from app.cli.ids import ConnectionId, RunId
from app.cli.options import Tenant
from app.cli.progress import counted, paced
from app.cli.receipts import accept_shrink, check_lines, reject_shrink, shrink_lines
from app.cli.settings import settings_of
from app.cli.tables import moment, show_fields, show_table
from app.cli.tenancy import open_tenant
from app.cli.transformed import diff_lines
from core.errors import NotFound
from core.records.receipts import HeldShrink
from core.records.runs import ReceiptTotal, RunRecord
from core.redaction import redact_text
from core.settings import Settings
from graph.ids import RUN
from resolvers import connections, receipts, runs
from resolvers.paging import PageArguments
from resolvers.session import Session

commands = typer.Typer(
    help="List, show, cancel and retry runs; decide on what they hold.",
    no_args_is_help=True,
    add_completion=False,
)


@commands.command("list")
def list_all(context: typer.Context, *, tenant: Tenant) -> None:
    """List the newest runs of an organisation, at most 100."""
    columns = ("id", "connection", "status", "kind", "progress", "counters", "started", "ended")
    found = asyncio.run(_all(settings_of(context), tenant))
    show_table(columns, [_row(run, name) for run, name in found])


@commands.command()
def show(context: typer.Context, run: RunId, *, tenant: Tenant) -> None:
    """Show a run, with its error and what mends it, and its receipt's totals."""
    record, name, shrink = asyncio.run(_one(settings_of(context), tenant, run))
    show_fields((*_fields(record, name), *(shrink_lines(shrink) if shrink else ())))


@commands.command()
def cancel(context: typer.Context, run: RunId, *, tenant: Tenant) -> None:
    """Ask a run to stop. What it has stored stays."""
    record = asyncio.run(_cancel(settings_of(context), tenant, run))
    note = "" if record.status.is_final else "; it stops at its next page"
    typer.echo(f"the run is {record.status}{note}")


@commands.command("cancel-all")
def cancel_all(context: typer.Context, *, tenant: Tenant, connection: ConnectionId) -> None:
    """Ask every queued and running run of a connection to stop."""
    count = len(asyncio.run(_cancel_all(settings_of(context), tenant, connection)))
    typer.echo(f"{count} runs were asked to stop")


@commands.command()
def retry(
    context: typer.Context,
    run: RunId,
    *,
    tenant: Tenant,
    follow: Annotated[bool, typer.Option("--follow", help="Wait, and show its progress.")] = False,
) -> None:
    """Run once more what failed, was cancelled or is parked."""
    asyncio.run(_retry(settings_of(context), tenant, run, follow=follow))


commands.command("accept-shrink")(accept_shrink)
commands.command("reject-shrink")(reject_shrink)


async def _all(settings: Settings, tenant: str) -> list[tuple[RunRecord, str]]:
    async with open_tenant(settings, tenant) as desk:
        session = desk.session
        page = await runs.page(session, PageArguments(first=runs.MAX_RUNS), (), ())
        names = await asyncio.gather(*(_name(session, run) for run in page.items))
        return list(zip(page.items, names, strict=True))


async def _one(
    settings: Settings, tenant: str, run_id: UUID
) -> tuple[RunRecord, str, HeldShrink | None]:
    async with open_tenant(settings, tenant) as desk:
        session = desk.session
        record = await runs.run(session, run_id)
        if record is None:
            raise NotFound("no such run", field="run", mend="see: liftos run list")
        shrink = await receipts.held_shrink(session, run_id)
        return record, await _name(session, record), shrink


async def _cancel(settings: Settings, tenant: str, run_id: UUID) -> RunRecord:
    async with open_tenant(settings, tenant) as desk:
        return await runs.cancel(desk.session, run_id)


async def _cancel_all(settings: Settings, tenant: str, connection: UUID) -> tuple[UUID, ...]:
    async with open_tenant(settings, tenant) as desk:
        return await runs.cancel_all(desk.session, connection)


async def _retry(settings: Settings, tenant: str, run_id: UUID, *, follow: bool) -> None:
    async with open_tenant(settings, tenant) as desk:
        await tell_queued(desk, await runs.retry(desk.session, run_id), follow=follow)


async def _name(session: Session, run: RunRecord) -> str:
    if run.connection_id is None:
        return "-"
    found = await connections.connection(session, run.connection_id)
    return found.name if found else "-"


def _row(run: RunRecord, name: str) -> tuple[str, ...]:
    return (
        RUN.encode(run.id),
        name,
        run.status.value,
        run.kind.value,
        f"{run.progress:.0%}",
        counted(run.counters) if run.connection_id else "-",
        moment(run.started_at),
        moment(run.ended_at),
    )


def _fields(run: RunRecord, name: str) -> Iterator[tuple[str, str]]:
    names = ("id", "connection", "status", "kind", "progress", "counters", "started", "ended")
    yield from zip(names, _row(run, name), strict=True)
    if run.dates is not None:
        yield "days", f"{run.dates.since} to {run.dates.until}"
    pace = ", ".join(paced(run.pace, run.counters))
    if pace and not run.status.is_final:
        yield "pace", pace
    yield "asked for", f"{moment(run.created_at)} by {run.requested_by}"
    if run.error is not None:
        yield "error", f"{run.error.code} ({run.error.kind}): {redact_text(run.error.message)}"
        yield "mend", run.error.mend or "-"
    for total in run.receipt.totals if run.receipt else ():
        yield "total", _told(total)
    yield from check_lines(run.receipt.checks if run.receipt else ())
    yield from diff_lines(run.receipt.diff if run.receipt else None)


def _told(total: ReceiptTotal) -> str:
    """What of a total is known, in words."""
    parts = (
        ("spend", total.spend),
        ("impressions", total.impressions),
        ("clicks", total.clicks),
        ("conversions", total.conversions),
        ("conversion value", total.conversion_value),
    )
    known = [
        f"{name} {Decimal(value).normalize():,f}" for name, value in parts if value is not None
    ]
    return ", ".join((f"{total.currency} {total.entries:,} entries", *known))
