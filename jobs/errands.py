"""Answers errands as they come, a few at once, beside the runs."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping
from contextlib import suppress
from uuid import UUID

import structlog

from core.scope import TenantScope
from core.settings import Settings
from jobs.authorizations import exchange_code
from jobs.calendars import fulfil_wish
from jobs.connection_tests import answer_test
from jobs.scopes import errand_scope
from jobs.seasonality import estimate
from stores.postgres.errands import Errand, ErrandKind, watch_errands
from stores.postgres.logins import Logins
from stores.wiring import Stores

SHORT = frozenset({ErrandKind.TEST, ErrandKind.EXCHANGE})
"""Kinds that somebody waits for; they are answered apart from those that calculate for long."""

LONG = frozenset(ErrandKind) - SHORT

_AT_ONCE = 4
_LOOK_AGAIN_SECONDS = 15.0
_RECONNECT_SECONDS = 0.5

Answer = Callable[[Stores, Settings, TenantScope, UUID], Awaitable[None]]

log = structlog.get_logger(__name__)


async def run_errands(
    logins: Logins, stores: Stores, settings: Settings, kinds: Collection[ErrandKind]
) -> None:
    """Do what is asked of these kinds, for ever; what a dead worker left is taken up again."""
    while True:
        try:
            async with watch_errands(logins) as asked:
                while True:
                    asked.clear()
                    await _answer_waiting(stores, settings, kinds)
                    with suppress(TimeoutError):
                        async with asyncio.timeout(_LOOK_AGAIN_SECONDS):
                            await asked.wait()
        except Exception as error:  # noqa: BLE001 - errands must not end
            log.warning("errands were interrupted", error=repr(error))
        await asyncio.sleep(_RECONNECT_SECONDS)


async def _answer_waiting(
    stores: Stores, settings: Settings, kinds: Collection[ErrandKind]
) -> None:
    places = asyncio.Semaphore(_AT_ONCE)

    async def answer(errand: Errand) -> None:
        async with places:
            await _answer(stores, settings, errand)

    waiting = await stores.errands.waiting()
    await asyncio.gather(*(answer(errand) for errand in waiting if errand.kind in kinds))


async def _answer(stores: Stores, settings: Settings, errand: Errand) -> None:
    """Answer one; what nobody foresaw is logged, and it is tried again when its claim ends."""
    with structlog.contextvars.bound_contextvars(
        tenant_id=str(errand.tenant_id), errand_id=str(errand.id)
    ):
        try:
            await _ANSWERS[errand.kind](stores, settings, errand_scope(errand), errand.id)
        except Exception:
            log.exception("an errand failed", kind=errand.kind)


_ANSWERS: Mapping[ErrandKind, Answer] = {
    ErrandKind.TEST: answer_test,
    ErrandKind.EXCHANGE: exchange_code,
    ErrandKind.SEASONALITY: estimate,
    ErrandKind.CALENDAR: fulfil_wish,
}
