"""What documents are made of, read in bulk: entities by month, and what they stand between."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

import asyncpg

from core.calendar.periods import MONTHS_PER_YEAR
from core.records.connections import Source
from core.records.document_facts import EntityMonth, Figures, SingleFacts, month_range
from core.records.documents import DocumentKind
from core.scope import TenantScope
from core.units import EVER
from stores.postgres.calendar_events import events_as_of
from stores.postgres.database import Database
from stores.postgres.exports import export_record
from stores.postgres.insight_records import insight_record
from stores.postgres.quality import POOLED_SCORE, WEIGHED
from stores.postgres.run_work import ClaimLost


@dataclass(frozen=True, slots=True)
class Touched:
    """The first days of months whose documents may say something else by now, in order.

    `at` is the tenant's clock before they were looked for: what is learned later touches anew.
    """

    at: datetime
    months: tuple[date, ...]


class DocumentFactStore:
    """Reads facts for the documents of one tenant."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def touched(self, scope: TenantScope, since: datetime | None) -> Touched:
        """The months touched after `since`, a moment of the tenant's clock; None: all.

        ClaimLost where the tenant is gone.
        """
        async with self._database.read(scope) as connection:
            at = await connection.fetchval(_CLOCK, scope.tenant_id)
            if at is None:
                raise ClaimLost("the run went with its tenant")
            anew = since is None or await connection.fetchval(_ANEW, scope.tenant_id, since)
            values = scope.tenant_id, None if anew else since
            rows = await connection.fetch(_TOUCHED, *values)
        return Touched(at, tuple(row["month"] for row in rows))

    async def entity_months(self, scope: TenantScope, month: date) -> tuple[EntityMonth, ...]:
        """Every account, campaign, ad set and ad that has entries in the month, in one order."""
        days = month_range(month)
        async with self._database.read(scope) as connection:
            # As many groups as entities: hashed in memory they take a third of the time.
            await connection.execute("SET LOCAL work_mem = '64MB'; SET LOCAL jit = off")
            rows = await connection.fetch(_ENTITIES, scope.tenant_id, days.since, days.until)
        return tuple(_entity_month(row, month) for row in rows)

    async def singles(self, scope: TenantScope) -> SingleFacts:
        """Insights, events and exports that are there, and the accounts of insights."""
        async with self._database.read(scope) as connection:
            insights = await connection.fetch(_INSIGHTS, scope.tenant_id)
            exports = await connection.fetch(_EXPORTS, scope.tenant_id)
            accounts = await connection.fetch(_ACCOUNTS, scope.tenant_id)
            events = await events_as_of(connection, scope, EVER, None)
        return SingleFacts(
            tuple(map(insight_record, insights)),
            events,
            tuple(map(export_record, exports)),
            {row["id"]: (Source(row["source"]), row["name"]) for row in accounts},
        )


def with_followers(months: Sequence[date], known: Sequence[date]) -> tuple[date, ...]:
    """`months`, and those of `known` that have one of them in the year before, in order."""
    places = {_place(month) for month in months}
    return tuple(
        each
        for each in sorted({*months, *known})
        if any(_place(each) - back in places for back in range(MONTHS_PER_YEAR + 1))
    )


def _place(month: date) -> int:
    return month.year * MONTHS_PER_YEAR + month.month


def _entity_month(row: asyncpg.Record, month: date) -> EntityMonth:
    return EntityMonth(
        kind=DocumentKind(row["kind"]),
        source=Source(row["source"]),
        account_id=row["account_id"],
        account_name=row["account_name"],
        entity_id=row["entity_id"],
        entity_name=row["entity_name"],
        campaign_id=row["campaign"],
        campaign_name=row["campaign_name"],
        objective=row["objective"],
        channel=row["channel"],
        currency=row["currency"],
        month=month,
        figures=Figures(row["days"], *(row[name] for name in _SUMMED)),
        quality=row["quality"],
    )


_SUMMED: Final = ("spend", "impressions", "clicks", "conversions", "conversion_value")
_CLOCK = "SELECT learned_at FROM data_clock WHERE tenant_id = $1"
# Names are read by rules, and days are called by the calendar: with either, every text may differ.
_ANEW = """
SELECT EXISTS (SELECT FROM naming_rule
               WHERE tenant_id = $1 AND (recorded_at > $2 OR retired_at > $2))
    OR EXISTS (SELECT FROM calendar_version WHERE tenant_id = $1 AND learned_at > $2)
"""
_TOUCHED = """
SELECT DISTINCT date_trunc('month', d.date)::date AS month FROM attribution_day d
WHERE d.tenant_id = $1 AND coalesce(d.changed_at > $2, true)
UNION
SELECT date_trunc('month', e.date)::date FROM campaign c
JOIN marketing_entry e ON e.tenant_id = $1 AND e.campaign = c.digest
WHERE c.tenant_id = $1 AND c.changed_at > $2
UNION
SELECT m::date FROM calendar_event v
CROSS JOIN LATERAL generate_series(date_trunc('month', v.since), v.until, '1 month') m
WHERE v.tenant_id = $1
  AND v.id IN (SELECT n.id FROM calendar_event n WHERE n.tenant_id = $1 AND n.learned_at > $2)
ORDER BY month
"""
_SUMS = ", ".join(f"sum(e.{name}) AS {name}" for name in _SUMMED)
_WEIGHED = ", ".join(f"sum({sql}) AS {name}" for name, sql in WEIGHED.items())
_CHANNEL = "(array_agg(e.channel ORDER BY e.entries DESC, e.channel))[1] AS channel"


