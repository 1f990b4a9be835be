"""liftos export causal: what a causal model loads, asked for, followed and downloaded."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, TypeVar
from uuid import UUID

import typer

from app.cli.downloading import MANIFEST, download
from app.cli.following import follow_to_end, tell_waiting
from app.cli.ids import ConnectionIds
from app.cli.settings import settings_of
from app.cli.tenancy import open_tenant
from core.causal import (
    CalendarColumn,
    CausalDefinition,
    CausalKpi,
    ExportCausal,
    GeoBy,
    KpiKind,
    KpiMeasure,
    MediaBy,
)
from core.errors import BadInput
from core.periods import Grain, Weekday
from core.records.connections import Source
from core.records.exports import ExportFormat
from core.settings import Settings
from core.units import DateRange
from graph.ids import EXPORT
from resolvers import causal as exports_causal
from resolvers import exports

T = TypeVar("T")
DAY = "%Y-%m-%d"
Since = Annotated[datetime, typer.Option(formats=[DAY], metavar="<day>", help="First day.")]
Until = Annotated[
    datetime, typer.Option(formats=[DAY], metavar="<day>", help="Last day; it is included.")
]
Names = Annotated[list[str] | None, typer.Option(help="By name; may be repeated. All if left out.")]
_SERIES = "series:"


def causal(
    context: typer.Context,
    *,
    tenant: Annotated[str, typer.Option(help="Short name of the organisation.")],
    since: Since,
    until: Until,
    kpi: Annotated[str, typer.Option(help="orders, conversions, or series:NAME.")],
    measure: Annotated[
        KpiMeasure, typer.Option(case_sensitive=False, help="What of it the model explains.")
    ] = KpiMeasure.REVENUE,
    kpi_connection: ConnectionIds = None,
    grain: Annotated[
        Grain, typer.Option(case_sensitive=False, help="How long a period is.")
    ] = Grain.WEEK,
    week_start: Annotated[str, typer.Option(help="monday to sunday; for weeks.")] = "monday",
    geo: Annotated[GeoBy | None, typer.Option(case_sensitive=False, help="Rows by geo.")] = None,
    media_by: Annotated[
        MediaBy, typer.Option(case_sensitive=False, help="What media is kept apart by.")
    ] = MediaBy.CHANNEL,
    source: Annotated[
        list[Source] | None, typer.Option(case_sensitive=False, help="Media of it alone.")
    ] = None,
    channel: Annotated[list[str] | None, typer.Option(help="Media of it alone.")] = None,
    connection: ConnectionIds = None,
    currency: Annotated[str, typer.Option(help="ISO 4217; the organisation's if left out.")] = "",
    control: Names = None,
    organic: Names = None,
    treatment: Names = None,
    events: Annotated[bool, typer.Option(help="Your calendar events as columns.")] = True,
    calendar: Annotated[
        list[CalendarColumn] | None,
        typer.Option(case_sensitive=False, help="Facts of the calendar as columns."),
    ] = None,
    formats: Annotated[
        list[ExportFormat] | None,
        typer.Option("--format", case_sensitive=False, help="Of tables; PARQUET if left out."),
    ] = None,
    immature: Annotated[
        bool, typer.Option("--immature", help="Keep periods that may still move.")
    ] = False,
    min_quality: Annotated[float | None, typer.Option(help="0 to 1.")] = None,
    as_of: Annotated[
        datetime | None,
        typer.Option(
            formats=["%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%dT%H:%M:%S.%fZ"],
            help="The moment whose knowledge is exported, in UTC; now if left out.",
        ),
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Wait, and download the files here.")] = None,
    follow: Annotated[bool, typer.Option("--follow", help="Wait, and show its progress.")] = False,
) -> None:
    """Export what a causal model loads: media, the KPI and controls on one regular grid.

    Prints the export's id. With --out, its files are downloaded and checked when they are made.
    """
    definition = CausalDefinition(
        dates=DateRange(since.date(), until.date()),
        kpi=_kpi(kpi, measure, kpi_connection),
        currency=currency,
        grain=grain,
        week_start=_weekday(week_start),
        geo=geo,
        media_by=media_by,
        sources=_sorted(source),
        channels=_sorted(channel),
        connections=_sorted(connection),
        controls=_named(control),
        organic=_named(organic),
        treatments=_named(treatment),
        has_events=events,
        calendar=tuple(each for each in CalendarColumn if each in (calendar or ())),
        formats=tuple(
            each for each in ExportFormat if each in (formats or (ExportFormat.PARQUET,))
        ),
        cuts_immature=not immature,
        min_quality=min_quality,
    )
    moment = None if as_of is None else as_of.replace(tzinfo=UTC)
    asked = ExportCausal(definition, moment)
    asyncio.run(_export(settings_of(context), tenant, asked, out, follow=follow))


async def _export(
    settings: Settings, tenant: str, asked: ExportCausal, out: Path | None, *, follow: bool
) -> None:
    async with open_tenant(settings, tenant) as desk:
        made = await exports_causal.start(desk.session, asked)
        typer.echo(EXPORT.encode(made.id))
        if not follow and out is None:
            tell_waiting()
            return
        await follow_to_end(desk, made.run_id)
        record = await exports.one(desk.session, made.id)
        if out is not None:
            await download(desk, record, record.files, out)
            _tell_left_out(out)
        for check in record.checks:
            typer.echo(f"{check.severity} {check.id}: {check.message}", err=True)


def _tell_left_out(folder: Path) -> None:
    """What was asked for and is not in the files, as the manifest has it."""
    told = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    for each in told["excluded"]:
        typer.echo(f"LEFT OUT {each['reason']}: {each['detail']}", err=True)


def _kpi(kpi: str, measure: KpiMeasure, connections: list[UUID] | None) -> CausalKpi:
    if kpi.startswith(_SERIES):
        name = kpi.removeprefix(_SERIES)
        return CausalKpi(KpiKind.SERIES, measure, _sorted(connections), series=name)
    kinds = {
        KpiKind.ORDERS.lower(): KpiKind.ORDERS,
        KpiKind.CONVERSIONS.lower(): KpiKind.CONVERSIONS,
    }
    found = kinds.get(kpi.lower())
    if found is None:
        raise BadInput(
            f"{kpi!r} is no KPI", field="--kpi", mend="give orders, conversions, or series:NAME"
        )
    return CausalKpi(found, measure, _sorted(connections))


def _weekday(name: str) -> Weekday:
    try:
        return Weekday[name.upper()]
    except KeyError:
        raise BadInput(
            f"{name!r} is no day of the week", field="--week-start", mend="give monday to sunday"
        ) from None


def _sorted(values: list[T] | None) -> tuple[T, ...]:
    return tuple(sorted(set(values or ()), key=str))


def _named(names: list[str] | None) -> tuple[str, ...] | None:
    """None is all; an empty name alone stands for none."""
    return None if names is None else tuple(sorted({name for name in names if name}))
