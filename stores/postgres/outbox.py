"""Events, written in the transaction of what they tell of: both are committed, or neither."""

from __future__ import annotations

from dataclasses import asdict

from core.records.events import DataEvent
from core.scope import TenantScope
from stores.postgres.database import Connection


async def record_outbox(connection: Connection, scope: TenantScope, event: DataEvent) -> None:
    """Number and keep an event.

    Holds the tenant's event clock until commit. Take every other lock of the transaction before,
    or two transactions may wait for each other.
    """
    dates = event.dates
    await connection.execute(
        _RECORD,
        scope.tenant_id,
        event.kind,
        event.connection_id,
        event.run_id,
        event.status,
        asdict(event.counters),
        dates and dates.since,
        dates and dates.until,
    )


_RECORD = """
WITH clock AS (
    INSERT INTO event_clock AS c (tenant_id, sequence) VALUES ($1, 1)
    ON CONFLICT (tenant_id) DO UPDATE SET sequence = c.sequence + 1
    RETURNING sequence
)
INSERT INTO data_event (
    tenant_id, sequence, kind, connection_id, run_id, status, counters, since, until)
SELECT $1, sequence, $2, $3, $4, $5, $6, $7, $8 FROM clock
"""
