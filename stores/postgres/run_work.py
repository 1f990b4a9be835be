"""The worker's side of a run: claim it, hold it, wait, end it.

Every step names the claim it works under. A worker that was taken for dead and comes back
holds an older claim: its steps are refused, so nothing is done twice.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

import asyncpg

from core.errors import Conflict, Transient
from core.jsonvalue import JSONObject
from core.records.runs import RunError, RunEventKind, RunRecord, RunStatus
from core.scope import TenantScope
from stores.postgres.database import Connection, Database
from stores.postgres.run_events import record_event
from stores.postgres.run_records import error_json, run_record

MAX_CRASHES = 3


class ClaimLost(Conflict):
    """Another worker has taken the run over, or it has ended: stop, and touch nothing."""

    code = "CLAIM_LOST"
    advice = "nothing: the worker that holds the run goes on with it"


class CancelRequested(Conflict):
    """Someone asked for the run to end."""

    code = "CANCEL_REQUESTED"
    advice = "nothing: the run ends as CANCELLED"


@dataclass(frozen=True, slots=True)
class Claimed:
    """A run in this worker's hands."""

    run: RunRecord

    @property
    def key(self) -> tuple[UUID, int]:
        """The run and the claim it is held under."""
        return self.run.id, self.run.claim


@dataclass(frozen=True, slots=True)
class RunStep:
    """A run got on: after a crash it goes on behind `checkpoint`.

    `progress` is the share that is done, 0 to 1; a run never shows less than it has.
    """

    checkpoint: JSONObject
    progress: float
    message: str


@dataclass(frozen=True, slots=True)
class _Ending:
    status: RunStatus
    kind: RunEventKind
    message: str
    error: RunError | None = None


class RunWorkStore:
    """Steps of a run, each one transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def claim(self, scope: TenantScope, run_id: UUID) -> Claimed | None:
        """Take the run; None when it is over.

        A run found RUNNING was left by a worker that died: after three deaths without a page
        between them it is parked. Transient when another run is reading the same connection.
        """
        try:
            async with self._database.write(scope) as connection:
                row = await connection.fetchrow(_CLAIM, scope.tenant_id, run_id, MAX_CRASHES)
                if row is None:
                    return None
                run = run_record(row)
                kind, message = _opening(run, row["crashes"])
                await record_event(connection, scope, run_id, kind, message)
        except asyncpg.UniqueViolationError as error:
            raise Transient(
                "another run is reading this connection", retry_after_seconds=1
            ) from error
        return Claimed(run) if run.status is RunStatus.RUNNING else None

    async def save_checkpoint(
        self, scope: TenantScope, claimed: Claimed, checkpoint: JSONObject
    ) -> None:
        """Keep how the run's range is cut, before the first page."""
        async with self._database.write(scope) as connection:
            await hold(connection, scope, claimed)
            await connection.execute(_CHECKPOINT, scope.tenant_id, claimed.run.id, checkpoint)

    async def advance(self, scope: TenantScope, claimed: Claimed, step: RunStep) -> None:
        """Keep what a run without pages of a source has done; raises as `hold` does."""
        async with self._database.write(scope) as connection:
            await hold(connection, scope, claimed)
            await advance_run(connection, scope, claimed, step)

    async def wait(self, scope: TenantScope, claimed: Claimed, message: str) -> None:
        """Give the run back to the queue: it will be tried again later."""
        await self._end(scope, claimed, _Ending(RunStatus.QUEUED, RunEventKind.WAITING, message))

    async def give_way(self, scope: TenantScope, claimed: Claimed) -> None:
        """Give the run back to the queue for the sake of another: it goes on in its turn."""
        ending = _Ending(RunStatus.QUEUED, RunEventKind.GAVE_WAY, "made room for another run")
        await self._end(scope, claimed, ending)

    async def waits(self, scope: TenantScope, claimed: Claimed) -> int:
        """How often the run was given back to the queue since it last got on."""
        async with self._database.read(scope) as connection:
            return int(await connection.fetchval(_WAITS, scope.tenant_id, claimed.run.id))

    async def fail(self, scope: TenantScope, claimed: Claimed, error: RunError) -> None:
        """End the run with what went wrong."""
        ending = _Ending(RunStatus.FAILED, RunEventKind.FAILED, error.message, error)
        await self._end(scope, claimed, ending)

    async def cancel(self, scope: TenantScope, claimed: Claimed) -> None:
        """End the run as its caller asked; what it stored stays."""
        ending = _Ending(RunStatus.CANCELLED, RunEventKind.CANCELLED, "cancelled")
        await self._end(scope, claimed, ending)

    async def _end(self, scope: TenantScope, claimed: Claimed, ending: _Ending) -> None:
        error = None if ending.error is None else error_json(ending.error)
        async with self._database.write(scope) as connection:
            row = await connection.fetchrow(
                _END, scope.tenant_id, *claimed.key, ending.status, error
            )
            if row is None:
                raise ClaimLost("the run is in other hands")
            await record_event(connection, scope, claimed.run.id, ending.kind, ending.message)


