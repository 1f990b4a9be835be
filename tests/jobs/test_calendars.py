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
    async with stores.database.read(tenant.scope) as connection:
        versions = await connection.fetch("SELECT since, until FROM calendar_version")
        days = await connection.fetch("SELECT date FROM calendar_day")
    assert [tuple(row) for row in versions] == [(FIRST_DAY, date(2029, 12, 31))]
    assert len({row["date"] for row in days}) == len(days) > 0
