"""The wide table: one row per geo and period, one column for each thing that a model reads."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

from core.causal import CausalDefinition
from core.errors import BadInput
from core.records.causal import Exclusion
from transform.export.columns import ColumnKey, Role, WideColumn, named
from transform.export.facts import Fact
from transform.export.gaps import without_gaps
from transform.export.series import EXACT
from transform.export.units import unit_of

Floats: TypeAlias = npt.NDArray[np.float64]
Truths: TypeAlias = npt.NDArray[np.bool_]
Place: TypeAlias = "tuple[str | None, date]"
Unread: TypeAlias = "Collection[tuple[date, str]]"
"""Periods and channels of which not every day was read."""

MOST_COLUMNS: Final = 1_000

NATIONAL: Final = frozenset({Role.CONTROL, Role.TREATMENT, Role.EVENT, Role.CALENDAR})
"""What holds for every geo where it is told for none."""
_BY_CHANNEL: Final = {Role.MEDIA, Role.REACH, Role.FREQUENCY}


@dataclass(frozen=True, slots=True)
class WideTable:
    """Rows sorted by geo and time; the arrays have a row for each of them and a column for each.

    Every value is there and finite. `is_imputed`: no source told it, and zero stands for it.
    `quality` is NaN where nothing was assessed.
    """

    places: tuple[Place, ...]
    columns: tuple[WideColumn, ...]
    numbers: Floats
    is_imputed: Truths
    is_mature: Truths
    quality: Floats

    @property
    def has_geo(self) -> bool:
        """Whether rows are told apart by geo."""
        return self.places[0][0] is not None

    def of_role(self, *roles: Role) -> tuple[WideColumn, ...]:
        """The columns of these roles, in the order of the table."""
        return tuple(each for each in self.columns if each.key.role in roles)


@dataclass(slots=True)
class _Cell:
    amount: Decimal
    is_mature: bool
    quality: float | None

    def add(self, fact: Fact) -> None:
        self.amount = EXACT.add(self.amount, fact.amount)
        self.is_mature = self.is_mature and fact.is_mature
        known = [each for each in (self.quality, fact.quality) if each is not None]
        self.quality = min(known, default=None)


Cells: TypeAlias = "dict[ColumnKey, dict[Place, _Cell]]"


@dataclass(frozen=True, slots=True)
class Assembled:
    """The table and what did not go into it."""

    table: WideTable
    exclusions: tuple[Exclusion, ...]


def assembled(
    facts: Iterable[Fact],
    definition: CausalDefinition,
    times: Sequence[date],
    unread: Unread = frozenset(),
) -> Assembled:
    """Facts of the periods that begin at `times` as a wide table; facts of others are passed over.

    BadInput when the KPI has gaps, or a series that the definition names.
    """
    wanted = frozenset(times)
    inside = by_channel([fact for fact in facts if fact.time in wanted])
    geos = geos_of(inside, definition)
    places = tuple((geo, time) for geo in geos for time in sorted(wanted))
    cells, strays = _cells(inside, geos, places)
    _require_few(cells)
    cells, dropped = without_gaps(cells, places, definition)
    _derive_revenue(cells)
    table = _table(cells, places, definition, unread)
    return Assembled(table, (*strays, *dropped))


def _require_few(cells: Cells) -> None:
    """BadInput for more columns than a model, or the checks of correlations, could ever take."""
    if len(cells) <= MOST_COLUMNS:
        return
    channels = len({key.channel for key in cells} - {None})
    raise BadInput(
        f"the table would have {len(cells):,} columns, of {channels:,} channels, but may have "
        f"{MOST_COLUMNS:,}",
        field="channels",
        mend="name channels, or let channel rules count rows to fewer of them",
    )


def geos_of(facts: Iterable[Fact], definition: CausalDefinition) -> tuple[str | None, ...]:
    """The geos that the KPI has; (None,) where none are told apart."""
    if definition.geo is None:
        return (None,)
    told = {fact.geo for fact in facts if fact.key.role is Role.KPI}
    return tuple(sorted(geo for geo in told if geo is not None))


def by_channel(facts: Sequence[Fact]) -> list[Fact]:
    """The facts, those of channels without any spend as organic media."""
    paid = {fact.key.channel for fact in facts if fact.key.role is Role.MEDIA_SPEND}
    return [
        replace(fact, key=replace(fact.key, role=Role.ORGANIC))
        if fact.key.role in _BY_CHANNEL and fact.key.channel not in paid
        else fact
        for fact in facts
    ]


def _cells(
    facts: Iterable[Fact], geos: Sequence[str | None], places: Sequence[Place]
) -> tuple[Cells, list[Exclusion]]:
    cells: Cells = defaultdict(dict)
    strays: defaultdict[str, defaultdict[tuple[Place, str], Counter[ColumnKey]]]
    strays = defaultdict(lambda: defaultdict(Counter))
    known = frozenset(places)
    for fact in facts:
        everywhere = fact.geo is None and fact.key.role in NATIONAL
        for geo in geos if everywhere else (fact.geo,):
            place = (geo, fact.time)
            if place in known:
                _put(cells[fact.key], place, fact)
            else:
                whose = fact.key.channel or fact.key.series or fact.key.role.lower()
                reason = "GEO_UNKNOWN" if geo is None else "GEO_WITHOUT_KPI"
                strays[reason][place, whose][fact.key] += fact.entries
    return cells, [_stray(reason, found) for reason, found in sorted(strays.items())]


def _put(column: dict[Place, _Cell], place: Place, fact: Fact) -> None:
    if place in column:
        column[place].add(fact)
    else:
        column[place] = _Cell(fact.amount, fact.is_mature, fact.quality)


def _stray(reason: str, found: Mapping[tuple[Place, str], Counter[ColumnKey]]) -> Exclusion:
    """Entries count once, however many metrics they tell."""
    rows = sum(max(each.values()) for each in found.values())
    whose = sorted({name for _, name in found})
    geos = sorted({geo for (geo, _), _ in found if geo is not None})
    why = f"geos without a KPI ({', '.join(geos)})" if geos else "told for no geo"
    return Exclusion(reason, rows, f"{', '.join(whose)}: {why}")


def _derive_revenue(cells: Cells) -> None:
    """Revenue of orders becomes revenue per order, where there is an order."""
    key = ColumnKey(Role.REVENUE_PER_KPI, metric="revenue")
    revenue = cells.pop(key, None)
    if revenue is None:
        return
    counts = next(column for each, column in cells.items() if each.role is Role.KPI)
    cells[ColumnKey(Role.REVENUE_PER_KPI)] = {
        place: replace_amount(cell, EXACT.divide(cell.amount, counts[place].amount))
        for place, cell in revenue.items()
        if place in counts and counts[place].amount
    }


def replace_amount(cell: _Cell, amount: Decimal) -> _Cell:
    """The cell with another amount."""
    return _Cell(amount, cell.is_mature, cell.quality)


def _table(
    cells: Cells, places: tuple[Place, ...], definition: CausalDefinition, unread: Unread
) -> WideTable:
    names = named(cells)
    columns = tuple(WideColumn(name, key, unit_of(key, definition)) for key, name in names.items())
    shape = (len(places), len(columns))
    numbers, quality = np.zeros(shape), np.full(shape, np.nan)
    is_imputed, is_mature = np.zeros(shape, bool), np.ones(shape, bool)
    for at, column in enumerate(columns):
        found = cells[column.key]
        for row, place in enumerate(places):
            cell = found.get(place)
            if cell is None:
                is_imputed[row, at] = _is_unknown(column.key, place, unread)
                continue
            # The nearest double of the exact value; adding 0.0 leaves no negative zero.
            numbers[row, at] = float(cell.amount) + 0.0
            is_mature[row, at] = cell.is_mature
            quality[row, at] = np.nan if cell.quality is None else cell.quality
    return WideTable(places, columns, numbers, is_imputed, is_mature, quality)


def _is_unknown(key: ColumnKey, place: Place, unread: Unread) -> bool:
    """Whether no source told that a cell is zero."""
    if key.role in {Role.EVENT, Role.CALENDAR}:
        return False
    if key.role is Role.REVENUE_PER_KPI or (key.channel is None and key.role is not Role.KPI):
        return True
    return (place[1], key.channel or "") in unread
