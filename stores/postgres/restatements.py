"""What restatements taught, how it is learned from vintages, and the look-back it proposes."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from itertools import groupby
from uuid import UUID

import asyncpg

from core.errors import Conflict
from core.missing import no_connection
from core.records.audit import Act
from core.records.connections import ConnectionRecord
from core.records.restatements import Lesson, ObservedDay, Settling, proposed_look_back
from core.scope import TenantScope
from stores.postgres.audit import record_act
from stores.postgres.clock import advance_clock
from stores.postgres.connections import connection_record
from stores.postgres.database import Database

METRICS = ("spend", "impressions", "clicks", "conversions", "conversion_value")
"""Metrics of which it is learned when they settle."""

HISTORY_DAYS = 150
"""Of how many days before the newest is learned."""

EVERY_HOURS = 20
"""How often at most is learned of a connection: a day is no older than yesterday's lesson."""


class RestatementStore:
    """Lessons, append-only, so that what was known at a moment stays so."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def by_connections(self, scope: TenantScope, ids: Sequence[UUID]) -> dict[UUID, Lesson]:
        """The newest lesson of each connection that has one."""
        async with self._database.read(scope) as connection:
            rows = await connection.fetch(_NEWEST, scope.tenant_id, list(ids))
        by_connection = groupby(rows, lambda row: row["connection_id"])
        return {key: _lesson(list(group)) for key, group in by_connection}

    async def is_due(self, scope: TenantScope, connection_id: UUID) -> bool:
        """Whether days have been read again since the last lesson, which is some hours ago."""
        async with self._database.read(scope) as connection:
            return bool(
                await connection.fetchval(_IS_DUE, scope.tenant_id, connection_id, EVERY_HOURS)
            )

    async def observed(
        self, scope: TenantScope, connection_id: UUID
    ) -> Mapping[str, tuple[ObservedDay, ...]]:
        """By metric: the totals of its days as they were known after each reading."""
        async with self._database.read(scope) as connection:
            asked = scope.tenant_id, connection_id, HISTORY_DAYS
            readings = await connection.fetch(_READINGS, *asked)
            moments = await connection.fetch(_MOMENTS, *asked)
        known: defaultdict[date, list[asyncpg.Record]] = defaultdict(list)
        for row in moments:
            known[row["date"]].append(row)
        by_day = [(day, list(rows)) for day, rows in groupby(readings, lambda row: row["date"])]
        return {
            metric: tuple(_observed(metric, day, rows, known[day]) for day, rows in by_day)
            for metric in METRICS
        }

    async def learn(
        self, scope: TenantScope, connection_id: UUID, metrics: Iterable[Settling]
    ) -> None:
        """Keep a lesson; maturity follows it from the moment of its commit."""
        async with self._database.write(scope) as connection:
            moment = await advance_clock(connection, scope)
            await connection.executemany(
                _LEARN,
                [
                    (
                        scope.tenant_id,
                        connection_id,
                        moment,
                        each.metric,
                        each.settles_after_days,
                        each.at_least_days,
                        each.at_most_days,
                        each.days,
                        each.followed_days,
                    )
                    for each in metrics
                ],
            )

    async def accept_look_back(self, scope: TenantScope, connection_id: UUID) -> ConnectionRecord:
        """Take the proposed look-back; Conflict when none is proposed, or NotFound."""
        async with self._database.write(scope) as connection:
            await advance_clock(connection, scope)
            rows = await connection.fetch(_NEWEST, scope.tenant_id, [connection_id])
            current = await connection.fetchval(_CURRENT, scope.tenant_id, connection_id)
            if current is None:
                raise no_connection()
            proposed = proposed_look_back(_lesson(rows).metrics, current) if rows else None
            if proposed is None:
                raise Conflict(
                    "no other look-back is proposed",
                    field="connectionId",
                    mend="accept once proposedLookBackDays has a number",
                )
            row = await connection.fetchrow(_TAKE, scope.tenant_id, connection_id, proposed)
            if row is None:
                raise no_connection()
            subject, days = f"connection:{connection_id}", {"look_back_days": proposed}
            await record_act(connection, scope, Act.LOOK_BACK_ACCEPTED, subject, **days)
        return connection_record(row)


def _observed(
    metric: str, day: date, readings: Sequence[asyncpg.Record], moments: Sequence[asyncpg.Record]
) -> ObservedDay:
    learned = [row["learned_at"] for row in moments]
    totals = [0.0, *(float(row[metric] or 0) for row in moments)]
    return ObservedDay(
        day,
        tuple(row["age"] for row in readings),
        tuple(totals[bisect_right(learned, row["read_at"])] for row in readings),
    )


def _lesson(rows: Sequence[asyncpg.Record]) -> Lesson:
    return Lesson(
        rows[0]["learned_at"],
        tuple(
            Settling(
                row["metric"],
                row["settles_after_days"],
                row["at_least_days"],
                row["at_most_days"],
                row["days"],
                row["followed_days"],
            )
            for row in rows
        ),
    )


_NEWEST = """
SELECT l.* FROM restatement_lesson l
WHERE l.tenant_id = $1 AND l.connection_id = ANY($2) AND l.learned_at = (
    SELECT max(n.learned_at) FROM restatement_lesson n
    WHERE n.tenant_id = $1 AND n.connection_id = l.connection_id)