def _rolled(kind: str, levels: str, keys: str, names: str) -> str:
    """One row for each entity of a kind and each way in which it was counted."""
    sums = ", ".join(f"sum(e.{name})::float8 AS {name}" for name in _SUMMED)
    return f"""
    SELECT {kind} AS kind, e.source, e.account_id, {names}, {_CHANNEL},
           min(e.connection)::uuid AS connection_id, e.level, e.currency,
           e.date_basis, e.attribution_setting, sum(e.entries) AS entries,
           bit_count(bit_or(e.days)::bit(32))::int AS days, {sums},
           round({POOLED_SCORE}::numeric, 2)::float8 AS quality
    FROM base e WHERE {levels}
    GROUP BY {keys}, e.level, e.currency, e.date_basis, e.attribution_setting"""


_NAMES = "{entity} AS entity_id, {name} AS entity_name, {campaign} AS campaign"
_CAMPAIGNS = _rolled(
    "'CAMPAIGN'",
    "e.campaign IS NOT NULL",
    "e.source, e.account_id, e.campaign",
    _NAMES.format(entity="NULL::text", name="NULL::text", campaign="e.campaign"),
)
_BELOW = _rolled(
    "e.level",
    "e.level IN ('AD_SET', 'AD')",
    "e.source, e.account_id, e.entity_id",
    _NAMES.format(
        entity="e.entity_id",
        name="substr(max(e.named), 11)",
        campaign="(array_agg(e.campaign ORDER BY e.entries DESC, e.campaign))[1]",
    ),
)
# Orders of a whole account, which Klaviyo counts by event, are orders and no channel's conversions.
_WHOLE = _rolled(
    "'ACCOUNT'",
    "(e.level <> 'ACCOUNT' OR e.date_basis <> 'EVENT')",
    "e.source, e.account_id",
    _NAMES.format(entity="NULL::text", name="NULL::text", campaign="NULL::uuid"),
)
# An entity speaks by its own rows before those below it, which say the same once more; of several
# ways of counting by the one of the most entries. `named`: the day before the name, so that the
# greatest is the newest.
_ENTITIES = f"""
WITH base AS MATERIALIZED (
    SELECT e.source, e.account_id, e.level, e.entity_id, e.campaign, e.channel, e.currency,
           e.date_basis, e.attribution_setting, count(*) AS entries,
           bit_or(1::bigint << (extract(day FROM e.date)::int - 1)) AS days,
           max(e.date::text || e.entity_name) AS named, min(e.connection_id::text) AS connection,
           {_SUMS}, {_WEIGHED}
    FROM marketing_entry e
    WHERE e.tenant_id = $1 AND e.date BETWEEN $2 AND $3 AND e.is_present
      AND e.level IN ('ACCOUNT', 'CAMPAIGN', 'AD_SET', 'AD')
    GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9
), rolled AS ({_WHOLE} UNION ALL {_CAMPAIGNS} UNION ALL {_BELOW}
), spoken AS (
    SELECT DISTINCT ON (r.kind, r.source, r.account_id, r.campaign, r.entity_id) r.* FROM rolled r
    ORDER BY r.kind, r.source, r.account_id, r.campaign, r.entity_id,
             array_position(ARRAY['ACCOUNT', 'CAMPAIGN', 'AD_SET', 'AD'], r.level),
             r.entries DESC, r.currency, r.date_basis, r.attribution_setting
)
SELECT s.kind, s.source, s.account_id, a.name AS account_name,
       CASE s.kind WHEN 'CAMPAIGN' THEN c.campaign_id ELSE s.entity_id END AS entity_id,
       s.entity_name, s.campaign, c.name AS campaign_name, c.objective, s.channel, s.currency,
       s.days, {", ".join(f"s.{name}" for name in _SUMMED)}, s.quality
FROM spoken s
LEFT JOIN campaign c ON c.tenant_id = $1 AND c.digest = s.campaign
LEFT JOIN connection a ON a.tenant_id = $1 AND a.id = s.connection_id
ORDER BY s.kind, s.source, s.account_id, s.campaign, s.entity_id
"""
_INSIGHTS = "SELECT * FROM insight WHERE tenant_id = $1 ORDER BY id"
_EXPORTS = "SELECT * FROM export WHERE tenant_id = $1 AND state = 'READY' ORDER BY id"
_ACCOUNTS = "SELECT id, source, name FROM connection WHERE tenant_id = $1"
