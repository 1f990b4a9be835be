"""What attribution rows are summed from, as a relation `e`: entries one by one, or sums of a day.

Both have the same columns: those that rows are kept apart and filtered by, SUMMED, and of their day
`time_zone` and `is_mature`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final
from uuid import UUID

from core.records.entries import DateBasis
from stores.postgres.conditions import Conditions
from stores.postgres.entries import IS_MATURE, PUSHED, entry_relation
from stores.postgres.quality import WEIGHED

TENANT, AS_OF, WINDOW = "$1", "$2::timestamptz", ("$3::date", "$4::date")
IN_WINDOW: Final = f"e.date BETWEEN {WINDOW[0]} AND {WINDOW[1]}"

COARSE: Final = (
    "source",
    "account_id",
    "level",
    "channel",
    "currency",
    "date_basis",
    "attribution_setting",
    "series_role",
)
DETAILS: Final = ("campaign", "country", "geo", "device", "entity_id")
"""By what sums are kept apart, beside day and connection: all of them, or the detailed alone.

Entries have other entities than series too; they are not kept apart by those.
"""

# Klaviyo's orders by event date stand in `actions`, for the same orders are in other entries too.
_BY_EVENT: Final = (
    f"CASE WHEN e.date_basis = '{DateBasis.EVENT}' AND e.{{column}} IS NULL "
    "THEN round((e.actions ->> '{name}')::numeric, 6) ELSE e.{column} END"
)
OF_ENTRY: Final[Mapping[str, str]] = {
    "entries": "1::bigint",
    "covers": "least(coalesce(e.covers_days, 1), 100000)::int",
    "spend": "e.spend",
    "impressions": "e.impressions",
    "clicks": "e.clicks",
    "link_clicks": "e.link_clicks",
    "reach": "e.reach",
    "conversions": _BY_EVENT.format(column="conversions", name="orders"),
    "conversion_value": _BY_EVENT.format(column="conversion_value", name="revenue"),
    "value": "e.value",
    **WEIGHED,
    "learned_at": "e.learned_at",
}
"""What of an entry goes into a row, by name."""

TOGETHER: Final = {"covers": "max", "reach": "max", "learned_at": "max"}
"""How parts make one; what is not told here is added up."""

SUMMED: Final = tuple(OF_ENTRY)
_SERIES_ALONE: Final = "CASE WHEN e.level = 'SERIES' THEN e.entity_id END"


def _folded() -> str:
    apart = ", ".join(f"e.{name}" for name in COARSE)
    details = ", ".join(_SERIES_ALONE if name == "entity_id" else f"e.{name}" for name in DETAILS)
    sums = ", ".join(f"{TOGETHER.get(name, 'sum')}({OF_ENTRY[name]})" for name in SUMMED)
    key = f"e.date, e.connection_id, {apart}"
    names = ", ".join((*COARSE, *DETAILS, *SUMMED))
    is_detailed = "(grouping(e.campaign) = 0)"
    number = f"row_number() OVER (PARTITION BY {is_detailed}, e.date, e.connection_id)"
    return f"""
INSERT INTO attribution_sum (tenant_id, is_detailed, date, connection_id, number, {names})
SELECT $1, {is_detailed}, e.date, e.connection_id, {number}, {apart}, {details}, {sums}
FROM unnest($2::date[], $3::uuid[]) d (date, connection_id)
JOIN marketing_entry e ON e.tenant_id = $1 AND e.date = d.date
    AND e.connection_id = d.connection_id AND e.is_present AND e.date = ANY($2)
GROUP BY GROUPING SETS (({key}), ({key}, {details}))"""


FOLD: Final = _folded()
"""Makes the sums of the days $2 of the connections $3, pair by pair."""

FORMULA: Final = hashlib.sha256(FOLD.encode()).hexdigest()[:16]
"""What sums were made by: those of another release are not read."""


@dataclass(frozen=True, slots=True)
class RateColumns:
    """Rates into the definition's currency, one per day and currency that has one."""

    dates: Sequence[date]
    currencies: Sequence[str]
    rates: Sequence[Decimal]


@dataclass(frozen=True, slots=True)
class Kept:
    """That sums are read instead of entries, but those of the days in `apart`.

    `a_day` is how many sums a day has, about. `is_alone`: no two of them are of one row.
    """

    is_detailed: bool
    a_day: int
    apart: Sequence[tuple[date, UUID]] = ()
    is_alone: bool = False