async def hold(connection: Connection, scope: TenantScope, claimed: Claimed) -> None:
    """Lock the run under its claim, or ClaimLost; CancelRequested when its caller said so."""
    row = await connection.fetchrow(_HOLD, scope.tenant_id, *claimed.key)
    if row is None:
        raise ClaimLost("the run is in other hands")
    if row["is_cancel_requested"]:
        raise CancelRequested("cancelled")


async def advance_run(
    connection: Connection, scope: TenantScope, claimed: Claimed, step: RunStep
) -> None:
    """Keep a step of a run that the caller holds, as the last thing in its transaction."""
    values = step.checkpoint, step.progress
    await connection.execute(_ADVANCE, scope.tenant_id, claimed.run.id, *values)
    kind = RunEventKind.STEP_COMPLETED
    await record_event(connection, scope, claimed.run.id, kind, step.message)


def _opening(run: RunRecord, crashes: int) -> tuple[RunEventKind, str]:
    if run.status is RunStatus.PARKED:
        return RunEventKind.PARKED, f"its worker died {crashes} times without a page between"
    if run.status is RunStatus.CANCELLED:
        return RunEventKind.CANCELLED, "cancelled"
    if run.claim > 1:
        return RunEventKind.RESUMED, "taken up again from its checkpoint"
    return RunEventKind.STARTED, "started"


_CLAIM = """
WITH taken AS (
    SELECT tenant_id, id, is_cancel_requested,
           crashes + (status = 'RUNNING')::int AS crashes
    FROM run WHERE tenant_id = $1 AND id = $2 AND status IN ('QUEUED', 'RUNNING') FOR UPDATE
)
UPDATE run SET
    claim = run.claim + 1,
    crashes = taken.crashes,
    status = CASE WHEN taken.is_cancel_requested THEN 'CANCELLED'
                  WHEN taken.crashes >= $3 THEN 'PARKED' ELSE 'RUNNING' END,
    ended_at = CASE WHEN taken.is_cancel_requested OR taken.crashes >= $3 THEN now() END,
    started_at = coalesce(run.started_at, now())
FROM taken WHERE run.tenant_id = taken.tenant_id AND run.id = taken.id
RETURNING run.*
"""
_HOLD = """
SELECT is_cancel_requested FROM run
WHERE tenant_id = $1 AND id = $2 AND claim = $3 AND status = 'RUNNING' FOR UPDATE
"""
_CHECKPOINT = "UPDATE run SET checkpoint = $3 WHERE tenant_id = $1 AND id = $2"
_WAITS = """
SELECT count(*) FROM run_event
WHERE tenant_id = $1 AND run_id = $2 AND kind = 'WAITING' AND sequence > (
    SELECT coalesce(max(sequence), 0) FROM run_event
    WHERE tenant_id = $1 AND run_id = $2
      AND kind IN ('QUEUED', 'PAGE_STORED', 'WINDOW_COMPLETED', 'STEP_COMPLETED'))
"""
_ADVANCE = """
UPDATE run SET checkpoint = $3, progress = greatest(progress, $4), crashes = 0
WHERE tenant_id = $1 AND id = $2
"""
_END = """
UPDATE run SET status = $4, error = $5,
    ended_at = CASE WHEN $4 = 'QUEUED' THEN NULL ELSE now() END
WHERE tenant_id = $1 AND id = $2 AND claim = $3 AND status = 'RUNNING' RETURNING id
"""
