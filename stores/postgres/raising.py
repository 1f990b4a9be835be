"""Telling that insights were raised, in the transaction that raised them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Final
from uuid import UUID

from core.records.events import DataEventKind
from core.records.runs import Counters
from core.scope import TenantScope
from stores.postgres.database import Connection

_NOTHING: Final = asdict(Counters())


async def raise_insights(
    connection: Connection, scope: TenantScope, run_id: UUID, insights: Sequence[UUID]
) -> None:
    """Tell of each of `insights`, which the run has just raised: one event each, by their ids.

    Takes the lock that `record_outbox` does: it comes last in a transaction.
    """
    if not insights:
        return
    values = run_id, list(insights), DataEventKind.INSIGHT_RAISED, _NOTHING
    await connection.execute(_RECORD, scope.tenant_id, *values)


_RECORD = """
WITH raised AS MATERIALIZED (
    SELECT i.*, row_number() OVER (ORDER BY i.id) AS place, count(*) OVER () AS insights
    FROM insight i WHERE i.tenant_id = $1 AND i.id = ANY($3)
), clock AS (
    INSERT INTO event_clock AS c (tenant_id, sequence)
    SELECT $1, r.insights FROM raised r WHERE r.place = 1
    ON CONFLICT (tenant_id) DO UPDATE SET sequence = c.sequence + excluded.sequence
    RETURNING sequence
)
INSERT INTO data_event (
    tenant_id, sequence, kind, connection_id, run_id, status, counters, since, until, insight_id)
SELECT $1, clock.sequence - r.insights + r.place, $4, r.connection_id, run.id, run.status, $5,
       r.since, r.until, r.id
FROM raised r CROSS JOIN clock JOIN run ON run.tenant_id = $1 AND run.id = $2
"""
