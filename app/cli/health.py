"""liftos health: how far data can be trusted."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer

from app.cli.ids import read_connection
from app.cli.settings import settings_of
from app.cli.tables import moment, show_fields, show_table
from app.cli.tenancy import open_tenant
from core.health import THRESHOLD
from core.quality import Dimension
from core.records.connections import Source
from core.records.health import DataHealth, Health, HealthFilter
from core.settings import Settings
from core.units import DateRange
from resolvers import connections, health
from resolvers.dates import date_range

commands = typer.Typer(add_completion=False)
Day = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"])]

_DAYS = 28
_NAMED = 10
"""How many missing days are named."""


@commands.command("health")
def show(
    context: typer.Context,
    *,
    tenant: Annotated[str, typer.Option(help="Short name of the organisation.")],
    since: Day = None,
    until: Day = None,
    source: Annotated[list[Source] | None, typer.Option(help="Of this source alone.")] = None,
    connection: Annotated[list[str] | None, typer.Option(help="Of this connection alone.")] = None,
    threshold: Annotated[float, typer.Option(help="Below it, spend is at risk.")] = THRESHOLD,
    as_of: Annotated[
        datetime | None, typer.Option(help="What was known at this moment, UTC.")
    ] = None,
) -> None:
    """Show how far the data of some days can be trusted; the last 28 that are over if left out."""
    where = HealthFilter(
        _range(since, until),
        tuple(source or ()),
        tuple(map(read_connection, connection or ())),
    )
    then = None if as_of is None else as_of.replace(tzinfo=UTC)
    found, names = asyncio.run(_found(settings_of(context), tenant, where, then, threshold))
    show_fields(_fields(found))
    typer.echo("")
    columns = ("", "score", *(each.lower() for each in Dimension), "entries", "refused")
    show_table(columns, _rows(found, names))


async def _found(
    settings: Settings,
    tenant: str,
    where: HealthFilter,
    as_of: datetime | None,
    threshold: float,
) -> tuple[DataHealth, dict[str, str]]:
    async with open_tenant(settings, tenant) as desk:
        found = await health.health(desk.session, where, as_of, threshold)
        records = [await connections.one(desk.session, key) for key in found.connections]
        return found, {str(record.id): record.name for record in records}


def _fields(found: DataHealth) -> Iterator[tuple[str, str]]:
    whole, dates = found.whole, found.where.dates
    yield "days", f"{dates.since} to {dates.until}, as of {moment(found.as_of)}"
    yield "score", f"{_score(whole.vector.score)}, lowest tenth {_score(whole.worst_decile)}"
    yield "entries", f"{whole.entries:,}, of which {whole.unassessed:,} without a score"
    for each in whole.at_risk:
        share = "-" if each.share is None else f"{each.share:.1%}"
        yield "at risk", f"{each.at_risk:,.2f} of {each.spend:,.2f} {each.currency} ({share})"
    rate = "-" if whole.quarantine_rate is None else f"{whole.quarantine_rate:.2%}"
    yield "refused", f"{whole.rejected:,} of {whole.records:,} records ({rate})"
    yield "settled", f"{whole.mature_days:,} of {whole.read_days:,} days read"
    if whole.missing_days:
        named = ", ".join(map(str, whole.missing_days[:_NAMED]))
        more = len(whole.missing_days) - _NAMED
        yield "missing", f"{named}{f' and {more} more days' if more > 0 else ''}"
    for count in (each for each in whole.checks if each.failed):
        told = f"{count.failed:,} of {count.applied:,}, {count.check.about}"
        yield "failed", f"{count.check.id}: {told}"


def _rows(found: DataHealth, names: dict[str, str]) -> Iterator[tuple[str, ...]]:
    yield _row("all", found.whole)
    for source, part in found.sources.items():
        yield _row(source, part)
    for key, part in found.connections.items():
        yield _row(names[str(key)], part)
    for week, part in found.weeks.items():
        yield _row(f"week of {week}", part)


def _row(name: str, part: Health) -> tuple[str, ...]:
    shares = (_score(part.vector.shares.get(each)) for each in Dimension)
    return (name, _score(part.vector.score), *shares, f"{part.entries:,}", f"{part.rejected:,}")


def _score(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"


def _range(since: datetime | None, until: datetime | None) -> DateRange:
    last = until.date() if until else datetime.now(UTC).date() - timedelta(days=1)
    first = since.date() if since else last - timedelta(days=_DAYS - 1)
    return date_range(first, last, "dates")
