"""What becomes of a job: its run is claimed, worked on, and ended, whatever happens."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from uuid import UUID

import structlog

from core.errors import ErrorKind, LiftosError, Transient
from core.records.runs import RunError
from core.scope import TenantScope
from core.settings import Settings
from jobs.assignments import Assignment, GaveWay
from jobs.calendars import fill_calendar
from jobs.kinds import WORK_OF
from jobs.scopes import job_scope
from stores.postgres.queue import RunJob
from stores.postgres.queue_worker import TryAgain
from stores.postgres.run_work import CancelRequested, Claimed, ClaimLost
from stores.wiring import Stores
from stores.work import WorkStores

MAX_WAITS = 8
_LONGEST_PAUSE_SECONDS = 300.0

log = structlog.get_logger(__name__)


class Runner:
    """Works on runs, and can be told to let go of one."""

    def __init__(self, stores: Stores, work: WorkStores, settings: Settings) -> None:
        self._stores = stores
        self._work = work
        self._settings = settings
        self._in_hand: dict[UUID, tuple[TenantScope, asyncio.Task[None]]] = {}
        self._is_stopping = False

    async def handle(self, job: RunJob) -> None:
        """Work on the job's run; raises TryAgain when it is to be given back."""
        scope = job_scope(job)
        with structlog.contextvars.bound_contextvars(
            tenant_id=str(job.tenant_id), run_id=str(job.run_id)
        ):
            claimed = await self._claim(scope, job.run_id)
            if claimed is not None:
                await self._work_on(scope, claimed)

    async def look_at(self, run_id: UUID) -> None:
        """Let go of a run, if it is in hand, when its caller asked for its end."""
        if run_id not in self._in_hand:
            return
        scope, task = self._in_hand[run_id]
        run = (await self._stores.runs.by_ids(scope, [run_id])).get(run_id)
        if run is not None and run.is_cancel_requested:
            task.cancel()

    async def look_at_all(self) -> None:
        """`look_at` every run in hand."""
        for run_id in list(self._in_hand):
            await self.look_at(run_id)

    def let_go(self) -> None:
        """Stop working on every run, also those about to begin; each goes back to the queue."""
        self._is_stopping = True
        for _, task in self._in_hand.values():
            task.cancel()

    async def _claim(self, scope: TenantScope, run_id: UUID) -> Claimed | None:
        try:
            return await self._work.runs.claim(scope, run_id)
        except Transient as error:
            raise TryAgain(error.retry_after_seconds or 1) from error

    async def _work_on(self, scope: TenantScope, claimed: Claimed) -> None:
        task = asyncio.create_task(self._do(scope, claimed))
        held = self._in_hand[claimed.run.id] = scope, task
        if self._is_stopping:
            task.cancel()
        try:
            await asyncio.shield(task)
        except asyncio.CancelledError:
            task.cancel()
            await self._stopped(scope, claimed)
        except Exception as error:  # noqa: BLE001 - every end of a run is recorded
            await self._ended_by(scope, claimed, error)
        finally:
            if self._in_hand.get(claimed.run.id) is held:
                del self._in_hand[claimed.run.id]

    async def _do(self, scope: TenantScope, claimed: Claimed) -> None:
        tenant = await self._stores.tenants.current(scope)
        await fill_calendar(self._stores, tenant, datetime.now(UTC).date())
        gives_way = self._gives_way(scope, claimed)
        assignment = Assignment(self._stores, self._work, self._settings, scope, claimed, gives_way)
        receipt = await WORK_OF[claimed.run.kind](assignment)
        log.info("run succeeded", counters=receipt.counters)

    def _gives_way(self, scope: TenantScope, claimed: Claimed) -> Callable[[], Awaitable[bool]]:
        """Asks whether the run, whose turn begins now, should make room for another."""
        turn_ends = time.monotonic() + self._settings.worker_turn_seconds

        async def asked() -> bool:
            return await self._stores.queue.should_give_way(
                scope,
                claimed.run.id,
                self._settings.tier_runs,
                is_turn_over=time.monotonic() >= turn_ends,
            )

        return asked

    async def _stopped(self, scope: TenantScope, claimed: Claimed) -> None:
        found = await self._stores.runs.by_ids(scope, [claimed.run.id])
        if found[claimed.run.id].is_cancel_requested:
            await self._work.runs.cancel(scope, claimed)
            return
        await self._work.runs.wait(scope, claimed, "its worker was stopped")
        raise TryAgain(0)

    async def _ended_by(self, scope: TenantScope, claimed: Claimed, error: Exception) -> None:
        if isinstance(error, ClaimLost):
            log.info("run taken over by another worker")
        elif isinstance(error, CancelRequested):
            await self._work.runs.cancel(scope, claimed)
        elif isinstance(error, GaveWay):
            await self._work.runs.give_way(scope, claimed)
            raise TryAgain(0)
        elif isinstance(error, Transient):
            await self._tried_again(scope, claimed, error)
        else:
            await self._fail(scope, claimed, error)

    async def _tried_again(self, scope: TenantScope, claimed: Claimed, error: Transient) -> None:
        """Give the run back; after `MAX_WAITS` in a row without a page, end it."""
        waits = await self._work.runs.waits(scope, claimed)
        if waits >= MAX_WAITS:
            await self._fail(scope, claimed, error)
            return
        pause = error.retry_after_seconds or min(2.0**waits, _LONGEST_PAUSE_SECONDS)
        log.warning("run waits", reason=error.message, seconds=pause)
        await self._work.runs.wait(scope, claimed, error.message)
        raise TryAgain(pause) from error

    async def _fail(self, scope: TenantScope, claimed: Claimed, error: Exception) -> None:
        if isinstance(error, LiftosError):
            log.warning("run failed", code=error.code, reason=error.message)
        else:
            log.error("run failed", exc_info=error)
        await self._work.runs.fail(scope, claimed, run_error(error, claimed.run.id))


def run_error(error: Exception, run_id: UUID) -> RunError:
    """An error as a run shows it; what is not ours to show is not shown."""
    if isinstance(error, LiftosError):
        return RunError(error.code, error.kind, error.message, error.field, error.next_step)
    return RunError(
        "INTERNAL",
        ErrorKind.BUG,
        f"an internal error; the worker's log has it under the run_id {run_id}",
        None,
        "report it, and try the run again: it goes on from its last checkpoint",
    )
