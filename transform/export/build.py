"""A causal export made of everything that was known: its grid, its table, what is not in it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from core.causal import CausalDefinition, KpiKind, KpiMeasure
from core.errors import BadInput
from core.periods import period_of
from core.records.calendar import CalendarDayRecord, CalendarEvent
from core.records.causal import Coverage, Exclusion, SeriesEntry
from core.records.entries import DateBasis, SeriesRole
from core.records.preflight import WideRoles
from core.units import DateRange
from transform.export.chosen import chosen_series
from transform.export.columns import ColumnKey, Role
from transform.export.dated import calendar_facts, event_facts
from transform.export.facts import Fact, Row, channel_of, kpi_facts, media_facts
from transform.export.grid import Grid, Known, grid_of
from transform.export.overlaps import overlaps
from transform.export.roles import roles_of
from transform.export.series import Rate, series_facts
from transform.export.wide import WideTable, assembled, geos_of

KPI = ""
"""What stands for the KPI among channels."""


@dataclass(frozen=True, slots=True)
class Gathered:
    """Everything that an export is made of, as known at its moment.

    `media` and `kpi` are attribution rows of its grain, kept apart by connection and geo; `kpi`
    is empty where a series is the KPI.
    """

    media: Sequence[Row]
    kpi: Sequence[Row]
    series: Sequence[SeriesEntry]
    coverage: Mapping[UUID, Coverage]
    days: Sequence[CalendarDayRecord]
    events: Sequence[CalendarEvent]
    rate: Rate


def feeding(*rows: Sequence[Row], series: Sequence[SeriesEntry]) -> set[UUID]:
    """The connections that something of an export comes from."""
    found = {UUID(row["connection"]) for each in rows for row in each}
    return found | {entry.connection_id for entry in series}


@dataclass(frozen=True, slots=True)
class Built:
    """The table with the roles of its columns, and everything that did not go into it."""

    table: WideTable
    roles: WideRoles
    grid: Grid
    exclusions: tuple[Exclusion, ...]
    unread: frozenset[tuple[date, str]]
    overlaps: Mapping[str, int]
    """Channels of which a file and another connection tell spend, with the number of periods."""


def built(definition: CausalDefinition, gathered: Gathered) -> Built:
    """The export; BadInput where what is asked for cannot be made of what is known."""
    series, left_out = chosen_series(gathered.series, definition)
    _require_channels(definition, gathered, series)
    measured = [
        *media_facts(gathered.media, definition),
        *_orders(gathered.kpi, definition),
        *series_facts(series, definition, gathered.rate),
    ]
    grid = grid_of(definition, _known(definition, gathered, series, measured))
    _require_rates(definition, gathered, grid)
    unread = frozenset(_unread(definition, gathered, grid))
    dated = _dated(definition, gathered, measured, grid)
    made = assembled([*measured, *dated], definition, grid.times, unread)
    exclusions = (*grid.exclusions, *made.exclusions, *left_out, *_unconverted(gathered))
    twice = overlaps(definition, gathered.media, series, frozenset(grid.times))
    return Built(made.table, roles_of(made.table), grid, exclusions, unread, twice)


def _require_channels(
    definition: CausalDefinition, gathered: Gathered, series: Sequence[SeriesEntry]
) -> None:
    """BadInput for a channel that has no media: a name spelt otherwise would go unnoticed."""
    there = {row["channel"] for row in gathered.media} | {each.channel for each in series}
    silent = [each for each in definition.channels if each not in there]
    if silent:
        if definition.kpi.kind is KpiKind.CONVERSIONS:
            there |= {row["channel"] for row in gathered.kpi}
        known = sorted(there - {""})
        raise BadInput(
            f"there is no media of the channel {silent[0]!r} in what is exported",
            field="channels",
            mend=f"there are: {', '.join(known) or 'none of those named'}",
        )


def _orders(rows: Sequence[Row], definition: CausalDefinition) -> Iterator[Fact]:
    """The KPI of orders or conversions, and the revenue that a count brought."""
    if definition.kpi.measure is KpiMeasure.REVENUE:
        key = ColumnKey(Role.KPI, metric="revenue")
        yield from kpi_facts(rows, definition, key, "conversion_value")
        return
    yield from kpi_facts(rows, definition, ColumnKey(Role.KPI, metric="count"), "conversions")
    key = ColumnKey(Role.REVENUE_PER_KPI, metric="revenue")
    yield from kpi_facts(rows, definition, key, "conversion_value")


def _known(
    definition: CausalDefinition,
    gathered: Gathered,
    series: Sequence[SeriesEntry],
    facts: Iterable[Fact],
) -> Known:
    rows = (*gathered.media, *gathered.kpi)
    counted: Counter[date] = Counter()
    for row in rows:
        counted[row["time"]] += row["entries"]
    grain, week_start = definition.grain, definition.week_start
    counted.update(period_of(each.date, grain, week_start).since for each in series)
    return Known(
        kpi=_kpi_dates(definition, gathered, series),
        entries=counted,
        coverage=gathered.coverage,
        feeding=frozenset(UUID(row["connection"]) for row in rows),
        immature=frozenset(fact.time for fact in facts if not fact.is_mature),
    )


def _kpi_dates(
    definition: CausalDefinition, gathered: Gathered, series: Sequence[SeriesEntry]
) -> DateRange:
    """From the first to the last day that the KPI is known of."""
    if definition.kpi.kind is KpiKind.SERIES:
        told = [each for each in series if each.role is SeriesRole.KPI]
        days = [*(each.date for each in told), *(each.until for each in told)]
    else:
        sources = {UUID(row["connection"]) for row in gathered.kpi}
        days = [day for each in sources for day in gathered.coverage[each].days]
    if not days:
        raise BadInput(
            f"the KPI is not known of any day of {definition.dates.since} to "
            f"{definition.dates.until}",
            field="kpi",
            mend="choose another KPI, or other dates",
        )
    return DateRange(min(days), max(days))


def _unread(
    definition: CausalDefinition, gathered: Gathered, grid: Grid
) -> Iterator[tuple[date, str]]:
    """Periods and channels of which a connection that feeds them was not read every day."""
    feeds = {
        (UUID(row["connection"]), channel_of(row, definition.media_by)) for row in gathered.media
    }
    feeds |= {(UUID(row["connection"]), KPI) for row in gathered.kpi}
    for connection, channel in feeds:
        days = gathered.coverage[connection].days
        for period in grid.periods:
            if not all(day in days for day in period):
                yield period.since, channel


def _dated(
    definition: CausalDefinition, gathered: Gathered, facts: Sequence[Fact], grid: Grid
) -> Iterator[Fact]:
    if definition.has_events:
        geos, countries = geos_of(facts, definition), _countries(gathered)
        yield from event_facts(gathered.events, definition, grid.periods, geos, countries)
    yield from calendar_facts(gathered.days, definition, grid.periods)


def _countries(gathered: Gathered) -> dict[str, frozenset[str]]:
    """The countries that each geo is told to lie in."""
    told = {(row.get("geo"), row.get("country")) for row in (*gathered.media, *gathered.kpi)}
    told |= {(entry.geo, entry.country) for entry in gathered.series}
    found: defaultdict[str, set[str]] = defaultdict(set)
    for geo, country in told:
        if geo is not None and country is not None:
            found[geo].add(country)
    return {geo: frozenset(countries) for geo, countries in found.items()}


def _require_rates(definition: CausalDefinition, gathered: Gathered, grid: Grid) -> None:
    """BadInput where spend, or a KPI of money, has no rate: zero in its place would be wrong."""
    lacking = [row for row in gathered.media if row["date_basis"] == DateBasis.DELIVERY]
    lacking = [row for row in lacking if row["spend"] is None]
    if definition.kpi.measure is KpiMeasure.REVENUE:
        lacking += [row for row in gathered.kpi if row["conversion_value"] is None]
    times = frozenset(grid.times)
    lacking = [row for row in lacking if row["unconverted"] and row["time"] in times]
    if not lacking:
        return
    first = min(row["time"] for row in lacking)
    sources = ", ".join(sorted({row["source"] for row in lacking}))
    raise BadInput(
        f"{sum(row['unconverted'] for row in lacking)} entries of {sources} have amounts in a "
        f"currency without a rate into {definition.currency}, the first in the period of {first}",
        field="currency",
        mend="export in another currency or from a later day on, or leave their connections out",
    )


def _unconverted(gathered: Gathered) -> Iterator[Exclusion]:
    entries = sum(row["unconverted"] for row in (*gathered.media, *gathered.kpi))
    if entries:
        detail = "amounts in a currency that has no rate into the export's"
        yield Exclusion("NO_EXCHANGE_RATE", entries, detail)