def entry_parts(
    conditions: Conditions, where: str, rates: RateColumns | None, joined: str = ""
) -> str:
    """A SELECT of every entry that `where` holds and `joined` leaves, at rates if there are any."""
    amounts = dict(OF_ENTRY)
    unknown = _RATELESS
    if rates is not None:
        joined += _rates(conditions, rates)
        spend, value = amounts["spend"], amounts["conversion_value"]
        amounts["spend"] = f"round(({spend}) * r.rate, 6)"
        amounts["conversion_value"] = f"round(({value}) * r.rate, 6)"
        unknown = (
            f"(r.rate IS NULL AND ({spend} IS NOT NULL OR ({value}) IS NOT NULL))::int::bigint "
            f"AS unconverted, r.rate IS NULL AND {spend} IS NOT NULL AS spend_unknown, "
            f"r.rate IS NULL AND ({value}) IS NOT NULL AS value_unknown"
        )
    told = ", ".join(f"{sql} AS {name}" for name, sql in amounts.items())
    names = ", ".join(f"e.{name}" for name in ("date", "connection_id", *COARSE, *DETAILS))
    return (
        f"SELECT {names}, {told}, {unknown}, e.time_zone, {IS_MATURE} AS is_mature "
        f"FROM {entry_relation(TENANT, AS_OF, WINDOW)} {joined} WHERE {where}"
    )


_COLUMNS: Final = ", ".join(
    f"e.{name}" for name in ("date", "connection_id", *COARSE, *DETAILS, *SUMMED)
)
_RATELESS: Final = "0::bigint AS unconverted, false AS spend_unknown, false AS value_unknown"


def sum_parts(conditions: Conditions, where: str, kept: Kept, *, tells_days: bool) -> str:
    """A SELECT of the sums that `where` holds, but of the days apart.

    `tells_days`: what follows from a day and not from its entries is asked for too.
    """
    detail = str(kept.is_detailed).lower()
    but = "" if not kept.apart else f" AND NOT {_among(conditions, 'e', kept.apart)}"
    if not tells_days:
        return (
            f"SELECT {_COLUMNS}, {_RATELESS}, NULL::text AS time_zone, NULL::bool AS is_mature "
            f"FROM attribution_sum e WHERE e.tenant_id = {TENANT} AND e.is_detailed = {detail} "
            f"AND e.learned_at <= {AS_OF} AND {where}{but}"
        )
    return f"""SELECT {_COLUMNS}, {_RATELESS}, d.time_zone, d.is_mature
        FROM {_days()} d
        -- OFFSET 0: looked up day by day, also where the planner knows nothing of the table yet.
        CROSS JOIN LATERAL (
            SELECT e.* FROM attribution_sum e
            WHERE e.tenant_id = {TENANT} AND e.is_detailed = {detail} AND e.date = d.date
              AND e.connection_id = d.connection_id OFFSET 0
        ) e
        WHERE {where}{but}"""


def _days() -> str:
    """Every day of a connection in the window, with its zone and whether it has settled."""
    return f"""(
            -- OFFSET 0: asked once for each day of a connection, not for each sum.
            SELECT e.date, e.connection_id, e.time_zone, {IS_MATURE} AS is_mature FROM (
                SELECT d.date, d.connection_id, c.time_zone, c.settles_after_days,
                       CASE WHEN c.source IN ({PUSHED}) THEN {AS_OF} ELSE
                       (SELECT max(g.read_at) FROM day_reading g
                        WHERE g.tenant_id = {TENANT} AND g.connection_id = d.connection_id
                          AND g.date = d.date AND g.read_at <= {AS_OF}) END AS last_read_at
                FROM attribution_day d JOIN (
                    SELECT k.id, k.source, k.time_zone, settles_after(
                        k.tenant_id, k.id, k.look_back_days, {AS_OF}) AS settles_after_days
                    FROM connection k WHERE k.tenant_id = {TENANT} OFFSET 0
                ) c ON c.id = d.connection_id
                WHERE d.tenant_id = {TENANT} AND d.date BETWEEN {WINDOW[0]} AND {WINDOW[1]}
            ) e OFFSET 0
        )"""


def apart_join(conditions: Conditions, kept: Kept) -> str:
    """A join that leaves the entries of the days apart alone."""
    days = conditions.parameter(sorted({day for day, _ in kept.apart}))
    return (
        f"JOIN {_pairs(conditions, kept.apart)} apart (date, connection_id) "
        "ON apart.date = e.date AND apart.connection_id = e.connection_id "
        # The bare days let Postgres leave out the partitions that hold none of them.
        f"AND e.date = ANY({days}::date[])"
    )


def _among(conditions: Conditions, alias: str, apart: Sequence[tuple[date, UUID]]) -> str:
    return f"(({alias}.date, {alias}.connection_id) IN (SELECT * FROM {_pairs(conditions, apart)}))"


def _pairs(conditions: Conditions, apart: Sequence[tuple[date, UUID]]) -> str:
    days = conditions.parameter([day for day, _ in apart])
    connections = conditions.parameter([connection for _, connection in apart])
    return f"unnest({days}::date[], {connections}::uuid[])"


def _rates(conditions: Conditions, rates: RateColumns) -> str:
    columns = [conditions.parameter(list(each)) for each in (rates.dates, rates.currencies)]
    values = conditions.parameter(list(rates.rates))
    return (
        f"LEFT JOIN unnest({columns[0]}::date[], {columns[1]}::text[], {values}::numeric[]) "
        "r (date, currency, rate) ON r.date = e.date AND r.currency = e.currency"
    )
