"""The one relation that attribution rows are read from, made of their definition."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, TypeAlias

from core.periods import Grain
from core.records.attribution import (
    AttributionDefinition,
    AttributionDimension,
    AttributionFacts,
)
from core.records.pages import PageRequest
from core.scope import TenantScope
from core.units import DateRange
from stores.postgres.attribution_filters import restrict
from stores.postgres.attribution_parts import (
    AS_OF,
    IN_WINDOW,
    Kept,
    RateColumns,
    apart_join,
    entry_parts,
    sum_parts,
)
from stores.postgres.conditions import Conditions
from stores.postgres.key_columns import DIMENSIONS, SERIES_KEYS, KeyColumn
from stores.postgres.paging import Ordering
from stores.postgres.quality import pooled_score


def key_columns(definition: AttributionDefinition) -> tuple[KeyColumn, ...]:
    """The key of the definition's rows after `time`, in the order that rows are sorted by."""
    is_series = definition.facts is AttributionFacts.SERIES
    return (
        KeyColumn("channel", "e.channel"),
        *(DIMENSIONS[each] for each in AttributionDimension if each in definition.by),
        *(SERIES_KEYS if is_series else ()),
        KeyColumn("currency", "e.currency"),
    )


_Fold: TypeAlias = Callable[[str, str], str]
"""Makes one of an expression over several parts: an aggregate, and what it is of."""


def _together(aggregate: str, expression: str) -> str:
    return f"{aggregate}({expression})"


def _alone(aggregate: str, expression: str) -> str:
    """Where a row has one part, of which each of these aggregates is the part's own value."""
    del aggregate
    return f"({expression})"


_BITS: Final = "((1::bigint << least(e.covers, 31)) - 1) << (e.date - s.time)"
_WITHIN: Final = "((1::bigint << ({until} - s.time + 1)) - 1)"
_REACHES_ON: Final = f"""
    e.date + e.covers - 1 > {{until}}
    OR ({{until}} >= ({AS_OF} AT TIME ZONE 'UTC')::date - 1
        AND {{until}} >= ({AS_OF} AT TIME ZONE e.time_zone)::date)"""


def _measured(fold: _Fold) -> dict[str, str]:
    """SQL over parts `e` of periods `s`.

    `{until}` stands for a period's last day, `{since}` and `{last}` for the definition's.
    """

    def summed(name: str) -> str:
        return fold("sum", f"e.{name}")

    return {
        "until": "{until}",
        "entries": f"{summed('entries')}::bigint",
        "days": f"bit_count(({fold('bit_or', _BITS)} & {_WITHIN})::bit(64))",
        "spend": summed("spend"),
        "impressions": f"{summed('impressions')}::bigint",
        "clicks": f"{summed('clicks')}::bigint",
        "link_clicks": f"{summed('link_clicks')}::bigint",
        "reach": f"CASE WHEN {summed('entries')} = 1 THEN {fold('max', 'e.reach')} END",
        "conversions": summed("conversions"),
        "conversion_value": summed("conversion_value"),
        "value": summed("value"),
        "unconverted": f"{summed('unconverted')}::bigint",
        "is_mature": fold("bool_and", "e.is_mature"),
        "is_partial": (
            "(s.time < {since}::date OR {until} > {last}::date OR "
            f"{fold('bool_or', _REACHES_ON)})"
        ),
        "quality": pooled_score(lambda weights: fold("sum", weights)),
        "learned_at": fold("max", "e.learned_at"),
    }


def _converted(name: str, flag: str) -> str:
    # One amount without a rate leaves the sum unknown.
    return f"CASE WHEN NOT bool_or(e.{flag}) THEN sum(e.{name}) END"


OF_MANY: Final = _measured(_together)
_OF_ONE: Final = _measured(_alone)
AT_RATES: Final = OF_MANY | {
    "spend": _converted("spend", "spend_unknown"),
    "conversion_value": _converted("conversion_value", "value_unknown"),
}

MEASURES: Final = tuple(name for name in OF_MANY if name != "until")
"""What a row tells beside its key, its `time` and `until`."""


@dataclass(frozen=True, slots=True)
class Selection:
    """What rows are read from, and what of them: `kept` sums if any, at `rates` if any.

    Each row has one part alone if `is_alone`: nothing needs to be grouped.
    """

    rates: RateColumns | None = None
    kept: Kept | None = None
    measures: Collection[str] = tuple(OF_MANY)
    is_alone: bool = False


