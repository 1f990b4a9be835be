"""What goes with its time."""

from __future__ import annotations

import structlog

from core.records.retention import LetGo, Retention
from core.scope import SystemScope, TenantScope
from jobs.scopes import upkeep_scope
from stores.wiring import Stores

log = structlog.get_logger(__name__)


async def expire_all(stores: Stores) -> None:
    """Let go of what tenants do not want kept any longer, and of names that are needed no more."""
    reason = SystemScope(reason="let go of what is kept too long", actor="upkeep")
    await stores.subject_erasures.sweep(reason)
    for tenant_id, wanted in (await stores.retention.tenants(reason)).items():
        gone = await expire(stores, upkeep_scope(tenant_id), wanted)
        if gone.rows:
            log.info("let go of with its time", tenant_id=str(tenant_id), rows=gone.rows)


async def expire(stores: Stores, scope: TenantScope, wanted: Retention) -> LetGo:
    """All that is due by now."""
    total = LetGo()
    while (gone := await stores.retention.expire(scope, wanted)).rows:
        total += gone
    return total
