"""Causal exports: asked for, and what they read beside attribution rows, as of their moment."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime
from typing import Final
from uuid import UUID

import asyncpg

from core.causal import CausalDefinition
from core.records.causal import Choice, Coverage, SeriesEntry
from core.records.connections import Level, Source
from core.records.entries import DateBasis, SeriesRole
from core.records.exports import ExportRecord
from core.scope import TenantScope
from core.sources import MANIFESTS, SourceKind
from core.units import DateRange
from stores.postgres.database import Database
from stores.postgres.entries import IS_MATURE, entries_as_of, settle
from stores.postgres.export_starts import NewExport, start_export
from stores.postgres.quality import ENTRY_SCORE, at_least

IN_USE_DAYS: Final = 30
"""A connection that was read this recently is in use: its newest days are still to come."""


class CausalStore:
    """Starts exports; reads series, and how far connections were read."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def start(
        self, scope: TenantScope, definition: CausalDefinition, as_of: datetime | None
    ) -> ExportRecord:
        """Write an export, its run and its job, and pin its moment; BadInput for the future."""
        asked = NewExport(definition.to_json(), definition.sha256, definition.dates)
        return await start_export(self._database, scope, asked, as_of)

    async def series(
        self, scope: TenantScope, definition: CausalDefinition, as_of: datetime
    ) -> tuple[SeriesEntry, ...]:
        """Every value of every series in the definition's dates, by name and day."""
        conditions, relation = entries_as_of(scope, as_of)
        dates = definition.dates
        conditions.add("e.date BETWEEN {} AND {}", dates.since, dates.until)
        conditions.add("e.level = {}", Level.SERIES)
        conditions.add("e.series_role IS NOT NULL AND e.value IS NOT NULL")
        if definition.min_quality is not None:
            conditions.add(at_least("{}"), definition.min_quality)
        sql = _SERIES.format(relation=relation, where=conditions)
        async with self._database.read(scope) as connection:
            await settle(connection, scope, as_of)
            rows = await connection.fetch(sql, *conditions.values)
        return tuple(map(_series_entry, rows))

    async def coverage(
        self, scope: TenantScope, dates: DateRange, as_of: datetime
    ) -> tuple[Coverage, ...]:
        """How far each connection had been read.

        What sends by itself is read from its first entry up to the moment. Files bring no newer
        days by themselves, so none of them is in use.
        """
        async with self._database.read(scope) as connection:
            await settle(connection, scope, as_of)
            rows = await connection.fetch(
                _READ, scope.tenant_id, as_of, dates.since, dates.until, IN_USE_DAYS
            )
        days: defaultdict[UUID, dict[date, bool]] = defaultdict(dict)
        about: dict[UUID, asyncpg.Record] = {}
        for row in rows:
            about[row["id"]] = row
            if row["date"] is not None:
                days[row["id"]][row["date"]] = row["is_mature"]
        return tuple(_coverage(row, days[place], dates) for place, row in about.items())

    async def rejected(self, scope: TenantScope, as_of: datetime) -> dict[UUID, int]:
        """Records of each connection that had been refused by `as_of`, once each."""
        async with self._database.read(scope) as connection:
            await settle(connection, scope, as_of)
            rows = await connection.fetch(_REJECTED, scope.tenant_id, as_of)
        return {row["connection_id"]: row["records"] for row in rows}

    async def below_quality(
        self, scope: TenantScope, definition: CausalDefinition, as_of: datetime
    ) -> int:
        """Entries of the dates that the definition's lowest quality leaves out."""
        if definition.min_quality is None:
            return 0
        conditions, relation = entries_as_of(scope, as_of)
        dates = definition.dates
        conditions.add("e.date BETWEEN {} AND {}", dates.since, dates.until)
        conditions.add(f"({at_least('{}')}) IS NOT TRUE", definition.min_quality)
        async with self._database.read(scope) as connection:
            await settle(connection, scope, as_of)
            sql = f"SELECT count(*) FROM {relation} WHERE {conditions}"
            return int(await connection.fetchval(sql, *conditions.values))

    async def currencies(
        self, scope: TenantScope, dates: DateRange, as_of: datetime
    ) -> tuple[str, ...]:
        """The currencies of the entries of these dates."""
        async with self._database.read(scope) as connection:
            await settle(connection, scope, as_of)
            rows = await connection.fetch(
                _CURRENCIES, scope.tenant_id, dates.since, dates.until, as_of
            )
        return tuple(row["currency"] for row in rows)

    async def campaigns(
        self, scope: TenantScope, dates: DateRange, as_of: datetime
    ) -> dict[str, tuple[str, str | None]]:
        """Id, and name at `as_of`, of each campaign with entries in these dates, by digest."""
        conditions, relation = entries_as_of(scope, as_of)
        conditions.add("e.date BETWEEN {} AND {}", dates.since, dates.until)
        conditions.add("e.campaign IS NOT NULL")
        async with self._database.read(scope) as connection:
            await settle(connection, scope, as_of)
            sql = _CAMPAIGNS.format(relation=relation, where=conditions)
            rows = await connection.fetch(sql, *conditions.values)
        return {str(row["campaign"]): (row["campaign_id"], row["name"]) for row in rows}

    async def choices(
        self, scope: TenantScope, dates: DateRange, as_of: datetime | None
    ) -> tuple[Choice, ...]:
        """What entries there had been by `as_of` (now when None), by connection and kind."""
        async with self._database.read(scope) as connection:
            await settle(connection, scope, as_of)
            rows = await connection.fetch(
                _CHOICES, scope.tenant_id, dates.since, dates.until, as_of
            )
        return tuple(map(_choice, rows))


