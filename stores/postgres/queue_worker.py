"""Takes jobs from PgQueuer's queue and hands them to a handler, until told to stop."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

import asyncpg
import structlog
from pgqueuer import AsyncpgDriver, Job, QueueManager, RetryRequested

from stores.postgres.fair_queue import FairQueries
from stores.postgres.logins import Logins
from stores.postgres.queue import RUN_ENTRYPOINT, RunJob

_RECONNECT_SECONDS = 0.5
_BATCH = 1

log = structlog.get_logger(__name__)


class TryAgain(Exception):
    """Raised by a handler: give the job back to the queue for this many seconds."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"try again in {seconds} s")
        self.seconds = seconds


Handler = Callable[[RunJob], Awaitable[None]]
"""Works on a job."""


@dataclass(frozen=True, slots=True)
class Terms:
    """On which terms a worker takes jobs.

    It has at most `concurrency` at once, and all workers together at most as many of a tenant as
    its tier has in `tier_runs`. One that is silent for `heartbeat_seconds` loses its jobs.
    """

    heartbeat_seconds: float
    concurrency: int
    tier_runs: Mapping[str, int]


async def consume(logins: Logins, handle: Handler, stop: asyncio.Event, terms: Terms) -> None:
    """Hand out jobs until `stop`. Connects again when the database goes away."""
    while not stop.is_set():
        try:
            await _consume_once(logins, handle, stop, terms)
        except Exception as error:  # noqa: BLE001 - whatever it was, the worker must go on
            log.warning("the queue was lost", error=repr(error))
        await _pause(stop)


async def _pause(stop: asyncio.Event) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(_RECONNECT_SECONDS):
            await stop.wait()


async def _consume_once(
    logins: Logins,
    handle: Handler,
    stop: asyncio.Event,
    terms: Terms,
) -> None:
    connection = await asyncpg.connect(logins.app)
    manager = QueueManager(
        FairQueries(AsyncpgDriver(connection), places=terms.concurrency, tier_runs=terms.tier_runs)
    )
    connection.add_termination_listener(lambda _: manager.shutdown.set())

    @manager.entrypoint(RUN_ENTRYPOINT)
    async def run_job(job: Job) -> None:
        try:
            await handle(RunJob.from_payload(job.payload))
        except TryAgain as again:
            raise RetryRequested(timedelta(seconds=again.seconds), str(again)) from again

    stopper = asyncio.create_task(_stop_with(stop, manager))
    try:
        await manager.run(
            dequeue_timeout=timedelta(seconds=terms.heartbeat_seconds),
            batch_size=_BATCH,
            heartbeat_timeout=timedelta(seconds=terms.heartbeat_seconds),
        )
    finally:
        stopper.cancel()
        await connection.close(timeout=2)


async def _stop_with(stop: asyncio.Event, manager: QueueManager) -> None:
    await stop.wait()
    manager.shutdown.set()