@dataclass(frozen=True, slots=True)
class RowsQuery:
    """Rows whose entries lie in a window: what is selected, from what, by `keys`.

    The columns are `time`, the key's, and the selection's measures. Where a row has one part alone
    nothing is grouped.
    """

    conditions: Conditions
    selected: str
    source: str
    keys: tuple[KeyColumn, ...]
    is_alone: bool = False

    @property
    def relation(self) -> str:
        """A FROM item `a` of all rows, in the order of their keys."""
        order = ", ".join(["1", *(f"{number + 2} NULLS FIRST" for number in range(len(self.keys)))])
        return f"(SELECT {self.selected} FROM {self.source} {self._grouped} ORDER BY {order}) a"

    def page(self, request: PageRequest) -> str:
        """A FROM item `a` of the rows of a page and one more, in the order of the walk."""
        parsers: tuple[Callable[[str], Any], ...]
        parsers = (date.fromisoformat, *(str for _ in self.keys))
        beyond = Conditions()
        beyond.values = self.conditions.values
        Ordering(("s.time", *(key.text for key in self.keys)), parsers).seek(beyond, request)
        way = "DESC NULLS LAST" if request.backward else "ASC NULLS FIRST"
        # A day is never null: said so of it, the order of the index would not be that of rows.
        time = "1 DESC" if request.backward else "1"
        order = ", ".join([time, *(f"{number + 2} {way}" for number in range(len(self.keys)))])
        return (
            f"(SELECT {self.selected} FROM {self.source} WHERE {beyond} {self._grouped} "
            f"ORDER BY {order} LIMIT {request.size + 1}) a"
        )

    @property
    def _grouped(self) -> str:
        if self.is_alone:
            return ""
        return "GROUP BY " + ", ".join(str(number + 1) for number in range(len(self.keys) + 1))


def rows_query(
    definition: AttributionDefinition,
    scope: TenantScope,
    as_of: datetime,
    window: DateRange,
    selection: Selection,
) -> RowsQuery:
    """The rows of `window`: whole periods, or as much of them as the definition's dates hold."""
    conditions = Conditions(scope.tenant_id, as_of, window.since, window.until)
    conditions.add(IN_WINDOW)
    restrict(conditions, definition)
    parts = parts_of(conditions, selection)
    keys = key_columns(definition)
    if selection.rates is not None:
        keys = (*keys[:-1], KeyColumn("currency", f"'{definition.currency}'::text"))
    named = [f"{key.sorted} AS {key.name}" for key in keys]
    told = ", ".join(["s.time", *named, *_measures(conditions, definition, selection)])
    source = f"({parts}) e CROSS JOIN LATERAL (SELECT {_period(definition)}) s (time)"
    return RowsQuery(conditions, told, source, keys, selection.is_alone)


_OF_DAYS: Final = frozenset({"is_mature", "is_partial"})
"""What follows from days, and from no entry."""


def parts_of(conditions: Conditions, selection: Selection) -> str:
    """A SELECT of the parts `e` that `conditions` hold: entries, sums of days, or both."""
    where, kept = str(conditions), selection.kept
    if kept is None:
        return entry_parts(conditions, where, selection.rates)
    tells_days = not _OF_DAYS.isdisjoint(selection.measures)
    sums = sum_parts(conditions, where, kept, tells_days=tells_days)
    if not kept.apart:
        return sums
    return f"{sums} UNION ALL {entry_parts(conditions, where, None, apart_join(conditions, kept))}"


def _measures(
    conditions: Conditions, definition: AttributionDefinition, selection: Selection
) -> Iterator[str]:
    measured = _OF_ONE if selection.is_alone else OF_MANY
    if selection.rates is not None:
        measured = AT_RATES
    ends = {"until": _UNTIL[definition.grain]}
    if "is_partial" in selection.measures:
        dates = definition.dates
        ends |= {
            "since": conditions.parameter(dates.since),
            "last": conditions.parameter(dates.until),
        }
    for name, sql in measured.items():
        if name in selection.measures:
            yield f"{sql.format(**ends)} AS {name}"


def _period(definition: AttributionDefinition) -> str:
    if definition.grain is Grain.DAY:
        return "e.date"
    if definition.grain is Grain.WEEK:
        into_week = f"(extract(isodow FROM e.date)::int + {7 - definition.week_start}) % 7"
        return f"e.date - {into_week}"
    return "date_trunc('month', e.date::timestamp)::date"


_UNTIL: Final = {
    Grain.DAY: "s.time",
    Grain.WEEK: "(s.time + 6)",
    Grain.MONTH: "((s.time::timestamp + interval '1 month')::date - 1)",
}
