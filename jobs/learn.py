"""After a run: what its connection's vintages teach about when days settle."""

from __future__ import annotations

import asyncio
from uuid import UUID

import structlog

from core.scope import TenantScope
from stores.wiring import Stores
from transform.settling import settling

log = structlog.get_logger(__name__)


async def learn(stores: Stores, scope: TenantScope, connection_id: UUID) -> None:
    """Learn anew, when it is time; a failure is logged, for the run itself is done."""
    try:
        if await stores.restatements.is_due(scope, connection_id):
            await _learn(stores, scope, connection_id)
    except Exception as error:  # noqa: BLE001 - the run has ended, and the next one learns again
        log.warning("nothing was learned of restatements", error=repr(error))


async def _learn(stores: Stores, scope: TenantScope, connection_id: UUID) -> None:
    observed = await stores.restatements.observed(scope, connection_id)
    found = [await asyncio.to_thread(settling, *each) for each in observed.items()]
    told = [each for each in found if each.days]
    if told:
        await stores.restatements.learn(scope, connection_id, told)
