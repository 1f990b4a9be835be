"""Events of the tenant and facts of its calendar as columns of the wide table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Final

from core.causal import CalendarColumn, CausalDefinition, GeoBy
from core.periods import period_of
from core.records.calendar import CalendarDayRecord, CalendarEvent
from core.units import DateRange
from transform.export.columns import ColumnKey, Role
from transform.export.facts import Fact
from transform.export.series import EXACT

_COUNTED: Final[Mapping[CalendarColumn, Callable[[CalendarDayRecord], bool]]] = {
    CalendarColumn.HOLIDAYS: lambda day: day.is_holiday,
    CalendarColumn.WEEKEND_DAYS: lambda day: day.is_weekend,
    CalendarColumn.RETAIL_EVENTS: lambda day: bool(day.retail_events),
}


def event_facts(
    events: Iterable[CalendarEvent],
    definition: CausalDefinition,
    periods: Sequence[DateRange],
    geos: Sequence[str | None],
    countries: Mapping[str, frozenset[str]],
) -> Iterator[Fact]:
    """The share of each period's days on which an event lasted; events of one name together.

    An event of some geos is 0 in the others. Without geos it counts wherever it was. One of whole
    countries counts in each of their geos, by `countries`: where a geo is known to lie.
    """
    days: dict[tuple[str, str | None], set[int]] = {}
    for event in events:
        lasted = range(event.since.toordinal(), event.until.toordinal() + 1)
        for geo in geos:
            found = days.setdefault((event.name, geo), set())
            if _touches(event, geo, definition.geo, countries):
                found.update(lasted)
    for (name, geo), lasted_on in days.items():
        for period in periods:
            count = sum(day.toordinal() in lasted_on for day in period)
            share = EXACT.divide(Decimal(count), Decimal(period.days))
            yield _certain(period, geo, ColumnKey(Role.EVENT, series=name), share)


def calendar_facts(
    days: Iterable[CalendarDayRecord],
    definition: CausalDefinition,
    periods: Sequence[DateRange],
) -> Iterator[Fact]:
    """How many days of each period are what the definition asks for."""
    kept = list(days)
    for column in definition.calendar:
        key = ColumnKey(Role.CALENDAR, metric=column.lower())
        counted = Counter(
            period_of(day.date, definition.grain, definition.week_start).since
            for day in kept
            if _COUNTED[column](day)
        )
        for period in periods:
            yield _certain(period, None, key, Decimal(counted[period.since]))


def _touches(
    event: CalendarEvent,
    geo: str | None,
    by: GeoBy | None,
    countries: Mapping[str, frozenset[str]],
) -> bool:
    if geo is None or not (event.countries or event.geos):
        return True
    if by is GeoBy.COUNTRY:
        return geo in (event.countries or map(_country, event.geos))
    if event.geos:
        return geo in event.geos
    return not {_country(geo), *countries.get(geo, ())}.isdisjoint(event.countries)


def _country(geo: str) -> str:
    """The country of a geo that is told by ISO 3166-2; of another, nothing that is a country."""
    return geo.partition("-")[0]


def _certain(period: DateRange, geo: str | None, key: ColumnKey, amount: Decimal) -> Fact:
    return Fact(period.since, geo, key, amount, entries=0, is_mature=True, quality=None)
