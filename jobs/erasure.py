"""Erasing a tenant: everything that is kept of it, wherever, and a receipt of that."""

from __future__ import annotations

from core.records.erasures import Erasure
from core.scope import SystemScope, TenantScope
from jobs.scopes import erasure_scope
from stores.wiring import Stores

_AT_ONCE = 500


async def erase(stores: Stores, system: SystemScope, erasure: Erasure) -> Erasure:
    """Go on with `erasure` until nothing is left; safe to repeat, from whatever was done before.

    Rows go first, and with the tenant's own row whatever might write more; then what they led to.
    """
    scope = erasure_scope(erasure)
    while await stores.erasures.remove_rows(system, erasure):
        pass
    await stores.erasures.remove_jobs(system, erasure)
    vectors = await stores.vectors.drop(scope)
    await stores.erasures.add(system, erasure, "vectors", vectors)
    await _remove_objects(stores, system, scope, erasure)
    keys = await stores.tenant_keys.remove(scope)
    await stores.erasures.add(system, erasure, "redis keys", keys)
    return await stores.erasures.finish(system, erasure)


async def _remove_objects(
    stores: Stores, system: SystemScope, scope: TenantScope, erasure: Erasure
) -> None:
    while names := [each.name async for each in stores.objects.list(scope)][:_AT_ONCE]:
        await stores.objects.delete(scope, names)
        await stores.erasures.add(system, erasure, "objects", len(names))
