"""liftos calendar: what an organisation's calendar is made from, and its days."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from app.cli import calendar_events
from app.cli.days import Day
from app.cli.options import Tenant
from app.cli.settings import settings_of
from app.cli.tables import moment, show_fields, show_table
from app.cli.tenancy import asked, open_tenant
from core.errors import BadInput
from core.periods import Weekday
from core.records.calendar import (
    CalendarChange,
    CalendarDayRecord,
    CalendarProfile,
    CalendarSettings,
    HolidayKind,
    Industry,
    RetailPattern,
)
from core.settings import Settings
from core.units import DateRange
from jobs.calendars import fill_calendar
from resolvers import calendar, calendar_settings

commands = typer.Typer(
    help="What the calendar is made from, its days, and events of one's own.",
    no_args_is_help=True,
    add_completion=False,
)
commands.command("events")(calendar_events.events)
commands.command("add-event")(calendar_events.add)
commands.command("change-event")(calendar_events.change)
commands.command("remove-event")(calendar_events.remove)

AsOf = Annotated[datetime | None, typer.Option(help="As the calendar was at this moment, UTC.")]
Countries = Annotated[
    list[str] | None, typer.Option("--country", help="ISO 3166 code; the home country first.")
]
Subdivisions = Annotated[
    list[str] | None, typer.Option("--subdivision", help="ISO 3166-2 code, such as DE-BY.")
]


@commands.command()
def show(context: typer.Context, *, tenant: Tenant) -> None:
    """Show what the calendar is made from, and since when."""
    found = asked(context, tenant, calendar_settings.current)
    version = found.version
    edition = None if version is None else version.edition
    show_fields(
        [
            *_fields(found.wished),
            ("in force", _in_force(found)),
            ("days", "-" if edition is None else f"{edition.dates.since} to {edition.dates.until}"),
            ("made by", "-" if edition is None else edition.rules),
        ]
    )


@commands.command("set")
def set_calendar(
    context: typer.Context,
    *,
    tenant: Tenant,
    country: Countries = None,
    subdivision: Subdivisions = None,
    no_subdivisions: Annotated[bool, typer.Option(help="Whole countries only.")] = False,
    fiscal_start_month: Annotated[int | None, typer.Option(help="1 to 12.")] = None,
    fiscal_year_named_by_end: Annotated[
        bool | None, typer.Option("--named-by-end/--named-by-start", help="Of fiscal years.")
    ] = None,
    week_start: Annotated[str | None, typer.Option(help="A day of the week, in English.")] = None,
    retail_pattern: Annotated[RetailPattern | None, typer.Option(case_sensitive=False)] = None,
    industry: Annotated[Industry | None, typer.Option(case_sensitive=False)] = None,
    preview: Annotated[bool, typer.Option(help="Say what would change; change nothing.")] = False,
) -> None:
    """Make the calendar from other settings; earlier moments keep the calendar they had."""
    given: dict[str, Any] = {
        "countries": _all_of(country),
        "subdivisions": _all_of(subdivision, none=no_subdivisions),
        "fiscal_start_month": fiscal_start_month,
        "fiscal_year_named_by_end": fiscal_year_named_by_end,
        "week_start": None if week_start is None else _weekday(week_start),
        "retail_pattern": retail_pattern,
        "industry": industry,
    }
    wanted = {name: value for name, value in given.items() if value is not None}
    changes = asyncio.run(_set(settings_of(context), tenant, wanted, preview=preview))
    for change in changes:
        typer.echo(f"{change.setting.replace('_', ' ')}: {change.before} -> {change.after}")
        if change.affects:
            typer.echo(f"  changes {', '.join(change.affects)}")
    if not changes:
        typer.echo("nothing changes")
    elif preview:
        typer.echo("nothing was changed: --preview")


@commands.command()
def days(
    context: typer.Context, *, tenant: Tenant, since: Day, until: Day, as_of: AsOf = None
) -> None:
    """List days with what is kept on them."""
    dates = DateRange(since.date(), until.date())
    then = None if as_of is None else as_of.replace(tzinfo=UTC)
    found = asked(context, tenant, lambda session: calendar.days(session, dates, then))
    show_table(("day", "", "business", "fiscal", "4-5-4", "kept"), map(_day_row, found))


@commands.command()
def prior(
    context: typer.Context,
    *,
    tenant: Tenant,
    industry: Annotated[
        Industry | None, typer.Option(case_sensitive=False, help="The organisation's, if left out.")
    ] = None,
) -> None:
    """Print the specification's constants of seasonality: a prior, made from nobody's data."""
    found = asked(context, tenant, lambda session: calendar_settings.prior(session, industry))
    show_fields(
        [
            ("source", found.source),
            ("industry", found.industry.value),
            ("Monday to Sunday", _factors(found.days_of_week)),
            ("January to December", _factors(found.months)),
            ("quarters", _factors(found.quarters)),
        ]
    )


async def _set(
    settings: Settings, slug: str, wanted: dict[str, Any], *, preview: bool
) -> tuple[CalendarChange, ...]:
    """The worker is not waited for: its work is done here."""
    async with open_tenant(settings, slug) as desk:
        wished = replace(desk.tenant.calendar, **wanted)
        _, changes = await calendar_settings.wish(desk.session, wished, preview=preview)
        if changes and not preview:
            stores = desk.platform.stores
            tenant = await stores.tenants.current(desk.scope)
            await fill_calendar(stores, tenant, datetime.now(UTC).date())
    return changes


def _all_of(given: list[str] | None, *, none: bool = False) -> tuple[str, ...] | None:
    """What an option that may be repeated was given; None when it is to stay as it is."""
    return () if none else None if given is None else tuple(given)


def _fields(profile: CalendarProfile) -> list[tuple[str, str]]:
    return [
        ("countries", ", ".join(profile.countries) or "-"),
        ("subdivisions", ", ".join(profile.subdivisions) or "-"),
        ("fiscal start month", str(profile.fiscal_start_month)),
        ("fiscal year named by", "end" if profile.fiscal_year_named_by_end else "start"),
        ("week start", profile.week_start.name.capitalize()),
        ("retail pattern", profile.retail_pattern.value),
        ("industry", profile.industry.value),
    ]


def _in_force(settings: CalendarSettings) -> str:
    if settings.version is None:
        return "not yet: a worker makes it"
    since = moment(settings.version.learned_at)
    return f"since {since}" if settings.is_in_force else f"not yet; another since {since}"


def _day_row(day: CalendarDayRecord) -> tuple[str, ...]:
    holidays = [each.name for each in day.holidays if each.kind is HolidayKind.PUBLIC]
    retail = [event.name for event in day.retail_events]
    own = [each.event.name for each in day.events]
    return (
        day.date.isoformat(),
        day.day_name[:3],
        "yes" if day.is_business_day else "no",
        f"{day.fiscal_year} Q{day.fiscal_quarter}",
        f"{day.nrf.year} W{day.nrf.week}",
        ", ".join((*holidays, *retail, *own)) or "-",
    )


def _factors(factors: tuple[float, ...]) -> str:
    return " ".join(f"{factor:g}" for factor in factors)


def _weekday(text: str) -> Weekday:
    try:
        return Weekday[text.strip().upper()]
    except KeyError as error:
        raise BadInput(
            f"{text!r} is no day of the week", field="--week-start", mend="such as monday"
        ) from error
