"""Daily sums of every campaign, and what is known of their days, for analysis.

What is summed is delivery: orders, series and what is counted by the date of events are left out.
Of the levels that a connection was read at on a day, the one above the others counts, so that
nothing is counted twice; of several attribution settings the one of the most entries.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

import asyncpg
import numpy as np
from numpy.typing import NDArray

from core.scope import TenantScope
from core.units import DateRange
from stores.postgres.database import Database
from stores.postgres.entries import PUSHED, entry_relation, settle

METRICS: Final = ("spend", "impressions", "clicks", "conversions", "conversion_value")
LESSON_DAYS: Final = 120
"""From how many settled days it is learned how figures come in."""


@dataclass(frozen=True, slots=True)
class DaySums:
    """What a campaign (None where the connection knows none) brought in a channel and currency.

    `places`: which of the days asked for, each once, in order; `figures`: by metric, as many, NaN
    where nobody tells.
    """

    connection_id: UUID
    campaign: UUID | None
    channel: str
    currency: str
    places: NDArray[np.int64]
    figures: Mapping[str, NDArray[np.float64]]

    @classmethod
    def of(cls, row: asyncpg.Record) -> DaySums:
        """From columns of numbers one behind the other, in the order of the network."""
        return cls(
            row["connection_id"],
            row["campaign"],
            row["channel"],
            row["currency"],
            np.frombuffer(row["places"], ">i4").astype(np.int64),
            {each: np.frombuffer(row[each], ">f8").astype(np.float64) for each in METRICS},
        )


@dataclass(frozen=True, slots=True)
class PanelDays:
    """What the statements below give, of one moment.

    `sums`: one per connection, campaign, channel and currency, in their order. `readings`: one row
    per connection and day that was read, with the age at which it was read last. `changes`: one row
    per connection, day and age at which figures moved, by how much, of days that have settled.
    `accounts`: connections and their names; `failures`: runs that failed, with the days they were
    to read; `campaigns`: names by digest.
    """

    as_of: datetime
    sums: tuple[DaySums, ...]
    readings: list[asyncpg.Record]
    changes: list[asyncpg.Record]
    accounts: list[asyncpg.Record]
    failures: list[asyncpg.Record]
    campaigns: dict[UUID, str]


class PanelDayStore:
    """Reads what panels are built of."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def days(
        self, scope: TenantScope, dates: DateRange, as_of: datetime | None = None
    ) -> PanelDays:
        """All of `dates`, as it was known at `as_of`, or is now."""
        ends = dates.since, dates.until
        async with self._database.read(scope) as connection:
            await settle(connection, scope, as_of)
            await connection.execute("SET LOCAL work_mem = '64MB'; SET LOCAL jit = off")
            clock = await connection.fetchval(_CLOCK, scope.tenant_id)
            sums = await connection.fetch(
                _SUMS_NOW if as_of is None else _SUMS_THEN, scope.tenant_id, *ends, *_given(as_of)
            )
            moment = as_of or clock
            return PanelDays(
                moment,
                tuple(map(DaySums.of, sums)),
                await connection.fetch(_READINGS, scope.tenant_id, *ends, moment),
                await connection.fetch(_CHANGES, scope.tenant_id, dates.until, moment, LESSON_DAYS),
                await connection.fetch(_ACCOUNTS, scope.tenant_id, moment),
                await connection.fetch(_FAILURES, scope.tenant_id, *ends, moment),
                {
                    row["digest"]: row["name"]
                    for row in await connection.fetch(_CAMPAIGNS, scope.tenant_id)
                },
            )

    async def newest(self, scope: TenantScope) -> date | None:
        """The newest day that any connection was read of; None before the first reading."""
        async with self._database.read(scope) as connection:
            found: date | None = await connection.fetchval(_NEWEST, scope.tenant_id)
        return found


def _given(as_of: datetime | None) -> tuple[datetime, ...]:
    return () if as_of is None else (as_of,)


_CLOCK = "SELECT learned_at FROM data_clock WHERE tenant_id = $1"
_NEWEST = """
SELECT greatest(
    (SELECT max(date) FROM day_reading WHERE tenant_id = $1 AND date <= current_date),
    (SELECT max(date) FROM attribution_day WHERE tenant_id = $1 AND date <= current_date))
"""
_BEHIND_EACH_OTHER = ", ".join(
    f"string_agg(float8send(coalesce({name}, 'NaN')), ''::bytea ORDER BY s.date) AS {name}"
    for name in METRICS
)
_SUMMED = ", ".join(f"sum(e.{name})::float8 AS {name}" for name in METRICS)


