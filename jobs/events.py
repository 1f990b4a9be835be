"""Events on their way from the outbox to the streams: at least once, and in order."""

from __future__ import annotations

import asyncio

import structlog

from core.scope import TenantId, TenantScope
from jobs.scopes import relay_scope
from stores.event_lag import event_lag
from stores.wiring import Stores

_BATCH = 500
_RETRY_SECONDS = 0.5
_SWEEP_SECONDS = 30.0

log = structlog.get_logger(__name__)


async def publish_events(stores: Stores, scope: TenantScope, length: int) -> int:
    """Bring a tenant's stream level with its outbox; the number with which it ends.

    A stream that was lost is filled again with the newest `length` events. One that is ahead of
    the outbox belongs to a database that was since put back to an earlier state: it goes.
    """
    last = await stores.streams.last(scope)
    newest = (await stores.events.extent(scope)).newest
    if last > newest:
        await stores.streams.forget(scope)
        last = 0
    while True:
        behind = await stores.events.after(scope, max(last, newest - length), _BATCH)
        if not behind.events:
            return last
        last = await stores.streams.append(scope, last, behind.events, length)


class EventRelay:
    """Publishes what moved as soon as it is told, and looks by itself every half a minute."""

    def __init__(self, stores: Stores, length: int) -> None:
        self._stores = stores
        self._length = length
        self._behind: set[TenantId] = set()
        self._awake = asyncio.Event()

    def tell(self, tenant_id: TenantId) -> None:
        """The tenant has new events."""
        self._behind.add(tenant_id)
        self._awake.set()

    async def run(self) -> None:
        """Publish, for ever."""
        while True:
            try:
                await self._sweep()
                await self._listen()
            except Exception as error:  # noqa: BLE001 - the relay must not end
                log.warning("events were not published", error=repr(error))
                await asyncio.sleep(_RETRY_SECONDS)

    async def _listen(self) -> None:
        """Publish for tenants that are told of, until the next sweep."""
        loop = asyncio.get_running_loop()
        until = loop.time() + _SWEEP_SECONDS
        while loop.time() < until:
            try:
                async with asyncio.timeout_at(until):
                    await self._awake.wait()
            except TimeoutError:
                return
            self._awake.clear()
            await self._publish()

    async def _sweep(self) -> None:
        self._behind |= set(await event_lag(self._stores.events, self._stores.streams))
        await self._publish()

    async def _publish(self) -> None:
        while self._behind:
            tenant_id = self._behind.pop()
            try:
                await publish_events(self._stores, relay_scope(tenant_id), self._length)
            except Exception:
                self._behind.add(tenant_id)
                raise
