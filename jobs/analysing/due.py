"""Asks for analyses of tenants whose data are no longer what was analysed."""

from __future__ import annotations

import asyncio

import structlog

from jobs.analysing.rules import RULES
from jobs.scopes import upkeep_scope
from stores.wiring import Stores

log = structlog.get_logger(__name__)


async def keep_analysed(stores: Stores, every_seconds: float) -> None:
    """Look every so often, for ever: whatever a tenant learned by, it is found here. 0: never."""
    while every_seconds:
        try:
            await request_due(stores)
        except Exception as error:  # noqa: BLE001 - the clockwork must not end
            log.warning("what is to be analysed was not looked for", error=repr(error))
        await asyncio.sleep(every_seconds)


async def request_due(stores: Stores) -> None:
    """Ask for a run for every tenant whose data have changed and are quiet by now."""
    for tenant_id in await stores.analyses.due(RULES):
        await stores.analyses.request(upkeep_scope(tenant_id))
