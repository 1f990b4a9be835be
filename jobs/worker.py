"""A worker: consumes the queue, relays what moves, recovers what was lost, until told to stop."""

from __future__ import annotations

import asyncio

import structlog

from core.settings import Settings
from core.tasks import end
from core.tiers import Tiers
from jobs.analysing.due import keep_analysed
from jobs.attribution import keep_sums
from jobs.clockwork import recover, relay
from jobs.errands import LONG, SHORT, run_errands
from jobs.events import EventRelay
from jobs.indexing.due import keep_index
from jobs.runner import Runner
from jobs.schedules import Clock, keep_schedules, utc_now
from jobs.statistics import keep_statistics
from jobs.upkeep import keep_up
from jobs.webhooks import collect
from stores.postgres.logins import Logins
from stores.postgres.queue_worker import Terms, consume
from stores.wiring import Stores
from stores.work import work_stores

log = structlog.get_logger(__name__)


async def work(
    settings: Settings,
    logins: Logins,
    stores: Stores,
    stop: asyncio.Event,
    clock: Clock = utc_now,
) -> None:
    """Work until `stop` is set; runs in hand then go back to the queue at once.

    `clock` is the present that schedules are held against.
    """
    runner = Runner(stores, work_stores(stores), settings)
    events = EventRelay(stores, settings.event_stream_length)
    beat = settings.worker_heartbeat_seconds
    clockwork = [
        asyncio.create_task(relay(logins, stores, runner, events)),
        asyncio.create_task(events.run()),
        asyncio.create_task(recover(stores, every_seconds=beat)),
        asyncio.create_task(keep_schedules(stores, Tiers(settings), clock)),
        asyncio.create_task(run_errands(logins, stores, settings, SHORT)),
        asyncio.create_task(run_errands(logins, stores, settings, LONG)),
        asyncio.create_task(keep_up(stores, settings)),
        asyncio.create_task(keep_sums(stores)),
        asyncio.create_task(keep_index(stores, settings.index_look_seconds, settings.index_runs)),
        asyncio.create_task(keep_analysed(stores, settings.analysis_look_seconds)),
        asyncio.create_task(keep_statistics(stores)),
        asyncio.create_task(collect(stores, settings.webhook_collect_seconds)),
        asyncio.create_task(_let_go(stop, runner)),
    ]
    log.info("worker started", concurrency=settings.worker_concurrency)
    try:
        terms = Terms(beat, settings.worker_concurrency, settings.tier_runs)
        await consume(logins, runner.handle, stop, terms)
    finally:
        await end(*clockwork)
    log.info("worker stopped")


async def _let_go(stop: asyncio.Event, runner: Runner) -> None:
    await stop.wait()
    runner.let_go()
