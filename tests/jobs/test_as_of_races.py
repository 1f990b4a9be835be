"""An answer at a moment never changes: read while two connections of a tenant merge."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime
from random import Random

from core.records.entries import EntryFilter, EntryKey, EntryOrder, EntryRecord, Metrics
from core.records.pages import PageRequest
from core.scope import TenantScope
from stores.postgres.clock import advance_clock
from stores.wiring import Stores
from tests.jobs.by_hand import ByHand, Spends, by_hand, page_of
from tests.support import Tenant

DAYS = [f"2026-0{month}-{day:02}" for month in (3, 4) for day in range(1, 29, 3)]
SINCE, UNTIL = DAYS[0], DAYS[-1]
Answer = Mapping[EntryKey, tuple[Metrics, datetime, str | None]]


async def answer(
    stores: Stores, scope: TenantScope, as_of: datetime, size: int, pause: float = 0
) -> Answer:
    """Everything at `as_of`, walked in pages; merges go on between them."""
    found: dict[EntryKey, tuple[Metrics, datetime, str | None]] = {}
    cursor: tuple[str, ...] | None = None
    while True:
        page = await stores.entries.page(
            scope, EntryFilter(), EntryOrder.DATE_ASC, PageRequest(size, cursor), as_of
        )
        assert not found.keys() & {entry.key for entry in page.items}
        found |= {e.key: _facts(e) for e in page.items}
        if not page.has_next:
            return found
        cursor = (page.items[-1].key.date.isoformat(), page.items[-1].key.digest.hex)
        await asyncio.sleep(pause)


def _facts(entry: EntryRecord) -> tuple[Metrics, datetime, str | None]:
    return entry.metrics, entry.learned_at, entry.entity_name


async def restate(at: ByHand, seed: int) -> None:
    """Readings that change, drop and bring back rows, one after another."""
    random = Random(seed)  # noqa: S311 - a repeatable one
    for _ in range(8):
        spends: Spends = {
            (f"{campaign}", day): f"{random.randint(0, 5)}.5"
            for campaign in range(12)
            for day in DAYS
            if random.random() < 0.7
        }
        keys = list(spends)
        cut = random.randint(1, len(keys))
        parts = [{key: spends[key] for key in keys[:cut]}, {key: spends[key] for key in keys[cut:]}]
        await at.read(SINCE, UNTIL, parts)


async def test_answers_at_a_moment_hold_while_two_connections_merge(
    stores: Stores, tenant: Tenant
) -> None:
    one = await by_hand(stores, tenant.scope)
    two = await by_hand(stores, tenant.scope, number=2002)
    writers = [
        asyncio.create_task(restate(one, 1)),
        asyncio.create_task(restate(two, 2)),
    ]
    seen: list[tuple[datetime, Answer]] = []

    async def reader(seed: int) -> None:
        random = Random(seed)  # noqa: S311 - a repeatable one
        while not all(writer.done() for writer in writers):
            moment = datetime.now(UTC)
            seen.append((moment, await answer(stores, tenant.scope, moment, random.randint(5, 80))))

    await asyncio.gather(*writers, *(reader(seed) for seed in range(3)))
    assert len(seen) > 10
    assert len({len(found) for _, found in seen}) > 3, "nothing moved while it was read"
    for moment, found in seen:
        assert await answer(stores, tenant.scope, moment, 1000) == found, moment


async def test_what_is_being_refused_is_not_told_as_of_a_moment_before(
    stores: Stores, tenant: Tenant
) -> None:
    at = await by_hand(stores, tenant.scope)
    run = await at.begun(SINCE, UNTIL)
    page = page_of({("1", SINCE): "no number"})
    landed = await at.land(run, page)
    async with stores.database.write(tenant.scope) as clock:
        await advance_clock(clock, tenant.scope)
        merging = asyncio.create_task(at.merge(run, landed, page))
        while not await clock.fetchval(_WAITS_FOR_THE_CLOCK):  # noqa: ASYNC110 - no event tells of it
            await asyncio.sleep(0.01)
        moment = await advance_clock(clock, tenant.scope)
    await merging
    assert await stores.causal.rejected(tenant.scope, moment) == {}
    assert await stores.causal.rejected(tenant.scope, datetime.now(UTC)) == {at.connection.id: 1}


_WAITS_FOR_THE_CLOCK = """
SELECT EXISTS (SELECT FROM pg_locks w JOIN pg_locks h USING (classid, objid, objsubid, database)
    WHERE w.locktype = 'advisory' AND h.locktype = 'advisory' AND NOT w.granted
      AND h.pid = pg_backend_pid())
"""
