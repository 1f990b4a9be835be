"""Upkeep across tenants: calendars and rates filled, leftovers and old events forgotten."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime, timedelta

import structlog

from core.scope import SystemScope
from core.settings import Settings
from jobs.alerts import warn_of_expiry
from jobs.audit import HeadTeller
from jobs.calendars import renew_calendars
from jobs.exchange import RateKeeper
from jobs.export_sweep import expire_exports, sweep_objects
from jobs.retention import expire_all
from jobs.scopes import relay_scope
from jobs.webhooks import sweep_messages
from stores.wiring import Stores

_EVERY_SECONDS = 900.0
_UPLOAD_LIFETIME = timedelta(days=1)
_QUEUE_LOG_LIFETIME = timedelta(days=7)

Chore = Callable[[], Awaitable[None]]

log = structlog.get_logger(__name__)


async def keep_up(stores: Stores, settings: Settings) -> None:
    """Do it now and every quarter of an hour, for ever; what fails holds up nothing else."""
    heads = HeadTeller(stores)
    exchange = RateKeeper(stores, settings.exchange_rates_url)
    retention = timedelta(days=settings.event_retention_days)
    kept = timedelta(days=settings.export_retention_days)
    chores: Mapping[str, Chore] = {
        "calendars": lambda: renew_calendars(stores, datetime.now(UTC).date()),
        "exchange rates": exchange.keep,
        "uploads": lambda: _sweep_uploads(stores),
        "expiry of tokens": lambda: warn_of_expiry(stores, datetime.now(UTC)),
        "authorizations": lambda: _sweep_authorizations(stores),
        "messages of webhooks": lambda: sweep_messages(stores),
        "seasonality": lambda: _ask_for_seasons(stores),
        "exports": lambda: expire_exports(stores, kept),
        "files that nobody has": lambda: sweep_objects(stores),
        "ends of audit logs": heads.tell,
        "what is kept too long": lambda: expire_all(stores),
        "old events": lambda: prune_events(stores, retention),
        "log of the queue": lambda: _forget_queue_log(stores),
    }
    while True:
        for name, chore in chores.items():
            await _do(name, chore)
        await asyncio.sleep(_EVERY_SECONDS)


async def _do(name: str, chore: Chore) -> None:
    try:
        await chore()
    except Exception as error:  # noqa: BLE001 - upkeep must not end
        log.warning("upkeep was put off", chore=name, error=repr(error))


async def _sweep_uploads(stores: Stores) -> None:
    reason = SystemScope(reason="forget unfinished uploads", actor="worker")
    swept = await stores.uploads.sweep(reason, _UPLOAD_LIFETIME)
    if swept:
        log.info("unfinished uploads forgotten", uploads=swept)


async def _sweep_authorizations(stores: Stores) -> None:
    reason = SystemScope(reason="forget authorizations that are over", actor="worker")
    await stores.authorizations.sweep(reason)


async def _forget_queue_log(stores: Stores) -> None:
    reason = SystemScope(reason="forget what the queue wrote down", actor="worker")
    lines = await stores.queue.forget_log(reason, _QUEUE_LOG_LIFETIME)
    if lines:
        log.info("lines of the queue's log forgotten", lines=lines)


async def _ask_for_seasons(stores: Stores) -> None:
    reason = SystemScope(reason="estimate seasons anew where data has changed", actor="worker")
    asked = await stores.seasonality.request_due(reason)
    if asked:
        log.info("seasons are to be estimated anew", tenants=asked)


async def prune_events(stores: Stores, age: timedelta) -> None:
    """Forget events older than `age`, in the outbox and on the streams."""
    reason = SystemScope(reason="forget old events", actor="worker")
    for tenant_id, last in (await stores.events.prune(reason, age)).items():
        await stores.streams.trim(relay_scope(tenant_id), last)
