"""The regular grid of an export: which periods it has, and why others are cut."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import takewhile
from uuid import UUID

from core.causal import CausalDefinition
from core.errors import BadInput
from core.periods import periods
from core.records.causal import Coverage, Exclusion
from core.units import DateRange

Entries = Mapping[date, int]
"""How many entries there are in the period that begins on a day."""


@dataclass(frozen=True, slots=True)
class Grid:
    """The periods of an export, oldest first and without a gap; `exclusions`: what was cut.

    `mature_until` is the last day up to which everything has settled; None where nothing has.
    """

    periods: tuple[DateRange, ...]
    mature_until: date | None
    exclusions: tuple[Exclusion, ...]

    @property
    def times(self) -> tuple[date, ...]:
        """The first day of each period."""
        return tuple(each.since for each in self.periods)


@dataclass(frozen=True, slots=True)
class Known:
    """What decides over the grid. `kpi` are the days that the KPI is known of, both ends included.

    `feeding`: the connections that media and KPI come from.
    """

    kpi: DateRange
    entries: Entries
    coverage: Mapping[UUID, Coverage]
    feeding: frozenset[UUID]
    immature: frozenset[date]
    """Periods with a fact that has not settled."""


def grid_of(definition: CausalDefinition, known: Known) -> Grid:
    """The periods that are whole, known and settled; BadInput when there are none."""
    every = tuple(periods(definition.dates, definition.grain, definition.week_start))
    whole = _within(every, definition.dates)
    told = _within(whole, known.kpi)
    settled = _settled(told, known)
    kept = settled if definition.cuts_immature else told
    exclusions = (
        *_cut("PARTIAL_PERIODS", every, whole, known.entries, "not wholly in the dates"),
        *_cut("KPI_UNKNOWN", whole, told, known.entries, "before or after what the KPI tells"),
        *_cut("IMMATURE_PERIODS", told, kept, known.entries, "not settled yet, or not read"),
    )
    if not kept:
        raise _nothing_left(definition, exclusions)
    return Grid(kept, settled[-1].until if settled else None, exclusions)


def _settled(found: Sequence[DateRange], known: Known) -> tuple[DateRange, ...]:
    """Without the periods at the end that may still move; those within stay, and are marked."""
    asked = [
        known.coverage[each]
        for each in sorted(known.feeding)
        if each in known.coverage and known.coverage[each].is_in_use
    ]
    loose = takewhile(
        lambda period: (
            period.since in known.immature
            or not all(day in each.days and each.days[day] for each in asked for day in period)
        ),
        reversed(found),
    )
    return tuple(found[: len(found) - len(tuple(loose))])


def _within(found: Sequence[DateRange], dates: DateRange) -> tuple[DateRange, ...]:
    return tuple(each for each in found if dates.since <= each.since and each.until <= dates.until)


def _cut(
    reason: str,
    before: Sequence[DateRange],
    after: Sequence[DateRange],
    entries: Entries,
    why: str,
) -> list[Exclusion]:
    """An exclusion for what `before` has and `after` has not; none when they are the same."""
    kept = {each.since for each in after}
    gone = [each for each in before if each.since not in kept]
    if not gone:
        return []
    days = DateRange.of_days(day for each in gone for day in each)
    spans = ", ".join(f"{span.since} to {span.until}" for span in reversed(days))
    rows = sum(entries.get(each.since, 0) for each in gone)
    count = "1 period" if len(gone) == 1 else f"{len(gone)} periods"
    return [Exclusion(reason, rows, f"{count} {why}: {spans}")]


def _nothing_left(definition: CausalDefinition, cut: Sequence[Exclusion]) -> BadInput:
    why = "; ".join(each.detail for each in cut)
    dates = definition.dates
    return BadInput(
        f"no period of {dates.since} to {dates.until} is whole, settled and known: {why}",
        field="dates",
        mend="widen the dates, wait until they have settled, or keep immature periods",
    )
