"""The planner learns of tables that were filled just now, so that the first answers are fast."""

from __future__ import annotations

import asyncio

import structlog

from stores.wiring import Stores

_EVERY_SECONDS = 10.0

log = structlog.get_logger(__name__)


async def keep_statistics(stores: Stores) -> None:
    """Have new tables looked at every few seconds, for ever."""
    while True:
        try:
            if tables := await stores.statistics.learn():
                log.debug("tables looked at", tables=tables)
        except Exception as error:  # noqa: BLE001 - the next look must come
            log.warning("tables were not looked at", error=repr(error))
        await asyncio.sleep(_EVERY_SECONDS)
