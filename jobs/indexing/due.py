"""Asks for runs that bring the index up to what tenants have learned."""

from __future__ import annotations

import asyncio

import structlog

from jobs.scopes import upkeep_scope
from stores.wiring import Stores
from transform.documents import RULES

log = structlog.get_logger(__name__)


async def keep_index(stores: Stores, every_seconds: float, most: int) -> None:
    """Look every so often, for ever: whatever a tenant learned by, it is found here. 0: never."""
    while every_seconds:
        try:
            await request_due(stores, most)
        except Exception as error:  # noqa: BLE001 - the clockwork must not end
            log.warning("the index was not looked at", error=repr(error))
        await asyncio.sleep(every_seconds)


async def request_due(stores: Stores, most: int) -> None:
    """Ask for runs of tenants that have learned and are quiet by now: `most` are open at a time.

    The places that they leave are for ingestion, also where every tenant is due at once.
    """
    for tenant_id in await stores.documents.due(RULES, most):
        await stores.documents.request(upkeep_scope(tenant_id))
