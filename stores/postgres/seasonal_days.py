"""What a tenant's history says by day, for the seasons that are estimated from it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, timedelta
from uuid import UUID

import asyncpg

from core.records.seasonality import DayKind, DayTotal, Observed
from core.scope import TenantScope
from stores.postgres.database import Database
from stores.postgres.entries import PUSHED

HISTORY_YEARS = 10


class SeasonalDayStore:
    """Reads totals by day, and which days have settled."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def observed(self, scope: TenantScope) -> Observed:
        """The last HISTORY_YEARS of all connections."""
        async with self._database.read(scope) as connection:
            clock = await connection.fetchval(_CLOCK, scope.tenant_id)
            totals = await connection.fetch(_TOTALS, scope.tenant_id, HISTORY_YEARS)
            read = await connection.fetch(_SETTLED, scope.tenant_id, HISTORY_YEARS)
            pushed = await connection.fetch(_SETTLED_BY_ITSELF, scope.tenant_id)
        settled: defaultdict[UUID, set[date]] = defaultdict(set)
        for row in read:
            settled[row["connection_id"]].add(row["date"])
        for row in pushed:
            settled[row["connection_id"]].update(_days(row))
        kept = {connection_id: frozenset(days) for connection_id, days in settled.items()}
        return Observed(clock, tuple(map(_total, totals)), kept)


def _days(row: asyncpg.Record) -> Iterable[date]:
    count = (row["until"] - row["since"]).days + 1
    return (row["since"] + timedelta(days=number) for number in range(max(count, 0)))


def _total(row: asyncpg.Record) -> DayTotal:
    return DayTotal(
        row["date"],
        row["connection_id"],
        DayKind(row["kind"]),
        row["channel"],
        row["series"],
        row["currency"],
        row["covers_days"],
        *(row[name] for name in _METRICS),
    )


_METRICS = ("spend", "impressions", "clicks", "conversions", "conversion_value", "value")
_CLOCK = "SELECT learned_at FROM data_clock WHERE tenant_id = $1"
_RECENT = "date >= current_date - make_interval(years => $2)"
# Orders of a whole account, which Klaviyo counts by event, are orders and no channel's conversions.
_TOTALS = f"""
SELECT date, connection_id, kind, channel, series, currency, covers AS covers_days,
       {", ".join(f"sum({metric})::float8 AS {metric}" for metric in _METRICS)}
FROM (
    SELECT *, coalesce(e.covers_days, 1) AS covers,
           CASE WHEN level = 'ORDER' THEN 'ORDER' WHEN date_basis = 'EVENT' THEN 'ORDER_DAY'
                WHEN series_role = 'KPI' THEN 'SERIES' ELSE 'MEDIA' END AS kind,
           CASE series_role WHEN 'KPI' THEN entity_id ELSE '' END AS series
    FROM marketing_entry e WHERE tenant_id = $1 AND is_present AND {_RECENT}
) e GROUP BY date, connection_id, kind, channel, series, currency, covers
"""
_AGE = "settles_after(c.tenant_id, c.id, c.look_back_days, 'infinity')"
_SETTLED = f"""
SELECT d.connection_id, d.date
FROM day_reading d JOIN (
    -- OFFSET 0: asked once for each connection, not for each day.
    SELECT c.id, c.time_zone, {_AGE} AS age FROM connection c
    WHERE c.tenant_id = $1 AND c.source NOT IN ({PUSHED}) OFFSET 0
) c ON c.id = d.connection_id
WHERE d.tenant_id = $1 AND d.{_RECENT}
GROUP BY d.connection_id, d.date, c.age, c.time_zone
HAVING (max(d.read_at) AT TIME ZONE c.time_zone)::date - d.date > c.age
"""
# What a source sends by itself is read all the time.
_SETTLED_BY_ITSELF = f"""
SELECT c.id AS connection_id, min(e.date) AS since,
       (now() AT TIME ZONE c.time_zone)::date - {_AGE} - 1 AS until
FROM connection c JOIN marketing_entry e
    ON e.tenant_id = c.tenant_id AND e.connection_id = c.id AND e.is_present
WHERE c.tenant_id = $1 AND c.source IN ({PUSHED})
GROUP BY c.tenant_id, c.id, c.look_back_days, c.time_zone
"""
