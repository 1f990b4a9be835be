"""Errands: what workers do beside their runs, soon after it was asked for.

They do not go through the queue of runs, where a backfill may stand before them. Each is a row
of its own table; a worker that dies with one in hand loses it after a minute.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

import asyncpg

from core.errors import Transient
from core.scope import TenantId
from stores.postgres.database import Database
from stores.postgres.logins import Logins

CLAIMED = "claimed_until = clock_timestamp() + interval '60 seconds'"
"""How a claim is written."""

ERRANDS = "liftos_errand"
"""The channel on which workers hear that there is one."""


class ErrandKind(StrEnum):
    """Whose row an errand is."""

    TEST = "TEST"
    EXCHANGE = "EXCHANGE"
    SEASONALITY = "SEASONALITY"
    CALENDAR = "CALENDAR"


@dataclass(frozen=True, slots=True)
class Errand:
    """Which errand of which tenant. No secret, no data."""

    kind: ErrandKind
    tenant_id: TenantId
    id: UUID


class ErrandStore:
    """What waits to be done, of all tenants."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def waiting(self) -> tuple[Errand, ...]:
        """Errands that nobody has in hand, oldest first."""
        async with self._database.watch() as connection:
            rows = await connection.fetch(_WAITING)
        return tuple(
            Errand(ErrandKind(row["kind"]), TenantId(row["tenant_id"]), row["id"]) for row in rows
        )


@asynccontextmanager
async def watch_errands(logins: Logins) -> AsyncIterator[asyncio.Event]:
    """Set whenever an errand was asked for; over a connection of its own.

    The event is also set when that connection is lost; `Transient` is then raised on leaving.
    """
    asked, lost = asyncio.Event(), asyncio.Event()
    connection = await asyncpg.connect(logins.app)

    def end(_connection: Any) -> None:
        lost.set()
        asked.set()

    def hear(_connection: Any, _pid: int, _channel: str, _payload: object) -> None:
        asked.set()

    connection.add_termination_listener(end)
    try:
        await connection.add_listener(ERRANDS, hear)
        yield asked
        if lost.is_set():
            raise Transient("the database connection was lost")
    finally:
        await connection.close(timeout=2)


_WAITING = """
SELECT 'TEST' AS kind, tenant_id, id FROM connection_test
WHERE status = 'WAITING' AND (claimed_until IS NULL OR claimed_until < clock_timestamp())
UNION ALL
SELECT 'EXCHANGE', tenant_id, id FROM source_authorization
WHERE status = 'EXCHANGING' AND (claimed_until IS NULL OR claimed_until < clock_timestamp())
UNION ALL
SELECT 'SEASONALITY', tenant_id, id FROM seasonality_estimation
WHERE status = 'WAITING' AND (claimed_until IS NULL OR claimed_until < clock_timestamp())
UNION ALL
SELECT 'CALENDAR', t.tenant_id, t.tenant_id FROM tenant t
CROSS JOIN LATERAL (
    SELECT * FROM calendar_version v WHERE v.tenant_id = t.tenant_id
    ORDER BY v.learned_at DESC LIMIT 1
) v
WHERE (v.countries, v.subdivisions, v.fiscal_start_month, v.fiscal_year_named_by_end,
       v.week_start, v.retail_pattern, v.industry)
   <> (t.countries, t.subdivisions, t.fiscal_start_month, t.fiscal_year_named_by_end,
       t.week_start, t.retail_pattern, t.industry)
ORDER BY id
"""
