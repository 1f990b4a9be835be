"""Counts documents that callers send as text, and writes the counts about once a second.

Documents are kept without their literals: a caller may have written a credential into one. A
process that is killed forgets what it counted in its last second.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from typing import Protocol

import structlog

from core.records.operations import Sighting
from core.scope import TenantId, TenantScope
from core.tasks import end
from graph.documents import without_literals

EVERY_SECONDS = 1.0
MOST_WAITING = 1_000

log = structlog.get_logger(__name__)
Key = tuple[TenantId, str | None, str]


class SightingStore(Protocol):
    """Where counts are kept."""

    async def record(self, scope: TenantScope, sightings: Sequence[Sighting], /) -> None:
        """Add to the counts."""
        ...


class Sightings:
    """What waits to be written, of all tenants; beyond `MOST_WAITING` documents none is added."""

    def __init__(self, store: SightingStore) -> None:
        self._store = store
        self._waiting: dict[Key, tuple[TenantScope, Sighting]] = {}
        self._writer: asyncio.Task[None] | None = None

    def see(self, scope: TenantScope, operation_id: str, document: str) -> None:
        """Count one document that was sent."""
        key = (scope.tenant_id, scope.client, operation_id)
        _, known = self._waiting.get(
            key, (scope, Sighting(operation_id, scope.client, document, 0))
        )
        if known.times or len(self._waiting) < MOST_WAITING:
            self._waiting[key] = (scope, replace(known, times=known.times + 1))
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
        by_tenant: dict[TenantId, tuple[TenantScope, list[Sighting]]] = {}
        for scope, sighting in waiting.values():
            by_tenant.setdefault(scope.tenant_id, (scope, []))[1].append(sighting)
        for scope, sightings in by_tenant.values():
            await self._record(scope, sightings)

    async def _record(self, scope: TenantScope, sightings: list[Sighting]) -> None:
        try:
            if good := [each async for each in _without_literals(sightings)]:
                await self._store.record(scope, good)
        except Exception as error:  # noqa: BLE001 - one tenant's counts keep no other's
            name = type(error).__name__
            log.warning("documents that were seen are not counted", error=name)


async def _without_literals(sightings: list[Sighting]) -> AsyncIterator[Sighting]:
    """Those that are documents; requests are answered between one and the next."""
    for each in sightings:
        text = without_literals(each.document)
        if text is not None:
            yield replace(each, document=text)
        await asyncio.sleep(0)