ORDER BY l.connection_id, l.metric
"""
_IS_DUE = """
SELECT NOT EXISTS (
    SELECT FROM restatement_lesson
    WHERE tenant_id = $1 AND connection_id = $2
      AND learned_at > clock_timestamp() - make_interval(hours => $3)
) AND EXISTS (
    SELECT FROM day_reading WHERE tenant_id = $1 AND connection_id = $2
    GROUP BY date HAVING count(*) > 1)
"""
_SINCE = """(
    SELECT max(n.date) - $3::int FROM day_reading n WHERE n.tenant_id = $1 AND n.connection_id = $2
)"""
_READINGS = f"""
SELECT d.date, (d.read_at AT TIME ZONE c.time_zone)::date - d.date AS age, max(d.read_at) AS read_at
FROM day_reading d JOIN connection c ON c.tenant_id = d.tenant_id AND c.id = d.connection_id
WHERE d.tenant_id = $1 AND d.connection_id = $2 AND d.date >= {_SINCE}
GROUP BY d.date, age ORDER BY d.date, age
"""
_VALUES = ", ".join(
    f"CASE WHEN v.is_present THEN coalesce(v.{metric}, 0) ELSE 0 END AS {metric}"
    for metric in METRICS
)
_MOVES = ", ".join(
    f"{metric} - lag({metric}, 1, 0) OVER of_entry AS {metric}" for metric in METRICS
)
_TOTALS = ", ".join(f"sum(sum({metric})) OVER of_day AS {metric}" for metric in METRICS)
# Each vintage moves the total of its day by what it differs from the vintage before it.
_MOMENTS = f"""
WITH versions AS (
    SELECT v.date, v.digest, v.learned_at, {_VALUES}
    FROM marketing_entry e JOIN marketing_entry_vintage v
        ON v.tenant_id = e.tenant_id AND v.date = e.date AND v.digest = e.digest
    WHERE e.tenant_id = $1 AND e.connection_id = $2 AND e.date >= {_SINCE}
), moves AS (
    SELECT date, learned_at, {_MOVES} FROM versions
    WINDOW of_entry AS (PARTITION BY date, digest ORDER BY learned_at)
)
SELECT date, learned_at, {_TOTALS} FROM moves GROUP BY date, learned_at
WINDOW of_day AS (PARTITION BY date ORDER BY learned_at) ORDER BY date, learned_at
"""
_LEARN = """
INSERT INTO restatement_lesson (
    tenant_id, connection_id, learned_at, metric, settles_after_days, at_least_days, at_most_days,
    days, followed_days)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
"""
_CURRENT = """
SELECT look_back_days FROM connection WHERE tenant_id = $1 AND id = $2 FOR UPDATE
"""
_TAKE = """
UPDATE connection SET look_back_days = $3 WHERE tenant_id = $1 AND id = $2 RETURNING *
"""
