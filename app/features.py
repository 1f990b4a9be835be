"""Counts which module reads which feature view, and writes the counts about once a second.

A process that is killed forgets what it counted in its last second.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Final, Protocol

import structlog

from core.records.features import FeatureUse, ViewKey
from core.scope import TenantId, TenantScope
from core.tasks import end

EVERY_SECONDS: Final = 1.0

log = structlog.get_logger(__name__)
_Key = tuple[TenantId, ViewKey, str, date]


class UseStore(Protocol):
    """Where counts are kept."""

    async def record(self, scope: TenantScope, uses: Sequence[FeatureUse], /) -> None:
        """Add to the counts."""
        ...


class Uses:
    """What waits to be written, of all tenants; to be closed."""

    def __init__(self, store: UseStore) -> None:
        self._store = store
        self._waiting: dict[_Key, tuple[TenantScope, FeatureUse]] = {}
        self._writer: asyncio.Task[None] | None = None

    def count(self, scope: TenantScope, key: ViewKey, entities: int) -> None:
        """Count one request for so many entities; the module is what the credentials name."""
        module, day = scope.client or "", datetime.now(UTC).date()
        place = (scope.tenant_id, key, module, day)
        _, known = self._waiting.get(place, (scope, FeatureUse(key, module, day, 0, 0)))
        counted = replace(known, requests=known.requests + 1, entities=known.entities + entities)
        self._waiting[place] = (scope, counted)
        if self._writer is None or self._writer.done():
            self._writer = asyncio.create_task(self._write_later())

    async def aclose(self) -> None:
        """Write what waits."""
        if self._writer is not None:
            await end(self._writer)
        await self._write()

    async def _write_later(self) -> None:
        while self._waiting:
            await asyncio.sleep(EVERY_SECONDS)
            await self._write()

    async def _write(self) -> None:
        waiting, self._waiting = self._waiting, {}
        by_tenant: defaultdict[TenantId, list[FeatureUse]] = defaultdict(list)
        for place, (_, use) in waiting.items():
            by_tenant[place[0]].append(use)
        scopes = {scope.tenant_id: scope for scope, _ in waiting.values()}
        for tenant_id, uses in by_tenant.items():
            try:
                await self._store.record(scopes[tenant_id], uses)
            except Exception as error:  # noqa: BLE001 - one tenant's counts keep no other's
                name = type(error).__name__
                log.warning("reads of features are not counted", error=name)
