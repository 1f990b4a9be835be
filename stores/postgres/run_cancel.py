"""Asking runs to end: one by its caller, or all of a connection at once."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from core.records.runs import RunEventKind, RunStatus
from core.scope import TenantScope
from stores.postgres.database import Connection
from stores.postgres.queue import drop_job
from stores.postgres.run_events import record_event

_MESSAGES: Final = {
    RunEventKind.CANCELLED: "cancelled before it began",
    RunEventKind.CANCELLING: "its worker is told to stop",
}


async def cancel_run(
    connection: Connection, scope: TenantScope, run_id: UUID, status: RunStatus
) -> None:
    """End a queued run at once, a running one at its next page. The run's row is locked."""
    await connection.execute(_CANCEL, scope.tenant_id, run_id)
    queued = status is RunStatus.QUEUED
    if queued:
        await drop_job(connection, run_id)
    kind = RunEventKind.CANCELLED if queued else RunEventKind.CANCELLING
    await record_event(connection, scope, run_id, kind, _MESSAGES[kind])


async def cancel_runs_of(
    connection: Connection, scope: TenantScope, connection_id: UUID
) -> tuple[UUID, ...]:
    """Cancel every open run of a connection; which they were."""
    found = await connection.fetch(_OPEN, scope.tenant_id, connection_id)
    for row in found:
        await cancel_run(connection, scope, row["id"], RunStatus(row["status"]))
    return tuple(row["id"] for row in found)


_CANCEL = """
UPDATE run SET is_cancel_requested = true,
    status = CASE status WHEN 'QUEUED' THEN 'CANCELLED' ELSE status END,
    ended_at = CASE status WHEN 'QUEUED' THEN now() ELSE ended_at END
WHERE tenant_id = $1 AND id = $2
"""
_OPEN = """
SELECT id, status FROM run
WHERE tenant_id = $1 AND connection_id = $2 AND status IN ('QUEUED', 'RUNNING')
  AND NOT is_cancel_requested
ORDER BY id FOR UPDATE
"""
