"""Attribution rows: exact sums over entries, joined with the calendar."""

from __future__ import annotations

from datetime import date, datetime

import asyncpg

from core.records.attribution import AttributionFilter, AttributionRowRecord
from core.records.calendar import CalendarDayRecord
from core.records.connections import Source
from core.records.pages import Page, PageRequest
from core.scope import TenantScope
from stores.postgres.calendar import days_as_of
from stores.postgres.conditions import Conditions
from stores.postgres.database import Database
from stores.postgres.entries import IS_MATURE, entries_as_of, settle
from stores.postgres.paging import Ordering, page_of

_BY_KEY = Ordering(
    ("a.date", "a.source", "a.channel", "a.currency"), (date.fromisoformat, str, str, str)
)


class AttributionStore:
    """One row per date, source, channel and currency."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def page(
        self,
        scope: TenantScope,
        where: AttributionFilter,
        request: PageRequest,
        as_of: datetime | None = None,
    ) -> Page[AttributionRowRecord]:
        """One page by date, source, channel, currency; these are the cursor's parts."""
        conditions, relation = entries_as_of(scope, as_of)
        conditions.add("e.date BETWEEN {} AND {}", where.dates.since, where.dates.until)
        conditions.among("e.source", where.sources)
        conditions.among("e.channel", where.channels)
        outer = Conditions()
        outer.values = conditions.values
        _BY_KEY.seek(outer, request)
        sql = _SELECT.format(
            relation=relation, inner=conditions, outer=outer, order=_BY_KEY.clause(request)
        )
        async with self._database.read(scope) as connection:
            await settle(connection, scope, as_of)
            rows = await connection.fetch(sql, *outer.values)
            days = await days_as_of(connection, scope, [row["date"] for row in rows], as_of)
        return page_of(rows, request, lambda row: _record(row, days.get(row["date"])))


_SELECT = f"""
SELECT a.* FROM (
    SELECT e.date, e.source, e.channel, e.currency, count(*) AS entries, sum(e.spend) AS spend,
           sum(e.impressions)::bigint AS impressions, sum(e.clicks)::bigint AS clicks,
           sum(e.conversions) AS conversions, sum(e.conversion_value) AS conversion_value,
           bool_and({IS_MATURE}) AS is_mature
    FROM {{relation}} WHERE {{inner}}
    GROUP BY e.date, e.source, e.channel, e.currency
) a
WHERE {{outer}} {{order}}
"""


def _record(row: asyncpg.Record, calendar: CalendarDayRecord | None) -> AttributionRowRecord:
    return AttributionRowRecord(
        date=row["date"],
        source=Source(row["source"]),
        channel=row["channel"],
        currency=row["currency"],
        entries=row["entries"],
        spend=row["spend"],
        impressions=row["impressions"],
        clicks=row["clicks"],
        conversions=row["conversions"],
        conversion_value=row["conversion_value"],
        is_mature=row["is_mature"],
        calendar=calendar,
    )
