"""The one relation that attribution rows are read from, made of their definition."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from core.periods import Grain
from core.records.attribution import (
    AttributionDefinition,
    AttributionDimension,
    AttributionFacts,
)
from core.records.connections import Level
from core.records.entries import DateBasis, SeriesRole
from core.scope import TenantScope
from core.units import DateRange
from stores.postgres.conditions import Conditions
from stores.postgres.entries import IS_MATURE, entry_relation
from stores.postgres.quality import POOLED_SCORE, at_least

TENANT, AS_OF, WINDOW = "$1", "$2::timestamptz", ("$3::date", "$4::date")


@dataclass(frozen=True, slots=True)
class KeyColumn:
    """A part of a row's key: its name in AttributionKey, the entry's column, its type.

    `text` is the row's value as text of one collation, in which null is empty: what rows are
    sorted and sought by.
    """

    name: str
    column: str
    read: Callable[[str], Any] = str

    @property
    def text(self) -> str:
        """SQL over the relation `a` of rows."""
        cast = "" if self.read is str else "::text"
        return f"coalesce(a.{self.name}{cast}, '') COLLATE \"C\""


_DIMENSIONS: Final = {
    AttributionDimension.SOURCE: KeyColumn("source", "e.source"),
    AttributionDimension.CONNECTION: KeyColumn("connection", "e.connection_id", UUID),
    AttributionDimension.ACCOUNT: KeyColumn("account", "e.account_id"),
    AttributionDimension.CAMPAIGN: KeyColumn("campaign", "e.campaign", UUID),
    AttributionDimension.COUNTRY: KeyColumn("country", "nullif(e.country, '')"),
    AttributionDimension.GEO: KeyColumn("geo", "nullif(e.geo, '')"),
    AttributionDimension.DEVICE: KeyColumn("device", "nullif(e.device, '')"),
    AttributionDimension.DATE_BASIS: KeyColumn("date_basis", "e.date_basis"),
    AttributionDimension.ATTRIBUTION_SETTING: KeyColumn(
        "attribution_setting", "e.attribution_setting"
    ),
}
_SERIES: Final = (
    KeyColumn("series", "e.entity_id"),
    KeyColumn("series_role", "nullif(e.series_role, '')"),
)


def key_columns(definition: AttributionDefinition) -> tuple[KeyColumn, ...]:
    """The key of the definition's rows after `time`, in the order that rows are sorted by."""
    is_series = definition.facts is AttributionFacts.SERIES
    return (
        KeyColumn("channel", "e.channel"),
        *(_DIMENSIONS[each] for each in AttributionDimension if each in definition.by),
        *(_SERIES if is_series else ()),
        KeyColumn("currency", "e.currency"),
    )


@dataclass(frozen=True, slots=True)
class RateColumns:
    """Rates into the definition's currency, one per day and currency that has one."""

    dates: Sequence[date]
    currencies: Sequence[str]
    rates: Sequence[Decimal]


MEASURES: Final = (
    "entries",
    "days",
    "spend",
    "impressions",
    "clicks",
    "link_clicks",
    "reach",
    "conversions",
    "conversion_value",
    "value",
    "unconverted",
    "is_mature",
    "is_partial",
    "quality",
    "learned_at",
)
"""What a row tells beside its key, its `time` and `until`."""


def rows_relation(
    definition: AttributionDefinition,
    scope: TenantScope,
    as_of: datetime,
    window: DateRange,
    rates: RateColumns | None,
) -> tuple[Conditions, str]:
    """Values to go on with, and a FROM item `a` of the rows whose entries lie in `window`.

    `window` holds whole periods, or as much of them as the definition's dates hold.
    """
    conditions = Conditions(scope.tenant_id, as_of, window.since, window.until)
    _restrict(conditions, definition)
    keys = key_columns(definition)
    converts = rates is not None
    joined = "" if rates is None else _rates(conditions, rates)
    currency = f"'{definition.currency}'::text" if converts else "e.currency"
    named = [f"{currency if key.name == 'currency' else key.column} AS {key.name}" for key in keys]
    since = conditions.parameter(definition.dates.since)
    until = conditions.parameter(definition.dates.until)
    selected = ", ".join(["p.time", "p.until", *named, _measures(converts, since, until)])
    grouped = ", ".join(str(number + 1) for number in range(len(keys) + 2))
    return (
        conditions,
        f"""(
        SELECT {selected}
        FROM {entry_relation(TENANT, AS_OF, WINDOW)}
        CROSS JOIN LATERAL (SELECT {_period(definition)}) s (time)
        CROSS JOIN LATERAL (SELECT s.time, {_UNTIL[definition.grain]}) p (time, until)
        {joined}
        WHERE {conditions}
        GROUP BY {grouped}
    ) a""",
    )


def _period(definition: AttributionDefinition) -> str:
    if definition.grain is Grain.DAY:
        return "e.date"
    if definition.grain is Grain.WEEK:
        into_week = f"(extract(isodow FROM e.date)::int + {7 - definition.week_start}) % 7"
        return f"e.date - {into_week}"
    return "date_trunc('month', e.date::timestamp)::date"


