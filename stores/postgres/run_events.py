"""The log of a run's steps, written in the transaction of the step itself."""

from __future__ import annotations

from dataclasses import asdict, fields
from typing import Any
from uuid import UUID

import asyncpg

from core.records.runs import Counters, RunEventKind, RunEventRecord, RunStatus
from core.scope import TenantScope
from stores.postgres.database import Connection, storable

COUNTERS = tuple(field.name for field in fields(Counters))


async def record_event(
    connection: Connection, scope: TenantScope, run_id: UUID, kind: RunEventKind, message: str
) -> None:
    """Append an event with the run's present counters; sequences have no gaps."""
    await connection.execute(_APPEND, scope.tenant_id, run_id, kind, storable(message))


_APPEND = f"""
WITH step AS (
    UPDATE run SET event_sequence = event_sequence + 1
    WHERE tenant_id = $1 AND id = $2
    RETURNING event_sequence, status, progress,
        jsonb_build_object({", ".join(f"'{name}', {name}" for name in COUNTERS)}) AS counters
)
INSERT INTO run_event (tenant_id, run_id, sequence, kind, status, message, counters, progress)
SELECT $1, $2, event_sequence, $3, status, $4, counters, progress FROM step
"""


def counters_of(row: Any) -> Counters:
    """The counters that a row or object holds by name."""
    return Counters(**{name: row[name] for name in COUNTERS})


def counters_json(counters: Counters) -> dict[str, int]:
    """Counters as they are kept in JSON."""
    return asdict(counters)


def event_record(row: asyncpg.Record) -> RunEventRecord:
    """The record of a row of run_event."""
    return RunEventRecord(
        run_id=row["run_id"],
        sequence=row["sequence"],
        at=row["at"],
        kind=RunEventKind(row["kind"]),
        status=RunStatus(row["status"]),
        message=row["message"],
        counters=counters_of(row["counters"]),
        progress=row["progress"],
    )
