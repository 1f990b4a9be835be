"""The log of a run's steps, written in the transaction of the step itself."""

from __future__ import annotations

from dataclasses import asdict, fields
from typing import Any
from uuid import UUID

import asyncpg

from core.records.events import DataEvent, DataEventKind, kind_of_step
from core.records.runs import Counters, Pace, RunEventKind, RunEventRecord, RunKind, RunStatus
from core.scope import TenantScope
from core.units import DateRange
from stores.postgres.database import Connection, storable
from stores.postgres.outbox import record_outbox

COUNTERS = tuple(field.name for field in fields(Counters))


async def record_event(
    connection: Connection, scope: TenantScope, run_id: UUID, kind: RunEventKind, message: str
) -> None:
    """Append an event with the run's present counters; sequences have no gaps.

    What the tenant is to hear of is in the outbox too, so this takes the locks that
    `record_outbox` does: it comes last in a transaction.
    """
    row = await connection.fetchrow(_APPEND, scope.tenant_id, run_id, kind, storable(message))
    if row is not None and (told := _told(row)) is not None:
        await record_outbox(connection, scope, told)


async def record_restatement(
    connection: Connection,
    scope: TenantScope,
    run_id: UUID,
    counters: Counters,
    dates: DateRange | None,
) -> None:
    """Tell the tenant that known entries of `dates` changed or vanished; None: that none did.

    Takes the locks that `record_outbox` does.
    """
    if dates is None:
        return
    row = await connection.fetchrow(_STANDING, scope.tenant_id, run_id)
    if row is not None:
        event = DataEvent(
            DataEventKind.ENTRIES_RESTATED,
            row["connection_id"],
            run_id,
            RunStatus(row["status"]),
            counters,
            dates,
        )
        await record_outbox(connection, scope, event)


def _told(row: asyncpg.Record) -> DataEvent | None:
    status, counters = RunStatus(row["status"]), counters_of(row["counters"])
    kind = kind_of_step(RunEventKind(row["kind"]), status)
    # What is said of the data is no news of the data, and follows whenever there is some.
    if kind is None or RunKind(row["of"]).follows_by_itself:
        return None
    if kind is DataEventKind.PAGE_LANDED and row["before"] is not None:
        counters = counters.since(counters_of(row["before"]))
    return DataEvent(kind, row["connection_id"], row["run_id"], status, counters)


_APPEND = f"""
WITH clock AS (
    SELECT worked_seconds + CASE
        WHEN status IN ('RUNNING', 'SUCCEEDED') AND $3 NOT IN ('STARTED', 'RESUMED')
        THEN coalesce(extract(epoch FROM clock_timestamp() - stepped_at)::float8, 0) ELSE 0
    END AS worked_seconds
    FROM run WHERE tenant_id = $1 AND id = $2
), step AS (
    UPDATE run SET event_sequence = event_sequence + 1, stepped_at = clock_timestamp(),
        worked_seconds = clock.worked_seconds,
        windows_seconds = CASE WHEN $3 = 'WINDOW_COMPLETED' THEN clock.worked_seconds
                               ELSE windows_seconds END
    FROM clock WHERE tenant_id = $1 AND id = $2
    RETURNING run.*,
        jsonb_build_object({", ".join(f"'{name}', {name}" for name in COUNTERS)}) AS counters
), appended AS (
    INSERT INTO run_event (
        tenant_id, run_id, sequence, kind, status, message, counters, progress, worked_seconds,
        windows_seconds, windows_done, windows_total)
    SELECT $1, $2, event_sequence, $3, status, $4, counters, progress, worked_seconds,
           windows_seconds, (checkpoint ->> 'windows_done')::int, (checkpoint ->> 'windows')::int
    FROM step
    RETURNING run_id, sequence, kind, status, counters
)
SELECT a.run_id, a.kind, a.status, a.counters, s.connection_id, s.kind AS of,
       p.counters AS before
FROM appended a CROSS JOIN step s LEFT JOIN run_event p
    ON p.tenant_id = $1 AND p.run_id = a.run_id AND p.sequence = a.sequence - 1
"""
_STANDING = "SELECT connection_id, status FROM run WHERE tenant_id = $1 AND id = $2"


def _pace(row: asyncpg.Record) -> Pace:
    """The pace that a row of run_event holds."""
    return Pace(
        row["worked_seconds"], row["windows_seconds"], row["windows_done"], row["windows_total"]
    )


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
        pace=_pace(row),
    )
