"""Runs as their callers see them: asked for, watched, cancelled, tried again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from core.commands import NewRun, StartIngestion
from core.errors import Conflict
from core.missing import no_connection, no_run
from core.records.audit import Act
from core.records.pages import Page, PageRequest, RunSlice
from core.records.runs import RunEventKind, RunEventRecord, RunRecord, RunStatus
from core.scope import TenantScope
from stores.postgres.audit import acting, record_act
from stores.postgres.conditions import Conditions
from stores.postgres.database import Connection, Database
from stores.postgres.paging import Ordering, page_of
from stores.postgres.queue import drop_job, enqueue_run
from stores.postgres.run_cancel import cancel_run, cancel_runs_of
from stores.postgres.run_events import event_record, record_event
from stores.postgres.run_records import run_record
from stores.postgres.run_slices import Numbered, sliced
from stores.postgres.uploads import no_upload

_RETRIED = (RunStatus.FAILED, RunStatus.CANCELLED, RunStatus.PARKED)
_NEWEST_FIRST = Ordering(("id",), (UUID,), is_descending=True)
_EVENTS = Numbered("run_event", "sequence", "*")


class RunStore:
    """What a caller may do with runs; the worker's side is in `run_work.py`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def by_ids(self, scope: TenantScope, ids: Sequence[UUID]) -> dict[UUID, RunRecord]:
        """The runs of these ids that exist."""
        sql = "SELECT * FROM run WHERE tenant_id = $1 AND id = ANY($2)"
        async with self._database.read(scope) as connection:
            rows = await connection.fetch(sql, scope.tenant_id, list(ids))
        return {row["id"]: run_record(row) for row in rows}

    async def page(
        self,
        scope: TenantScope,
        request: PageRequest,
        connections: Sequence[UUID] = (),
        statuses: Sequence[RunStatus] = (),
    ) -> Page[RunRecord]:
        """One page, newest first, but for those that follow by themselves; the cursor is the id."""
        where = Conditions(scope.tenant_id)
        where.add("tenant_id = $1 AND kind NOT IN ('INDEX', 'ANALYSIS')")
        where.among("connection_id", connections)
        where.among("status", statuses)
        _NEWEST_FIRST.seek(where, request)
        sql = f"SELECT * FROM run WHERE {where} {_NEWEST_FIRST.clause(request)}"
        async with self._database.read(scope) as connection:
            rows = await connection.fetch(sql, *where.values)
        return page_of(rows, request, run_record)

    async def start_ingestion(self, scope: TenantScope, command: StartIngestion) -> RunRecord:
        """Write the command and its job in one transaction."""
        async with self._database.write(scope) as connection:
            await _require(connection, scope, command)
            if command.saves_mapping:
                await connection.execute(
                    _SAVE_MAPPING, scope.tenant_id, command.connection_id, command.file.to_json()
                )
            started = await start_run(connection, scope, command.run)
            await record_act(
                connection, scope, Act.RUN_REQUESTED, f"run:{started.id}", **_asked(command.run)
            )
            return started

    async def start_all(self, scope: TenantScope, runs: Sequence[NewRun]) -> tuple[RunRecord, ...]:
        """Write runs and their jobs in one transaction."""
        async with self._database.write(scope) as connection:
            started = [await start_run(connection, scope, run) for run in runs]
            subject = f"run:{started[0].id}" if len(started) == 1 else None
            asked = _asked(runs[0]) if len(runs) == 1 else {"runs": len(runs)}
            await record_act(connection, scope, Act.RUN_REQUESTED, subject, **asked)
            return tuple(started)

    async def request_cancel(self, scope: TenantScope, run_id: UUID) -> RunRecord:
        """End a queued run at once, a running one at its next page; Conflict when it has ended."""
        async with acting(self._database, scope, Act.RUNS_CANCELLED, f"run:{run_id}") as connection:
            run = await _locked(connection, scope, run_id)
            if run.status.is_final:
                raise _ended(run, "only a queued or running run can be cancelled")
            await cancel_run(connection, scope, run_id, run.status)
            return await _locked(connection, scope, run_id)

    async def cancel_all(self, scope: TenantScope, connection_id: UUID) -> tuple[UUID, ...]:
        """`request_cancel` every open run of a connection; which they were, oldest first."""
        async with self._database.write(scope) as connection:
            ended = await cancel_runs_of(connection, scope, connection_id)
            subject = f"connection:{connection_id}"
            await record_act(connection, scope, Act.RUNS_CANCELLED, subject, runs=len(ended))
            return ended

    async def retry(self, scope: TenantScope, run_id: UUID) -> RunRecord:
        """Queue an ended run again; it goes on from its last checkpoint."""
        async with acting(self._database, scope, Act.RUN_RETRIED, f"run:{run_id}") as connection:
            run = await _locked(connection, scope, run_id)
            if run.status not in _RETRIED:
                raise _ended(run, "only a failed, cancelled or parked run can be tried again")
            return await reopen_run(connection, scope, run_id)

    async def events_after(
        self, scope: TenantScope, run_id: UUID, after: int, limit: int
    ) -> tuple[RunEventRecord, ...]:
        """The events behind sequence `after`, at most `limit`, in order."""
        asked = RunSlice(run_id, after, limit)
        return (await self.events_of(scope, [asked])).get(asked, ())

    async def events_of(
        self, scope: TenantScope, slices: Sequence[RunSlice]
    ) -> dict[RunSlice, tuple[RunEventRecord, ...]]:
        """The events of each slice that has any, in order."""
        async with self._database.read(scope) as connection:
            found = await sliced(connection, scope, _EVENTS, slices)
        return {asked: tuple(map(event_record, rows)) for asked, rows in found.items()}