_UNTIL: Final = {
    Grain.DAY: "s.time",
    Grain.WEEK: "s.time + 6",
    Grain.MONTH: "(s.time::timestamp + interval '1 month')::date - 1",
}


def _rates(conditions: Conditions, rates: RateColumns) -> str:
    columns = [conditions.parameter(list(each)) for each in (rates.dates, rates.currencies)]
    values = conditions.parameter(list(rates.rates))
    return (
        f"LEFT JOIN unnest({columns[0]}::date[], {columns[1]}::text[], {values}::numeric[]) "
        "r (date, currency, rate) ON r.date = e.date AND r.currency = e.currency"
    )


# Klaviyo's orders by event date stand in `actions`, for the same orders are in other entries too.
_BY_EVENT: Final = (
    f"CASE WHEN e.date_basis = '{DateBasis.EVENT}' AND e.{{column}} IS NULL "
    "THEN round((e.actions ->> '{name}')::numeric, 6) ELSE e.{column} END"
)
_CONVERSIONS: Final = _BY_EVENT.format(column="conversions", name="orders")
_VALUE: Final = _BY_EVENT.format(column="conversion_value", name="revenue")
_HAS_AMOUNT: Final = f"(e.spend IS NOT NULL OR ({_VALUE}) IS NOT NULL)"
_COVERED: Final = "least(coalesce(e.covers_days, 1), 31)::int"
_COVERS: Final = f"""bit_count((bit_or(
    ((1::bigint << {_COVERED}) - 1) << (e.date - p.time)
) & ((1::bigint << (p.until - p.time + 1)) - 1))::bit(64))"""


def _measures(converts: bool, since: str, until: str) -> str:  # noqa: FBT001 - of two branches
    spend, value = (_sum(each, converts=converts) for each in ("e.spend", _VALUE))
    unconverted = (
        f"count(*) FILTER (WHERE r.rate IS NULL AND {_HAS_AMOUNT})" if converts else "0::bigint"
    )
    return f"""
        count(*) AS entries, {_COVERS} AS days, {spend} AS spend,
        sum(e.impressions)::bigint AS impressions, sum(e.clicks)::bigint AS clicks,
        sum(e.link_clicks)::bigint AS link_clicks,
        CASE WHEN count(*) = 1 THEN max(e.reach) END AS reach,
        sum({_CONVERSIONS}) AS conversions, {value} AS conversion_value, sum(e.value) AS value,
        {unconverted} AS unconverted, bool_and({IS_MATURE}) AS is_mature,
        (p.time < {since}::date OR p.until > {until}::date OR bool_or(
            e.date + coalesce(e.covers_days, 1)::int - 1 > p.until
            OR (p.until >= ({AS_OF} AT TIME ZONE 'UTC')::date - 1
                AND p.until >= ({AS_OF} AT TIME ZONE e.time_zone)::date)
        )) AS is_partial,
        {POOLED_SCORE} AS quality, max(e.learned_at) AS learned_at"""


def _sum(amount: str, *, converts: bool) -> str:
    if not converts:
        return f"sum({amount})"
    # One amount without a rate leaves the sum unknown.
    return (
        f"CASE WHEN count(*) FILTER (WHERE r.rate IS NULL AND ({amount}) IS NOT NULL) = 0 "
        f"THEN sum(round(({amount}) * r.rate, 6)) END"
    )


def _restrict(conditions: Conditions, definition: AttributionDefinition) -> None:
    conditions.add(f"e.date BETWEEN {WINDOW[0]} AND {WINDOW[1]}")
    conditions.add(_FACTS[definition.facts])
    if definition.date_bases:
        conditions.among("e.date_basis", definition.date_bases)
    elif definition.facts is AttributionFacts.MEDIA:
        conditions.among("e.date_basis", (DateBasis.DELIVERY, DateBasis.SEND))
    conditions.among("e.source", definition.sources)
    conditions.among("e.channel", definition.channels)
    conditions.among("e.account_id", definition.accounts)
    conditions.among("e.connection_id", definition.connections)
    conditions.among("e.campaign", definition.campaigns)
    conditions.among("e.level", definition.levels)
    conditions.among("e.country", definition.countries)
    conditions.among("e.geo", definition.geos)
    conditions.among("e.device", definition.devices)
    conditions.among("e.series_role", definition.series_roles)
    conditions.among("e.entity_id", definition.series)
    if definition.min_quality is not None:
        conditions.add(at_least("{}"), definition.min_quality)


_MEDIA_SERIES: Final = ", ".join(
    f"'{each}'" for each in (SeriesRole.SPEND, SeriesRole.IMPRESSIONS, SeriesRole.CLICKS)
)
_ORDERS: Final = (
    f"(e.level = '{Level.ORDER}' "
    f"OR (e.level = '{Level.ACCOUNT}' AND e.date_basis = '{DateBasis.EVENT}'))"
)
_FACTS: Final = {
    AttributionFacts.MEDIA: (
        f"NOT {_ORDERS} AND (e.series_role IS NULL OR e.series_role IN ({_MEDIA_SERIES}))"
    ),
    AttributionFacts.ORDERS: _ORDERS,
    AttributionFacts.SERIES: f"e.level = '{Level.SERIES}'",
}
"""What each kind of facts is made of."""
