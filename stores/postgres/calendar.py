"""The tenant's calendar, one row a day, computed elsewhere and kept here for joins."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import asdict, fields
from typing import Any

import asyncpg

from core.records.calendar import CalendarDayRecord, HolidayRecord, RetailEventRecord
from core.scope import TenantScope
from core.units import DateRange
from stores.postgres.database import Database

CALENDAR_COLUMNS = tuple(field.name for field in fields(CalendarDayRecord))


class CalendarStore:
    """Reads and replaces calendar days."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def by_dates(
        self, scope: TenantScope, dates: Sequence[dt.date]
    ) -> dict[dt.date, CalendarDayRecord]:
        """The days of `dates` that the calendar holds."""
        sql = "SELECT * FROM calendar_day WHERE tenant_id = $1 AND date = ANY($2)"
        async with self._database.read(scope) as connection:
            rows = await connection.fetch(sql, scope.tenant_id, list(dates))
        return {row["date"]: calendar_record(row) for row in rows}

    async def range(self, scope: TenantScope, dates: DateRange) -> tuple[CalendarDayRecord, ...]:
        """The days of a range that the calendar holds, in order."""
        sql = (
            "SELECT * FROM calendar_day WHERE tenant_id = $1 AND date BETWEEN $2 AND $3 "
            "ORDER BY date"
        )
        async with self._database.read(scope) as connection:
            rows = await connection.fetch(sql, scope.tenant_id, dates.since, dates.until)
        return tuple(map(calendar_record, rows))

    async def extent(self, scope: TenantScope) -> DateRange | None:
        """From the first to the last day held; None when there is none."""
        sql = "SELECT min(date), max(date) FROM calendar_day WHERE tenant_id = $1"
        async with self._database.read(scope) as connection:
            row = await connection.fetchrow(sql, scope.tenant_id)
        return DateRange(row[0], row[1]) if row and row[0] else None

    async def replace(self, scope: TenantScope, days: Sequence[CalendarDayRecord]) -> None:
        """Put these days in the place of what the calendar held of them."""
        if not days:
            return
        async with self._database.write(scope) as connection:
            await connection.execute(_ONE_AT_A_TIME, scope.key("calendar"))
            await connection.execute(
                "DELETE FROM calendar_day WHERE tenant_id = $1 AND date BETWEEN $2 AND $3",
                scope.tenant_id,
                days[0].date,
                days[-1].date,
            )
            await connection.execute(_INSERT, scope.tenant_id, [asdict(day) for day in days])


_ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(hashtextextended('calendar ' || $1, 0))"
# One statement: asyncpg's executemany does not end promptly when its task is cancelled.
_INSERT = f"""
INSERT INTO calendar_day (tenant_id, {", ".join(CALENDAR_COLUMNS)})
SELECT $1, {", ".join(CALENDAR_COLUMNS)} FROM jsonb_populate_recordset(NULL::calendar_day, $2)
"""


def calendar_record(row: asyncpg.Record) -> CalendarDayRecord:
    """The record of a row that holds every calendar column."""
    plain = {name: row[name] for name in CALENDAR_COLUMNS}
    plain["holidays"] = tuple(HolidayRecord(**item) for item in plain["holidays"])
    plain["retail_events"] = tuple(map(_retail_event, plain["retail_events"]))
    return CalendarDayRecord(**plain)


def _retail_event(item: dict[str, Any]) -> RetailEventRecord:
    dates = {name: dt.date.fromisoformat(item[name]) for name in ("starts_on", "ends_on")}
    return RetailEventRecord(**(item | dates))
