"""Fires the schedules that are due."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime

import structlog

from core.records.quotas import quotas
from core.scope import TenantScope
from core.tiers import Tiers
from jobs.scopes import schedule_scope
from stores.wiring import Stores

Clock = Callable[[], datetime]
_LOOK_SECONDS = 1.0

log = structlog.get_logger(__name__)


def utc_now() -> datetime:
    """The present."""
    return datetime.now(UTC)


async def keep_schedules(stores: Stores, tiers: Tiers, clock: Clock = utc_now) -> None:
    """Look every second, for ever."""
    while True:
        try:
            await fire_due(stores, clock(), tiers)
        except Exception as error:  # noqa: BLE001 - the clockwork must not end
            log.warning("schedules were not looked at", error=repr(error))
        await asyncio.sleep(_LOOK_SECONDS)


async def fire_due(stores: Stores, now: datetime, tiers: Tiers | None = None) -> None:
    """Fire what is due at `now`; one that fails holds up no other and is tried again."""
    for due in await stores.firing.due(now):
        try:
            scope = schedule_scope(due)
            has_room = tiers is None or await _has_room(stores, scope, tiers, now)
            outcome = await stores.firing.fire(scope, due.id, now, has_room=has_room)
        except Exception as error:
            log.exception("a schedule was not fired", schedule_id=str(due.id), error=repr(error))
            continue
        if outcome is not None:
            log.info("schedule fired", schedule_id=str(due.id), outcome=outcome.value)


async def _has_room(stores: Stores, scope: TenantScope, tiers: Tiers, now: datetime) -> bool:
    """Whether quotas allow one more run that stores what it reads."""
    usage = await stores.quotas.usage(scope, now)
    found = quotas(usage, tiers.of(usage.tier), now)
    return found.runs.remaining > 0 and found.storage.remaining > 0
