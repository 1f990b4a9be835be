"""The upkeep of exports: those whose time is over end, and files that nobody has any more go."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import Final
from uuid import UUID

import structlog

from core.records.exports import EXPORTS_FOLDER
from core.records.objects import ObjectRecord
from core.scope import SystemScope, TenantId, TenantScope
from jobs.scopes import relay_scope
from stores.wiring import Stores

GRACE: Final = timedelta(days=1)
"""How old a file is before it is looked at: a run may be about to name it."""

log = structlog.get_logger(__name__)


async def expire_exports(stores: Stores, retention: timedelta) -> None:
    """End exports whose time is over, and delete their files."""
    reason = SystemScope(reason="end exports whose time is over", actor="upkeep")
    for tenant_id, export_id in await stores.export_removals.expire(reason, retention):
        scope = relay_scope(tenant_id)
        folder = f"{EXPORTS_FOLDER}/{export_id}"
        names = [record.name async for record in stores.objects.list(scope, folder)]
        await stores.objects.delete(scope, names)
        log.info("export expired", tenant_id=str(tenant_id), export_id=str(export_id))


async def sweep_objects(stores: Stores, older_than: timedelta = GRACE) -> None:
    """Delete what was left behind: by killed puts, by exports that ended, by deleted tenants."""
    reason = SystemScope(reason="remove files that nobody has", actor="upkeep")
    drafts = await stores.objects.sweep(reason, older_than)
    found = 0
    async for tenant_id in stores.objects.tenants(reason):
        found += await _sweep_tenant(stores, relay_scope(TenantId(tenant_id)), older_than)
    if drafts or found:
        log.info("files that nobody has were removed", drafts=drafts, files=found)


async def _sweep_tenant(stores: Stores, scope: TenantScope, older_than: timedelta) -> int:
    before, count = datetime.now(UTC) - older_than, 0
    async for export_id, records in _by_export(stores, scope):
        old = [record.name for record in records if record.modified_at < before]
        if old and not await stores.export_removals.with_files(scope, [export_id]):
            await stores.objects.delete(scope, old)
            count += len(old)
    return count


async def _by_export(
    stores: Stores, scope: TenantScope
) -> AsyncIterator[tuple[UUID, Iterable[ObjectRecord]]]:
    """The files of each export, which come in the order of names; what is no export's is left."""
    records = [record async for record in stores.objects.list(scope, EXPORTS_FOLDER)]
    for folder, group in groupby(records, key=lambda record: record.name.split("/")[1]):
        with suppress(ValueError):
            yield UUID(folder), tuple(group)
