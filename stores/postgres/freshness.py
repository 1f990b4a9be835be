"""By when connections are to be read again: kept as it was at every moment of the clock."""

from __future__ import annotations

from uuid import UUID

from core.scope import TenantScope
from stores.postgres.database import Connection


async def note_freshness(connection: Connection, scope: TenantScope, connection_id: UUID) -> None:
    """Keep what is promised of a connection now, at the moment the transaction has advanced to.

    Called last in a transaction that changed its status or its schedules, and that advanced the
    clock before it locked any row, as merges do.
    """
    await connection.execute(_NOTE, scope.tenant_id, connection_id)


_NOTE = """
INSERT INTO freshness_goal (tenant_id, connection_id, learned_at, is_active, schedules)
SELECT c.tenant_id, c.id, (SELECT learned_at FROM data_clock WHERE tenant_id = $1),
       c.status = 'ACTIVE', coalesce((
           SELECT jsonb_agg(to_jsonb(s)) FROM (
               SELECT s.id, s.cron, s.interval_minutes, s.jitter_seconds, s.created_at
               FROM schedule s
               WHERE s.tenant_id = $1 AND s.connection_id = $2 AND NOT s.is_paused
               ORDER BY s.id) s), '[]')
FROM connection c WHERE c.tenant_id = $1 AND c.id = $2
ON CONFLICT (tenant_id, connection_id, learned_at) DO UPDATE SET
    is_active = excluded.is_active, schedules = excluded.schedules
"""