def _sums(as_of: str | None) -> str:
    relation = entry_relation("$1", as_of, ("$2", "$3"), tells_days=False)
    return f"""
WITH summed AS MATERIALIZED (
    SELECT e.date, e.connection_id, e.level, e.attribution_setting, e.campaign, e.channel,
           e.currency, count(*) AS entries, {_SUMMED}
    FROM {relation}
    WHERE e.date BETWEEN $2 AND $3 AND e.date_basis <> 'EVENT'
      AND e.level NOT IN ('ORDER', 'SERIES')
    GROUP BY 1, 2, 3, 4, 5, 6, 7
), spoken AS (
    SELECT DISTINCT ON (date, connection_id) date, connection_id, level, attribution_setting
    FROM (SELECT date, connection_id, level, attribution_setting, sum(entries) AS entries
          FROM summed GROUP BY 1, 2, 3, 4) s
    ORDER BY date, connection_id,
             array_position(ARRAY['CAMPAIGN', 'AD_SET', 'AD', 'ACCOUNT'], level), entries DESC,
             attribution_setting
)
SELECT s.connection_id, s.campaign, s.channel, s.currency,
       string_agg(int4send(s.date - $2::date), ''::bytea ORDER BY s.date) AS places,
       {_BEHIND_EACH_OTHER}
FROM summed s JOIN spoken USING (date, connection_id, level, attribution_setting)
GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4
"""


_SUMS_NOW: Final = _sums(None)
_SUMS_THEN: Final = _sums("$4")
# What a source sends by itself is read all the time.
_READINGS = f"""
SELECT d.connection_id, d.date,
       (max(d.read_at) AT TIME ZONE c.time_zone)::date - d.date AS age
FROM day_reading d JOIN connection c ON c.tenant_id = $1 AND c.id = d.connection_id
WHERE d.tenant_id = $1 AND d.date BETWEEN $2 AND $3 AND d.read_at <= $4
  AND c.source NOT IN ({PUSHED})
GROUP BY d.connection_id, d.date, c.time_zone
UNION ALL
SELECT c.id, d::date, ($4::timestamptz AT TIME ZONE c.time_zone)::date - d::date
FROM connection c CROSS JOIN LATERAL generate_series(
    greatest($2::date, (SELECT min(a.date) FROM attribution_day a
                  WHERE a.tenant_id = $1 AND a.connection_id = c.id)),
    least($3::date, ($4::timestamptz AT TIME ZONE c.time_zone)::date), interval '1 day') d
WHERE c.tenant_id = $1 AND c.source IN ({PUSHED})
"""
_MOVED = ", ".join(
    f"coalesce(n.{name}, 0) - coalesce(lag(n.{name}) OVER w, 0) AS {name}" for name in METRICS
)
_FIGURES = ", ".join(f"CASE WHEN v.is_present THEN v.{name} END AS {name}" for name in METRICS)
# From the newest day that has settled back: what of a day's figures came at which age.
_CHANGES = f"""
WITH k AS MATERIALIZED (
    SELECT k.id, k.time_zone,
           settles_after(k.tenant_id, k.id, k.look_back_days, $3::timestamptz) AS settles_after
    FROM connection k WHERE k.tenant_id = $1
)
SELECT m.connection_id, m.date, m.age, {", ".join(f"sum({n})::float8 AS {n}" for n in METRICS)}
FROM (
    SELECT n.connection_id, n.date, n.age, {_MOVED}
    FROM (
        SELECT e.connection_id, v.date, v.digest, v.learned_at, {_FIGURES},
               (v.learned_at AT TIME ZONE k.time_zone)::date - v.date AS age
        FROM k JOIN marketing_entry e ON e.tenant_id = $1 AND e.connection_id = k.id
            AND e.date BETWEEN $2::date - k.settles_after - $4::int
                AND $2::date - k.settles_after - 1
        JOIN marketing_entry_vintage v ON v.tenant_id = $1 AND v.date = e.date
            AND v.digest = e.digest AND v.learned_at <= $3
        WHERE e.date_basis <> 'EVENT' AND e.level NOT IN ('ORDER', 'SERIES')
    ) n WINDOW w AS (PARTITION BY n.date, n.digest ORDER BY n.learned_at)
) m GROUP BY 1, 2, 3
"""
_ACCOUNTS = """
SELECT k.id, k.name, k.source, k.account_id, k.currency, k.time_zone,
       settles_after(k.tenant_id, k.id, k.look_back_days, $2::timestamptz) AS settles_after
FROM connection k WHERE k.tenant_id = $1
"""
_FAILURES = """
SELECT connection_id, since, until FROM run
WHERE tenant_id = $1 AND status IN ('FAILED', 'PARKED') AND kind IN ('INGESTION', 'BACKFILL')
  AND since <= $3 AND until >= $2 AND ended_at <= $4
"""
_CAMPAIGNS = "SELECT digest, coalesce(name, campaign_id) AS name FROM campaign WHERE tenant_id = $1"
