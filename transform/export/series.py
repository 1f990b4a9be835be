"""Series of files as facts of periods.

What flows (spend, exposure, organic media, a KPI) is added up. What is a level (a control, a
treatment, population) is averaged over the days of a period. Revenue per KPI and frequency are
averages already: they are weighed with what they are per. Reach cannot be added up at all.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Context, Decimal
from functools import reduce
from typing import Final, TypeAlias

from core.causal import CausalDefinition, GeoBy, KpiMeasure
from core.errors import BadInput
from core.periods import Grain, Weekday, period_of
from core.records.causal import SeriesEntry
from core.records.entries import SeriesRole
from core.units import MONEY_SCALE, DateRange
from transform.export.columns import ColumnKey, Role
from transform.export.facts import Fact

Rate: TypeAlias = Callable[[date, str], Decimal]
"""What one unit of a currency was worth in the export's on a day."""

EXACT: Final = Context(prec=60)
_MICROS: Final = Decimal(1).scaleb(-MONEY_SCALE)
_WEEK: Final = 7
_MONEY: Final = frozenset({SeriesRole.SPEND, SeriesRole.REVENUE_PER_KPI})
_LEVELS: Final = frozenset({SeriesRole.CONTROL, SeriesRole.TREATMENT, SeriesRole.POPULATION})
_WEIGHED: Final = {
    SeriesRole.REVENUE_PER_KPI: SeriesRole.KPI,
    SeriesRole.FREQUENCY: SeriesRole.REACH,
}
_ROLES: Final = {
    SeriesRole.SPEND: Role.MEDIA_SPEND,
    SeriesRole.IMPRESSIONS: Role.MEDIA,
    SeriesRole.CLICKS: Role.MEDIA,
    SeriesRole.EXPOSURE: Role.MEDIA,
    SeriesRole.REACH: Role.REACH,
    SeriesRole.FREQUENCY: Role.FREQUENCY,
    SeriesRole.KPI: Role.KPI,
    SeriesRole.REVENUE_PER_KPI: Role.REVENUE_PER_KPI,
    SeriesRole.POPULATION: Role.POPULATION,
    SeriesRole.CONTROL: Role.CONTROL,
    SeriesRole.ORGANIC: Role.ORGANIC,
    SeriesRole.TREATMENT: Role.TREATMENT,
}
_Cell: TypeAlias = "tuple[date, str | None, ColumnKey]"
_Place: TypeAlias = "tuple[date, str | None, str | None, SeriesRole, str]"


def key_of(entry: SeriesEntry) -> ColumnKey:
    """The column that an entry belongs to."""
    role = _ROLES[entry.role]
    if role is Role.KPI:
        return ColumnKey(role, metric="value")
    if role in {Role.REVENUE_PER_KPI, Role.POPULATION}:
        return ColumnKey(role)
    if role is Role.ORGANIC:
        return ColumnKey(role, series=entry.name)
    if role in {Role.CONTROL, Role.TREATMENT}:
        return ColumnKey(role, series=entry.name, origin=str(entry.connection_id))
    is_named = entry.role is SeriesRole.EXPOSURE
    return ColumnKey(
        role, entry.channel, entry.role.lower(), series=entry.name if is_named else None
    )


def series_facts(
    entries: Sequence[SeriesEntry], definition: CausalDefinition, rate: Rate
) -> list[Fact]:
    """A fact for each cell that entries tell; BadInput where they do not fit the periods."""
    cells: defaultdict[_Cell, list[SeriesEntry]] = defaultdict(list)
    for entry in entries:
        time = _period(entry, definition).since
        cells[time, geo_of_entry(entry, definition.geo), key_of(entry)].append(entry)
    rolled = _Rolled(definition, rate, {_place(each): each.value for each in entries})
    return [rolled.fact(cell, found) for cell, found in cells.items()]


def geo_of_entry(entry: SeriesEntry, geo: GeoBy | None) -> str | None:
    """The geo of an entry; None where none are told apart, or the entry has none."""
    if geo is None:
        return None
    return entry.country if geo is GeoBy.COUNTRY else entry.geo


