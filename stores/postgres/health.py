"""What health follows from, counted where the data are, as it was known at a moment."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import asyncpg

from core.records.connections import Source
from core.records.health import ConnectionFacts, EntryCount, HealthCounts, HealthFilter, Promise
from core.records.schedules import Timing
from core.scope import TenantScope
from stores.postgres.conditions import Conditions
from stores.postgres.database import Connection, Database
from stores.postgres.entries import entries_as_of, settle


class HealthStore:
    """Counts entries by their checks, and days by when they were read."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def counts(
        self, scope: TenantScope, where: HealthFilter, as_of: datetime | None
    ) -> HealthCounts:
        """All in one snapshot; `as_of` None is the present, which is answered with."""
        async with self._database.read(scope) as connection:
            await settle(connection, scope, as_of)
            moment = as_of or await connection.fetchval("SELECT now()")
            facts = await _facts(connection, scope, where, moment)
            return HealthCounts(moment, facts, await _entries(connection, scope, where, as_of))


async def _entries(
    connection: Connection, scope: TenantScope, where: HealthFilter, as_of: datetime | None
) -> tuple[EntryCount, ...]:
    conditions, relation = entries_as_of(scope, as_of)
    conditions.add("e.date BETWEEN {} AND {}", where.dates.since, where.dates.until)
    conditions.among("e.source", where.sources)
    conditions.among("e.connection_id", where.connections)
    sql = _COUNTS.format(relation=relation, where=conditions)
    rows = await connection.fetch(sql, *conditions.values)
    return tuple(EntryCount(**dict(row)) for row in rows)


async def _facts(
    connection: Connection, scope: TenantScope, where: HealthFilter, moment: datetime
) -> tuple[ConnectionFacts, ...]:
    conditions = Conditions(scope.tenant_id, moment, where.dates.since, where.dates.until)
    conditions.add("k.tenant_id = $1 AND k.created_at <= $2")
    conditions.among("k.source", where.sources)
    conditions.among("k.id", where.connections)
    rows = await connection.fetch(_FACTS.format(where=conditions), *conditions.values)
    return tuple(map(_record, rows))


def _record(row: asyncpg.Record) -> ConnectionFacts:
    compared = zip(row["dates"] or (), row["compared"] or (), row["apart"] or (), strict=True)
    return ConnectionFacts(
        id=row["id"],
        source=Source(row["source"]),
        time_zone=row["time_zone"],
        created_at=row["created_at"],
        is_active=row["is_active"],
        promises=tuple(map(_promise, row["schedules"])),
        first_day=row["first_day"],
        last_day=row["last_day"],
        fresh_at=row["fresh_at"],
        read_days=tuple(row["read_days"] or ()),
        mature_days=row["mature_days"],
        compared={day: (count, apart) for day, count, apart in compared},
        records=row["records"],
        rejected=row["rejected"],
    )


def _promise(told: dict[str, object]) -> Promise:
    minutes = told["interval_minutes"]
    timing = Timing(
        cron=None if told["cron"] is None else str(told["cron"]),
        interval_minutes=None if minutes is None else int(str(minutes)),
        jitter_seconds=int(str(told["jitter_seconds"])),
    )
    return Promise(UUID(str(told["id"])), timing, datetime.fromisoformat(str(told["created_at"])))


_COUNTS = """
SELECT e.connection_id, date_trunc('week', e.date)::date AS week, e.checks_applied AS applied,
       e.checks_failed AS failed, e.currency, count(*) AS entries, sum(e.spend) AS spend
FROM {relation} WHERE {where}
GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 2, 3, 4, 5
"""
# Fresh: when a day was read that was the newest or the one before it at the account, so that a
# backfill of old days makes nothing look fresh. Pages of totals (readings below 0) have no records.
_FACTS = """
SELECT k.id, k.source, k.time_zone, k.created_at, coalesce(g.is_active, true) AS is_active,
       coalesce(g.schedules, '[]') AS schedules, s.first_day, s.last_day, f.fresh_at, d.read_days,
       d.mature_days, a.dates, a.compared, a.apart, p.records, p.rejected
FROM (
    -- OFFSET 0: asked once for each connection, not for each day.
    SELECT c.*, settles_after(c.tenant_id, c.id, c.look_back_days, $2) AS settles
    FROM connection c WHERE c.tenant_id = $1 OFFSET 0
) k
LEFT JOIN LATERAL (
    SELECT is_active, schedules FROM freshness_goal g
    WHERE g.tenant_id = $1 AND g.connection_id = k.id AND g.learned_at <= $2
    ORDER BY g.learned_at DESC LIMIT 1
) g ON true
CROSS JOIN LATERAL (
    SELECT min(r.date) AS first_day, max(r.date) AS last_day FROM day_reading r
    WHERE r.tenant_id = $1 AND r.connection_id = k.id AND r.read_at <= $2
) s
LEFT JOIN LATERAL (
    SELECT r.read_at AS fresh_at FROM day_reading r
    WHERE r.tenant_id = $1 AND r.connection_id = k.id AND r.read_at <= $2
      AND r.date >= (r.read_at AT TIME ZONE k.time_zone)::date - 1
    ORDER BY r.read_at DESC LIMIT 1
) f ON true
CROSS JOIN LATERAL (
    SELECT array_agg(r.date ORDER BY r.date) AS read_days, count(*) FILTER (
        WHERE (r.at AT TIME ZONE k.time_zone)::date - r.date > k.settles) AS mature_days
    FROM (
        SELECT date, max(read_at) AS at FROM day_reading
        WHERE tenant_id = $1 AND connection_id = k.id AND read_at <= $2 AND date BETWEEN $3 AND $4
        GROUP BY date
    ) r
) d
CROSS JOIN LATERAL (
    SELECT array_agg(c.date) AS dates, array_agg(c.compared) AS compared,
           array_agg(c.apart) AS apart
    FROM (
        SELECT DISTINCT ON (date) date, compared, apart FROM day_reconciliation
        WHERE tenant_id = $1 AND connection_id = k.id AND learned_at <= $2
          AND date BETWEEN $3 AND $4
        ORDER BY date, learned_at DESC
    ) c
) a
CROSS JOIN LATERAL (
    SELECT coalesce(sum(p.fetched), 0)::bigint AS records,
           coalesce(sum(p.rejected), 0)::bigint AS rejected
    FROM raw_page p JOIN run r ON r.tenant_id = $1 AND r.id = p.run_id
    WHERE p.tenant_id = $1 AND p.connection_id = k.id AND p.settled_at <= $2 AND p.reading >= 0
      AND p.fetched > 0 AND p.newest_day >= $3 AND r.kind <> 'REPLAY' AND (
          EXISTS (SELECT FROM unnest(p.seen_dates) s (date) WHERE s.date BETWEEN $3 AND $4)
          OR p.seen_dates = '{{}}' AND coalesce(r.since, p.fetched_at::date) <= $4
             AND coalesce(r.until, p.fetched_at::date) >= $3)
) p
WHERE {where} ORDER BY k.id
"""
