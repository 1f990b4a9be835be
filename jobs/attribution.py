"""Sums of days that have changed, made anew so that attribution rows are read fast."""

from __future__ import annotations

import asyncio

import structlog

from core.scope import TenantId
from jobs.scopes import upkeep_scope
from stores.wiring import Stores

_EVERY_SECONDS = 5.0

log = structlog.get_logger(__name__)


async def keep_sums(stores: Stores) -> None:
    """Make the sums that are due, every few seconds, for ever; one tenant holds up no other."""
    while True:
        try:
            for tenant_id in await stores.attribution_days.due():
                await _fold(stores, tenant_id)
        except Exception as error:  # noqa: BLE001 - the next look must come
            log.warning("sums of days were not looked for", error=repr(error))
        await asyncio.sleep(_EVERY_SECONDS)


async def _fold(stores: Stores, tenant_id: TenantId) -> None:
    try:
        days = await stores.attribution_days.fold(upkeep_scope(tenant_id))
    except Exception as error:  # noqa: BLE001 - other tenants must not wait
        log.warning("sums of days were put off", tenant_id=str(tenant_id), error=repr(error))
    else:
        if days:
            log.debug("sums of days made", tenant_id=str(tenant_id), days=days)
