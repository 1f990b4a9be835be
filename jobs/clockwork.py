"""A worker's own clockwork: passing on what moved, and giving lost runs their job back."""

from __future__ import annotations

import asyncio

import structlog

from jobs.events import EventRelay
from jobs.runner import Runner
from jobs.scopes import job_scope
from stores.postgres.logins import Logins
from stores.postgres.run_watch import watch_runs
from stores.wiring import Stores

_RECONNECT_SECONDS = 0.5

log = structlog.get_logger(__name__)


async def relay(logins: Logins, stores: Stores, runner: Runner, events: EventRelay) -> None:
    """Pass every move of a run from Postgres on to Redis, for ever.

    After a gap, on either side, all subscribers are told to look at their logs. The runs in
    hand are looked at first, so that a cancel needs no Redis.
    """
    while True:
        try:
            async with watch_runs(logins) as moves:
                await runner.look_at_all()
                await stores.topics.resync()
                async for tenant_id, run_id in moves:
                    events.tell(tenant_id)
                    await runner.look_at(run_id)
                    await stores.topics.publish(tenant_id, run_id)
        except Exception as error:  # noqa: BLE001 - the relay must not end
            log.warning("the relay was interrupted", error=repr(error))
        await asyncio.sleep(_RECONNECT_SECONDS)


async def recover(stores: Stores, every_seconds: float) -> None:
    """Give open runs without a job their job back, now and every so often, for ever."""
    while True:
        try:
            for job in await stores.queue.orphans():
                scope = job_scope(job)
                log.warning("an open run had no job", run_id=str(job.run_id))
                await stores.queue.requeue(scope, job.run_id)
        except Exception as error:  # noqa: BLE001 - recovery must not end
            log.warning("open runs were not looked at", error=repr(error))
        await asyncio.sleep(every_seconds)