def _series_entry(row: asyncpg.Record) -> SeriesEntry:
    return SeriesEntry(
        connection_id=row["connection_id"],
        name=row["entity_id"],
        role=SeriesRole(row["series_role"]),
        channel=row["channel"],
        date=row["date"],
        covers_days=row["covers_days"],
        country=row["country"],
        geo=row["geo"],
        value=row["value"],
        currency=row["currency"],
        is_mature=row["is_mature"],
        quality=row["quality"],
    )


def _coverage(row: asyncpg.Record, days: dict[date, bool], dates: DateRange) -> Coverage:
    source = Source(row["source"])
    kind, today = source.manifest.kind, row["today"]
    if kind is SourceKind.PUSH:
        days = {
            day: (today - day).days > row["settles"]
            for day in dates
            if row["first"] and row["first"] <= day <= today
        }
    return Coverage(
        connection_id=row["id"],
        source=source,
        time_zone=row["time_zone"],
        is_in_use=kind is SourceKind.PUSH or (kind is SourceKind.PULL and row["is_in_use"]),
        days=days,
    )


def _choice(row: asyncpg.Record) -> Choice:
    return Choice(
        connection_id=row["connection_id"],
        source=Source(row["source"]),
        is_orders=row["is_orders"],
        series=row["series"],
        role=SeriesRole(row["series_role"]) if row["series_role"] else None,
        currency=row["currency"],
        covers_days=row["covers_days"],
        entries=row["entries"],
        dates=DateRange(row["since"], row["until"]),
    )


_PUSHED = ", ".join(f"'{each.name}'" for each in MANIFESTS.values() if each.kind is SourceKind.PUSH)
_SERIES = f"""
SELECT e.connection_id, e.entity_id, e.series_role, e.channel, e.date,
       coalesce(e.covers_days, 1) AS covers_days, nullif(e.country, '') AS country,
       nullif(e.geo, '') AS geo, e.value, e.currency, {IS_MATURE} AS is_mature,
       {ENTRY_SCORE} AS quality
FROM {{relation}} WHERE {{where}}
ORDER BY e.entity_id COLLATE "C", e.connection_id, e.date, e.country, e.geo, e.digest
"""
_READ = f"""
SELECT c.id, c.source, c.time_zone, c.settles, f.first, d.date,
       ($2::timestamptz AT TIME ZONE c.time_zone)::date AS today,
       (d.read_at AT TIME ZONE c.time_zone)::date - d.date > c.settles AS is_mature,
       coalesce(n.read_at > $2::timestamptz - make_interval(days => $5), false) AS is_in_use
FROM (
    SELECT k.*, settles_after(k.tenant_id, k.id, k.look_back_days, $2) AS settles
    FROM connection k WHERE k.tenant_id = $1 OFFSET 0
) c
LEFT JOIN LATERAL (
    SELECT max(r.read_at) AS read_at FROM day_reading r
    WHERE r.tenant_id = $1 AND r.connection_id = c.id AND r.read_at <= $2
) n ON true
LEFT JOIN LATERAL (
    SELECT min(e.date) AS first FROM marketing_entry e
    WHERE e.tenant_id = $1 AND e.connection_id = c.id AND e.first_learned_at <= $2
      AND c.source IN ({_PUSHED})
) f ON true
LEFT JOIN LATERAL (
    SELECT r.date, max(r.read_at) AS read_at FROM day_reading r
    WHERE r.tenant_id = $1 AND r.connection_id = c.id AND r.read_at <= $2
      AND r.date BETWEEN $3 AND $4
    GROUP BY r.date
) d ON true
ORDER BY c.id, d.date
"""
# What became of them later does not count: it may change, and this is an answer as of a moment.
_REJECTED = """
SELECT connection_id, count(DISTINCT fingerprint) AS records FROM rejected_record
WHERE tenant_id = $1 AND rejected_at <= $2 GROUP BY connection_id ORDER BY connection_id
"""
_CHOICES = f"""
SELECT connection_id, source, level = '{Level.ORDER}' OR (level = '{Level.ACCOUNT}'
           AND date_basis = '{DateBasis.EVENT}') AS is_orders,
       CASE WHEN level = '{Level.SERIES}' THEN entity_id END AS series, series_role,
       min(currency) AS currency, max(coalesce(covers_days, 1)) AS covers_days,
       count(*) AS entries, min(date) AS since, max(date) AS until
FROM marketing_entry
WHERE tenant_id = $1 AND date BETWEEN $2 AND $3
  AND first_learned_at <= coalesce($4::timestamptz, 'infinity')
GROUP BY 1, 2, 3, 4, 5
ORDER BY 1, 2, 3, 4, 5
"""
_CURRENCIES = """
SELECT DISTINCT currency FROM marketing_entry
WHERE tenant_id = $1 AND date BETWEEN $2 AND $3 AND first_learned_at <= $4 ORDER BY currency
"""
_CAMPAIGNS = """
SELECT n.campaign, c.campaign_id, k.name
FROM (SELECT DISTINCT e.campaign FROM {relation} WHERE {where}) n
JOIN campaign c ON c.tenant_id = $1 AND c.digest = n.campaign
LEFT JOIN LATERAL (
    SELECT name FROM campaign_name
    WHERE tenant_id = $1 AND digest = n.campaign AND learned_at <= $2
    ORDER BY learned_at DESC LIMIT 1
) k ON true
"""
