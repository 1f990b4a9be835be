"""The tenant's calendar: versions of its days and its own events.

A version holds from a moment of the tenant's clock on. Only what is kept on days is stored, and
of a new version only the days that differ: an answer as of a moment stays the same for ever.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, fields
from typing import Any

import asyncpg

from core.calendar import calendar_days
from core.periods import Weekday
from core.records.calendar import (
    CalendarDayRecord,
    CalendarEdition,
    CalendarProfile,
    CalendarVersionRecord,
    DayMarks,
    DayMoment,
    HolidayKind,
    HolidayRecord,
    Industry,
    RetailEventRecord,
    RetailPattern,
)
from core.scope import TenantId, TenantScope
from core.units import DateRange
from stores.postgres.calendar_events import events_as_of
from stores.postgres.clock import advance_clock
from stores.postgres.database import Connection, Database
from stores.postgres.entries import settle
from stores.postgres.known_days import CalendarState, KnownDays

PROFILE_COLUMNS = tuple(field.name for field in fields(CalendarProfile))
VERSION_COLUMNS = (*PROFILE_COLUMNS, "weekend", "since", "until", "rules")
_AROUND = dt.timedelta(days=366)
"""How far about its dates a reading looks for the holidays and events next to them."""


class CalendarStore:
    """Reads days as of a moment; renews the calendar."""

    def __init__(self, database: Database, known: KnownDays | None = None) -> None:
        self._database = database
        self._known = known or KnownDays()

    async def by_dates(
        self, scope: TenantScope, moments: Sequence[DayMoment]
    ) -> dict[DayMoment, CalendarDayRecord]:
        """The days of `moments` that the calendar of their moment held."""
        asked: defaultdict[dt.datetime | None, list[dt.date]] = defaultdict(list)
        for moment in moments:
            asked[moment.as_of].append(moment.date)
        found: dict[DayMoment, CalendarDayRecord] = {}
        async with self._database.read(scope) as connection:
            for as_of, dates in asked.items():
                await settle(connection, scope, as_of)
                days = await self._days(connection, scope, dates, as_of)
                found |= {DayMoment(date, as_of): day for date, day in days.items()}
        return found

    async def range(
        self, scope: TenantScope, dates: DateRange, as_of: dt.datetime | None = None
    ) -> tuple[CalendarDayRecord, ...]:
        """The days of a range that the calendar held at `as_of`, in order."""
        every = [dates.since + dt.timedelta(days=ahead) for ahead in range(dates.days)]
        async with self._database.read(scope) as connection:
            await settle(connection, scope, as_of)
            return tuple((await self._days(connection, scope, every, as_of)).values())

    async def version(
        self, scope: TenantScope, as_of: dt.datetime | None = None
    ) -> CalendarVersionRecord | None:
        """The version in force at `as_of` (the first, before it); None before there is any."""
        async with self._database.read(scope) as connection:
            await settle(connection, scope, as_of)
            found = await _version(connection, scope, as_of)
        return None if found is None else found[0]

    async def renew(
        self,
        scope: TenantScope,
        edition: CalendarEdition,
        marks: Mapping[dt.date, DayMarks],
    ) -> int | None:
        """Let `edition` hold from now on; answers how many days are kept differently.

        None when it is in force already: of many who renew at once, one does.
        """
        async with self._database.write(scope) as connection:
            moment = await advance_clock(connection, scope)
            current = await _version(connection, scope, None)
            if current is not None and current[0].edition == edition:
                return None
            await connection.execute(_ADD_VERSION, scope.tenant_id, moment, _row(edition))
            days = [_day(date, kept) for date, kept in marks.items()]
            return len(await connection.fetch(_ADD_DAYS, scope.tenant_id, moment, days))

    async def _days(
        self,
        connection: Connection,
        scope: TenantScope,
        dates: Iterable[dt.date],
        as_of: dt.datetime | None,
    ) -> dict[dt.date, CalendarDayRecord]:
        """The days of `dates` as the calendar of `as_of` sees them, ascending.

        For a transaction that has settled `as_of`. Before the first version that one answers.
        """
        found = await _version(connection, scope, as_of)
        if found is None:
            return {}
        version, state = found
        wanted = _within(version.edition.dates, dates)
        known = self._known.find(scope, state, wanted)
        missing = [date for date in wanted if date not in known]
        if missing:
            days = await _worked_out(connection, scope, version, state.events_at, missing)
            self._known.keep(scope, state, days)
            known |= days
        return {date: known[date] for date in wanted}

    async def outdated(self, until: dt.date, rules: str) -> tuple[TenantId, ...]:
        """Tenants whose calendar ends before `until` or is not what they wish for by `rules`."""
        async with self._database.watch() as connection:
            rows = await connection.fetch(_OUTDATED, until, rules)
        return tuple(TenantId(row["tenant_id"]) for row in rows)


async def _worked_out(
    connection: Connection,
    scope: TenantScope,
    version: CalendarVersionRecord,
    events_at: dt.datetime | None,
    wanted: Sequence[dt.date],
) -> dict[dt.date, CalendarDayRecord]:
    """Days of a version, ascending, with the events of a moment; `wanted` is ascending too."""
    marked = await connection.fetch(
        _MARKED,
        scope.tenant_id,
        wanted[0] - _AROUND,
        wanted[-1] + _AROUND,
        version.learned_at,
    )
    marks = {row["date"]: _marks(row) for row in marked}
    span = DateRange(wanted[0], wanted[-1])
    events = events_at and await events_as_of(connection, scope, span, events_at)
    days = calendar_days(version.edition, marks, events or (), wanted)
    return {day.date: day for day in days}


def _within(held: DateRange, dates: Iterable[dt.date]) -> list[dt.date]:
    return sorted(date for date in set(dates) if held.since <= date <= held.until)


async def _version(
    connection: Connection, scope: TenantScope, as_of: dt.datetime | None
) -> tuple[CalendarVersionRecord, CalendarState] | None:
    row = await connection.fetchrow(_VERSION, scope.tenant_id, as_of)
    if row is None:
        return None
    edition = CalendarEdition(
        profile=calendar_profile(row),
        weekend=tuple(row["weekend"]),
        dates=DateRange(row["since"], row["until"]),
        rules=row["rules"],
    )
    state = CalendarState(row["learned_at"], row["events_at"])
    return CalendarVersionRecord(row["learned_at"], edition), state


def calendar_profile(row: asyncpg.Record) -> CalendarProfile:
    """The profile of a row that holds its columns: of a version, or of a tenant."""
    return CalendarProfile(
        countries=tuple(row["countries"]),
        subdivisions=tuple(row["subdivisions"]),
        fiscal_start_month=row["fiscal_start_month"],
        fiscal_year_named_by_end=row["fiscal_year_named_by_end"],
        week_start=Weekday(row["week_start"]),
        retail_pattern=RetailPattern(row["retail_pattern"]),
        industry=Industry(row["industry"]),
    )


def _row(edition: CalendarEdition) -> dict[str, object]:
    dates = {"since": edition.dates.since, "until": edition.dates.until}
    return asdict(edition.profile) | dates | {"weekend": edition.weekend, "rules": edition.rules}


def _day(date: dt.date, marks: DayMarks) -> dict[str, object]:
    return {"date": date} | asdict(marks)


def _marks(row: asyncpg.Record) -> DayMarks:
    return DayMarks(
        tuple(map(_holiday, row["holidays"])), tuple(map(_retail_event, row["retail_events"]))
    )


def _holiday(item: dict[str, Any]) -> HolidayRecord:
    return HolidayRecord(
        name=item["name"],
        country=item["country"],
        kind=HolidayKind(item.get("kind", HolidayKind.PUBLIC)),
        subdivisions=tuple(item.get("subdivisions", ())),
    )


def _retail_event(item: dict[str, Any]) -> RetailEventRecord:
    dates = {name: dt.date.fromisoformat(item[name]) for name in ("starts_on", "ends_on")}
    return RetailEventRecord(**(item | dates))


_VERSION = """
SELECT *, (
    SELECT max(learned_at) FROM calendar_event
    WHERE tenant_id = $1 AND learned_at <= coalesce($2::timestamptz, 'infinity')) AS events_at
