"""Events that an organisation itself knows of, on the terminal."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Annotated

import typer

from app.cli.days import Day
from app.cli.ids import EventId
from app.cli.options import Tenant
from app.cli.tables import show_table
from app.cli.tenancy import asked
from core.errors import BadInput
from core.records.calendar import (
    CalendarEvent,
    CalendarEventKind,
    CalendarEventRecord,
    EffectDirection,
)
from graph.ids import CALENDAR_EVENT
from resolvers import calendar_events

AsOf = Annotated[datetime | None, typer.Option(help="As they were known at this moment, UTC.")]
Name = Annotated[str, typer.Option(help="Its name.")]
Kind = Annotated[CalendarEventKind, typer.Option(case_sensitive=False, help="What it is.")]
Countries = Annotated[
    list[str] | None, typer.Option("--country", help="Where: ISO 3166 code; repeatable.")
]
Geos = Annotated[
    list[str] | None, typer.Option("--geo", help="Where: a region, as sources spell it.")
]
Direction = Annotated[
    EffectDirection | None, typer.Option(case_sensitive=False, help="Of the expected effect.")
]
Size = Annotated[str | None, typer.Option(help="Of the expected effect: 0.2 for a fifth.")]
Note = Annotated[str | None, typer.Option(help="What else there is to say.")]


def events(context: typer.Context, *, tenant: Tenant, as_of: AsOf = None) -> None:
    """List events by their first day."""
    moment = None if as_of is None else as_of.replace(tzinfo=UTC)
    found = asked(context, tenant, lambda session: calendar_events.listed(session, None, moment))
    columns = ("id", "since", "until", "kind", "name", "where", "effect", "note")
    show_table(columns, map(_row, found))


def add(
    context: typer.Context,
    *,
    tenant: Tenant,
    name: Name,
    kind: Kind,
    since: Day,
    until: Day,
    country: Countries = None,
    geo: Geos = None,
    effect: Direction = None,
    size: Size = None,
    note: Note = None,
) -> None:
    """Write down an event; print its id."""
    event = _event(name, kind, (since, until), (country, geo), (effect, size), note=note)
    made = asked(context, tenant, lambda session: calendar_events.add(session, event))
    typer.echo(CALENDAR_EVENT.encode(made.id))


def change(
    context: typer.Context,
    event: EventId,
    *,
    tenant: Tenant,
    name: Name,
    kind: Kind,
    since: Day,
    until: Day,
    country: Countries = None,
    geo: Geos = None,
    effect: Direction = None,
    size: Size = None,
    note: Note = None,
) -> None:
    """Let an event be another from now on; all of it is given anew."""
    changed = _event(name, kind, (since, until), (country, geo), (effect, size), note=note)
    asked(context, tenant, lambda session: calendar_events.change(session, event, changed))
    typer.echo(f"{changed.name} is changed; earlier moments keep what it was")


def remove(context: typer.Context, event: EventId, *, tenant: Tenant) -> None:
    """Let an event be gone from now on."""
    gone = asked(context, tenant, lambda session: calendar_events.remove(session, event))
    typer.echo(f"{gone.event.name} is gone; earlier moments keep it")


def _event(
    name: str,
    kind: CalendarEventKind,
    days: tuple[datetime, datetime],
    places: tuple[list[str] | None, list[str] | None],
    effect: tuple[EffectDirection | None, str | None],
    *,
    note: str | None,
) -> CalendarEvent:
    countries, geos = places
    direction, size = effect
    return CalendarEvent(
        name=name,
        kind=kind,
        since=days[0].date(),
        until=days[1].date(),
        countries=tuple(countries or ()),
        geos=tuple(geos or ()),
        effect_direction=direction,
        effect_size=None if size is None else _size(size),
        note=note,
    )


def _size(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation as error:
        raise BadInput(
            f"{text!r} is no number", field="--size", mend="give a share: 0.2 for a fifth"
        ) from error


def _row(record: CalendarEventRecord) -> tuple[str, ...]:
    event = record.event
    direction, size = event.effect_direction, event.effect_size
    expected = " ".join(str(each) for each in (direction, size) if each is not None)
    return (
        CALENDAR_EVENT.encode(record.id),
        event.since.isoformat(),
        event.until.isoformat(),
        event.kind.value,
        event.name,
        ", ".join((*event.countries, *event.geos)) or "everywhere",
        expected or "-",
        event.note or "-",
    )
