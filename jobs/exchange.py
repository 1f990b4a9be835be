"""Keeps exchange rates filled: from the installation's own archive, then from the publisher."""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime, timedelta

import structlog

from connectors import ecb
from core.errors import Transient
from core.scope import SystemScope
from stores.wiring import Stores

FIRST_DAY = date(2010, 1, 1)
_EVERY = timedelta(hours=6)

log = structlog.get_logger(__name__)


class RateKeeper:
    """One worker's care for exchange rates. An empty `url` means: never ask the publisher."""

    def __init__(self, stores: Stores, url: str) -> None:
        self._stores = stores
        self._url = url
        self._asked_at = datetime.min.replace(tzinfo=UTC)

    async def keep(self) -> None:
        """Fill an empty table at once; ask the publisher every few hours."""
        newest = await self._stores.exchange.newest()
        if newest is None:
            await self._add(ecb.bundled(), FIRST_DAY)
        now = datetime.now(UTC)
        if self._url and now - self._asked_at >= _EVERY:
            self._asked_at = now
            await self._refresh()

    async def _refresh(self) -> None:
        newest = await self._stores.exchange.newest()
        since = FIRST_DAY if newest is None else newest
        if since >= datetime.now(UTC).date():
            return
        try:
            await self._add(await ecb.download(self._url), since)
        except Transient as error:
            log.info("exchange rates stay as they are", newest=str(newest), reason=error.message)

    async def _add(self, archive: bytes, since: date) -> None:
        found = await asyncio.to_thread(lambda: tuple(ecb.publications(archive, since)))
        scope = SystemScope(reason="add exchange rates", actor="worker")
        added = await self._stores.exchange.add(scope, found)
        log.info("exchange rates added", days=added)
