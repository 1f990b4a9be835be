"""liftos backfill: what reading past days takes, and reading them."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import datetime
from typing import Annotated
from uuid import UUID

import typer

from app.cli.following import tell_queued
from app.cli.ids import ConnectionId
from app.cli.options import Tenant
from app.cli.progress import lasting
from app.cli.settings import settings_of
from app.cli.tables import show_fields
from app.cli.tenancy import open_tenant
from core.commands import StartBackfill
from core.records.backfills import BackfillQuote, QuotaUse
from core.settings import Settings
from core.units import DateRange
from resolvers import backfills

commands = typer.Typer(
    help="Quote and start the reading of past days.", no_args_is_help=True, add_completion=False
)
Day = Annotated[datetime, typer.Option(formats=["%Y-%m-%d"])]
IncludeSettled = Annotated[
    bool, typer.Option("--include-settled", help="Read days too that no longer change.")
]


@commands.command()
def quote(
    context: typer.Context,
    *,
    tenant: Tenant,
    connection: ConnectionId,
    since: Day,
    until: Day,
    include_settled: IncludeSettled = False,
) -> None:
    """Say what reading these days takes. Nothing is queued."""
    dates = DateRange(since.date(), until.date())
    found = asyncio.run(
        _quote(settings_of(context), tenant, connection, dates, settled=include_settled)
    )
    show_fields(_told(found))


@commands.command()
def start(
    context: typer.Context,
    *,
    tenant: Tenant,
    connection: ConnectionId,
    since: Day,
    until: Day,
    max_calls: Annotated[int, typer.Option(help="The calls of the quote that you accept.")],
    include_settled: IncludeSettled = False,
    follow: Annotated[bool, typer.Option("--follow", help="Wait, and show its progress.")] = False,
) -> None:
    """Read these days, newest first, if that takes no more calls than you accept."""
    dates = DateRange(since.date(), until.date())
    asked = StartBackfill(connection, dates, max_calls, include_settled)
    asyncio.run(_start(settings_of(context), tenant, asked, follow=follow))


async def _quote(
    settings: Settings, tenant: str, connection: UUID, dates: DateRange, *, settled: bool
) -> BackfillQuote:
    async with open_tenant(settings, tenant) as desk:
        return await backfills.quote(desk.session, connection, dates, includes_settled=settled)


async def _start(settings: Settings, tenant: str, asked: StartBackfill, *, follow: bool) -> None:
    async with open_tenant(settings, tenant) as desk:
        await tell_queued(desk, await backfills.start(desk.session, asked), follow=follow)


def _told(quote: BackfillQuote) -> Iterator[tuple[str, str]]:
    read = f"{quote.days_to_read} of {quote.dates.days} days, in {quote.windows} readings"
    yield "to read", read
    yield "settled", f"{quote.days_settled} days were read when they had stopped changing"
    yield "calls", f"{quote.calls:,}"
    yield from (("quota", _used(use)) for use in quote.quotas)
    yield "time", f"about {lasting(quote.seconds)} of work"
    if quote.records is not None:
        yield "records", f"about {quote.records:,}"
    measured = f"{quote.measured_days} days that were read before"
    yield "based on", measured if quote.measured_days else quote.basis


def _used(use: QuotaUse) -> str:
    return f"{use.share:.1%} of {use.limit:,} {use.name}"