FROM calendar_version WHERE tenant_id = $1 AND learned_at = coalesce(
    (SELECT max(learned_at) FROM calendar_version
     WHERE tenant_id = $1 AND learned_at <= coalesce($2::timestamptz, 'infinity')),
    (SELECT min(learned_at) FROM calendar_version WHERE tenant_id = $1))
"""
_MARKED = """
SELECT DISTINCT ON (date) date, holidays, retail_events FROM calendar_day
WHERE tenant_id = $1 AND date BETWEEN $2 AND $3 AND learned_at <= $4
ORDER BY date, learned_at DESC
"""
_ADD_VERSION = f"""
INSERT INTO calendar_version (tenant_id, learned_at, {", ".join(VERSION_COLUMNS)})
SELECT $1, $2, {", ".join(VERSION_COLUMNS)}
FROM jsonb_populate_record(NULL::calendar_version, $3)
"""
# One statement: asyncpg's executemany does not end promptly when its task is cancelled.
_ADD_DAYS = """
INSERT INTO calendar_day (tenant_id, date, learned_at, holidays, retail_events)
SELECT $1, date, $2, coalesce(n.holidays, '[]'), coalesce(n.retail_events, '[]')
FROM jsonb_populate_recordset(NULL::calendar_day, $3) n
FULL JOIN (
    SELECT DISTINCT ON (date) date, holidays, retail_events FROM calendar_day
    WHERE tenant_id = $1 ORDER BY date, learned_at DESC
) o USING (date)
WHERE coalesce(n.holidays, '[]') <> coalesce(o.holidays, '[]')
   OR coalesce(n.retail_events, '[]') <> coalesce(o.retail_events, '[]')
RETURNING date
"""
_OUTDATED = f"""
SELECT t.tenant_id FROM tenant t
LEFT JOIN LATERAL (
    SELECT * FROM calendar_version v WHERE v.tenant_id = t.tenant_id
    ORDER BY v.learned_at DESC LIMIT 1
) v ON true
WHERE v.tenant_id IS NULL OR v.until < $1 OR v.rules <> $2
   OR {" OR ".join(f"v.{name} <> t.{name}" for name in PROFILE_COLUMNS)}
ORDER BY t.tenant_id
"""
