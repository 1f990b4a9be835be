"""Letting go of logs: what runs did step by step, once they have ended long ago.

A run keeps its receipt, its counters and the last event of its log.
"""

from __future__ import annotations

from typing import Final

from core.records.retention import LetGo
from core.scope import TenantScope
from stores.postgres.database import Connection

_ENDED: Final = """
r.tenant_id = $1 AND r.status NOT IN ('QUEUED', 'RUNNING')
AND r.ended_at < clock_timestamp() - make_interval(days => $2::int)
"""
# What insights name stays, also as they once stood.
_LED_TO_NOTHING: Final = f"""
{_ENDED} AND r.kind IN ('INDEX', 'ANALYSIS')
AND NOT EXISTS (SELECT FROM insight i WHERE i.tenant_id = $1 AND i.run_id = r.id)
AND NOT EXISTS (SELECT FROM insight_act a WHERE a.tenant_id = $1 AND a.run_id = r.id)
AND NOT EXISTS (SELECT FROM insight_verdict v WHERE v.tenant_id = $1 AND v.run_id = r.id)
AND NOT EXISTS (SELECT FROM insight_version o
                WHERE o.tenant_id = $1 AND o.told ->> 'run_id' = r.id::text)
"""
_OPEN_LETTER: Final = f"""
{_ENDED} AND r.status IN ('FAILED', 'PARKED')
AND NOT EXISTS (SELECT FROM run_dismissal d
                WHERE d.tenant_id = $1 AND d.run_id = r.id AND d.at >= r.ended_at)
"""
_OLD_EVENTS: Final = f"""
FROM run r JOIN run_event e
    ON e.tenant_id = $1 AND e.run_id = r.id AND e.sequence < r.event_sequence
WHERE {_ENDED}
"""


async def logs_due(connection: Connection, scope: TenantScope, days: int | None) -> LetGo:
    """What would go at this moment; nothing where `days` is None."""
    row = await connection.fetchrow(_DUE, scope.tenant_id, days)
    return LetGo(**dict(row)) if row else LetGo()


async def let_go_of_logs(
    connection: Connection, scope: TenantScope, days: int | None, most: int
) -> LetGo:
    """Let go of at most so many of each kind."""
    values = scope.tenant_id, days, most
    return LetGo(
        runs=await connection.fetchval(_RUNS, *values),
        run_events=await connection.fetchval(_EVENTS, *values),
        dead_letters=await connection.fetchval(_LETTERS, *values, scope.actor),
    )


_DUE = f"""
WITH nothing AS MATERIALIZED (SELECT r.id FROM run r WHERE {_LED_TO_NOTHING})
SELECT (SELECT count(*) FROM nothing) AS runs,
       (SELECT count(*) {_OLD_EVENTS} AND r.id NOT IN (SELECT id FROM nothing)) AS run_events,
       (SELECT count(*) FROM run r WHERE {_OPEN_LETTER} AND r.id NOT IN (SELECT id FROM nothing))
           AS dead_letters
"""
_RUNS = f"""
WITH gone AS (
    DELETE FROM run WHERE tenant_id = $1
        AND id IN (SELECT r.id FROM run r WHERE {_LED_TO_NOTHING} LIMIT $3)
    RETURNING 1
) SELECT count(*) FROM gone
"""
_EVENTS = f"""
WITH old AS (
    SELECT e.run_id, e.sequence {_OLD_EVENTS} LIMIT $3
), gone AS (
    DELETE FROM run_event e USING old
    WHERE e.tenant_id = $1 AND e.run_id = old.run_id AND e.sequence = old.sequence RETURNING 1
) SELECT count(*) FROM gone
"""
_LETTERS = f"""
WITH laid AS (
    INSERT INTO run_dismissal (tenant_id, run_id, dismissed_by, why)
    SELECT $1, r.id, $4, 'its log is no longer kept' FROM run r WHERE {_OPEN_LETTER} LIMIT $3
    ON CONFLICT (tenant_id, run_id) DO UPDATE SET
        at = clock_timestamp(), dismissed_by = excluded.dismissed_by, why = excluded.why
    RETURNING 1
) SELECT count(*) FROM laid
"""
