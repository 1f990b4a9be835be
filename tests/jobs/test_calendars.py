"""A tenant's calendar is filled by whoever comes first: its runs, upkeep, several workers."""

from __future__ import annotations

import asyncio
from datetime import date

from jobs.calendars import FIRST_DAY, fill_calendar
from stores.wiring import Stores
from tests.support import Tenant

TODAY = date(2026, 11, 20)


async def test_many_who_fill_a_calendar_at_once_fill_it_once(
    stores: Stores, tenant: Tenant
) -> None:
    await asyncio.gather(*(fill_calendar(stores, tenant.record, TODAY) for _ in range(5)))
    extent = await stores.calendar.extent(tenant.scope)
    assert extent is not None
    async with stores.database.read(tenant.scope) as connection:
        days = await connection.fetchval("SELECT count(*) FROM calendar_day")
    assert (extent.since, extent.days) == (FIRST_DAY, days)