def _asked(run: NewRun) -> dict[str, object]:
    """What the audit log tells of a run that was asked for."""
    dates = run.dates
    return {
        "kind": run.kind,
        "connection": run.connection_id,
        "since": dates and dates.since,
        "until": dates and dates.until,
    }


async def start_run(connection: Connection, scope: TenantScope, run: NewRun) -> RunRecord:
    """Write a run and its job in the caller's transaction, as its last step."""
    run_id = await connection.fetchval(_INSERT, *_values(scope, run))
    return await _queue(connection, scope, run_id, "waiting for a worker")


async def reopen_run(connection: Connection, scope: TenantScope, run_id: UUID) -> RunRecord:
    """Queue an ended run, which the caller has locked, once more."""
    await connection.execute(_REOPEN, scope.tenant_id, run_id)
    await drop_job(connection, run_id)
    return await _queue(connection, scope, run_id, "queued again")


async def _require(connection: Connection, scope: TenantScope, command: StartIngestion) -> None:
    found = await connection.fetchrow(
        _PARTS, scope.tenant_id, command.connection_id, command.upload_id
    )
    if found is None or not found["has_connection"]:
        raise no_connection()
    if command.upload_id is not None and not found["has_upload"]:
        raise no_upload(command.upload_id)


async def _queue(
    connection: Connection, scope: TenantScope, run_id: UUID, message: str
) -> RunRecord:
    await record_event(connection, scope, run_id, RunEventKind.QUEUED, message)
    await enqueue_run(connection, scope.tenant_id, run_id)
    return await _locked(connection, scope, run_id)


async def _locked(connection: Connection, scope: TenantScope, run_id: UUID) -> RunRecord:
    sql = "SELECT * FROM run WHERE tenant_id = $1 AND id = $2 FOR UPDATE"
    row = await connection.fetchrow(sql, scope.tenant_id, run_id)
    if row is None:
        raise no_run()
    return run_record(row)


def _ended(run: RunRecord, mend: str) -> Conflict:
    return Conflict(f"the run is {run.status.lower()}", field="runId", mend=mend)


def _values(scope: TenantScope, run: NewRun) -> tuple[Any, ...]:
    return (
        scope.tenant_id,
        run.kind,
        run.connection_id,
        run.dates and run.dates.since,
        run.dates and run.dates.until,
        run.upload_id,
        run.options,
        scope.actor,
    )


_INSERT = """
INSERT INTO run (
    tenant_id, kind, connection_id, since, until, upload_id, options, requested_by
) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING id
"""
_PARTS = """
SELECT EXISTS (SELECT FROM connection WHERE tenant_id = $1 AND id = $2) AS has_connection,
       EXISTS (SELECT FROM upload WHERE tenant_id = $1 AND id = $3 AND finished_at IS NOT NULL
               AND body_gone_at IS NULL)
           AS has_upload
"""
_SAVE_MAPPING = "UPDATE connection SET file_mapping = $3 WHERE tenant_id = $1 AND id = $2"
_REOPEN = """
UPDATE run SET status = 'QUEUED', is_cancel_requested = false, crashes = 0, error = NULL,
    receipt = NULL, ended_at = NULL
WHERE tenant_id = $1 AND id = $2
"""
