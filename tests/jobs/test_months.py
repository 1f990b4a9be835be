"""Many workers and many months at once: partitions are made once, and nobody waits for ever."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

from core.records.entries import EntryFilter, EntryOrder
from core.records.pages import PageRequest
from stores.wiring import Stores
from tests.jobs.by_hand import by_hand
from tests.support import NewTenant

YEARS = range(1990, 2000)


async def test_many_workers_and_many_months_at_once(stores: Stores, new_tenant: NewTenant) -> None:
    hands = [await by_hand(stores, (await new_tenant()).scope) for _ in range(4)]
    done = asyncio.Event()

    async def read() -> None:
        while not done.is_set():
            moment = datetime.now(UTC)
            for at in hands:
                await stores.entries.page(
                    at.scope, EntryFilter(), EntryOrder.DATE_ASC, PageRequest(50), moment
                )

    async def write(number: int) -> None:
        years = list(YEARS) if number % 2 else list(reversed(YEARS))
        for year in years:
            days = [f"{year}-{month:02}-03" for month in (1, 5, 12)]
            await hands[number].read(days[0], days[-1], [{("1", day): "1"} for day in days])

    readers = [asyncio.create_task(read()) for _ in range(2)]
    async with asyncio.timeout(100):
        await asyncio.gather(*map(write, range(len(hands))))
    done.set()
    await asyncio.gather(*readers)
    for at in hands:
        assert await stores.entries.count(at.scope, EntryFilter()) == 3 * len(YEARS)