@dataclass(frozen=True, slots=True)
class _Rolled:
    """Entries of a cell as one number; `values` holds every entry by its place."""

    definition: CausalDefinition
    rate: Rate
    values: Mapping[_Place, Decimal]

    def fact(self, cell: _Cell, entries: Sequence[SeriesEntry]) -> Fact:
        time, geo, key = cell
        known = [each.quality for each in entries if each.quality is not None]
        return Fact(
            time=time,
            geo=geo,
            key=key,
            amount=self._amount(entries),
            entries=len(entries),
            is_mature=all(each.is_mature for each in entries),
            quality=min(known, default=None),
        )

    def _amount(self, entries: Sequence[SeriesEntry]) -> Decimal:
        role = entries[0].role
        values = [self._converted(each) for each in entries]
        if len(values) == 1:
            return values[0]
        if role is SeriesRole.REACH:
            raise _not_added_up(entries)
        if role in _WEIGHED:
            return _mean(values, [self._weight(each) for each in entries])
        if role is SeriesRole.POPULATION:
            days = len({each.date for each in entries})
            return EXACT.divide(_sum(values), Decimal(days))
        return _mean(values) if role in _LEVELS else _sum(values)

    def _converted(self, entry: SeriesEntry) -> Decimal:
        kpi = self.definition.kpi
        is_money = entry.role in _MONEY or (
            entry.role is SeriesRole.KPI and kpi.measure is KpiMeasure.REVENUE
        )
        if not is_money or entry.currency == self.definition.currency:
            return entry.value
        factor = self.rate(entry.date, entry.currency)
        return EXACT.multiply(entry.value, factor).quantize(_MICROS, ROUND_HALF_UP, EXACT)

    def _weight(self, entry: SeriesEntry) -> Decimal:
        return self.values.get(_place(entry, _WEIGHED[entry.role]), Decimal(0))


def _place(entry: SeriesEntry, role: SeriesRole | None = None) -> _Place:
    """Where an entry stands, or the one of `role` that it is weighed with."""
    channel = entry.channel if (role or entry.role) is SeriesRole.REACH else ""
    return entry.date, entry.country, entry.geo, role or entry.role, channel


def _sum(values: Sequence[Decimal]) -> Decimal:
    return reduce(EXACT.add, values)


def _mean(values: Sequence[Decimal], weights: Sequence[Decimal] = ()) -> Decimal:
    """Weighed, unless there are no weights or they come to nothing."""
    total = _sum(weights) if weights else Decimal(0)
    if not total:
        return EXACT.divide(_sum(values), Decimal(len(values)))
    weighed = [EXACT.multiply(*pair) for pair in zip(values, weights, strict=True)]
    return EXACT.divide(_sum(weighed), total)


def _period(entry: SeriesEntry, definition: CausalDefinition) -> DateRange:
    period = period_of(entry.date, definition.grain, definition.week_start)
    if entry.until > period.until:
        raise _too_coarse(entry, definition)
    return period


def _too_coarse(entry: SeriesEntry, definition: CausalDefinition) -> BadInput:
    said = f"{entry.name!r} has values of {entry.covers_days} days, such as that of {entry.date}"
    period = period_of(entry.date, definition.grain, definition.week_start)
    if entry.covers_days == _WEEK:
        weekday = Weekday(entry.date.isoweekday()).name
        mend = f"export by WEEK, with weeks that start on {weekday}, or leave the series out"
        field = "weekStart" if definition.grain is Grain.WEEK else "grain"
    else:
        mend, field = "export by a coarser grain, or leave the series out", "grain"
    return BadInput(
        f"{said}, which do not lie in one {definition.grain.lower()} ({period.since} to "
        f"{period.until})",
        field=field,
        mend=mend,
    )


def _not_added_up(entries: Sequence[SeriesEntry]) -> BadInput:
    name, day = entries[0].name, entries[0].date
    return BadInput(
        f"the reach {name!r} has {len(entries)} values in the period of {day}: people who were "
        "reached cannot be added up",
        field="grain",
        mend="export by the grain and geo of the file, or leave the channel out",
    )
