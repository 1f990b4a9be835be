"""`asOf` and clocks: the database's clock alone says what has passed, for merges too."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from core.errors import BadInput
from core.records.entries import EntryFilter
from stores.postgres.clock import advance_clock
from stores.postgres.database import Connection
from stores.wiring import Stores
from tests.jobs.by_hand import by_hand
from tests.support import Tenant

DAY = "2026-05-01"


async def test_a_moment_the_database_has_not_reached_is_refused(
    stores: Stores, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Ahead(datetime):
        @classmethod
        def now(cls, _: object = None) -> datetime:  # type: ignore[override]  # as it is called
            return datetime.now(UTC) + timedelta(hours=1)

    monkeypatch.setattr("stores.postgres.entries.datetime", Ahead)
    moment = datetime.now(UTC) + timedelta(minutes=30)
    with pytest.raises(BadInput, match="in the future"):
        await stores.entries.count(tenant.scope, EntryFilter(), moment)


async def test_a_merge_that_began_long_ago_is_waited_for(stores: Stores, tenant: Tenant) -> None:
    at = await by_hand(stores, tenant.scope)
    await at.read(DAY, DAY, [{("1", DAY): "1"}])
    async with stores.database.write(tenant.scope) as connection:
        await _learn(connection, clock="now() - interval '2 hours'", entry="'infinity'")
    async with stores.database.write(tenant.scope) as connection:
        await advance_clock(connection, tenant.scope)
        # As if this merge had taken its moment two minutes ago and were still at work.
        ago = "now() - interval '2 minutes'"
        await _learn(connection, clock=ago, entry=ago)
        moment = datetime.now(UTC) - timedelta(seconds=90)
        earlier = asyncio.create_task(_committed_long_ago(stores, tenant))
        counting = asyncio.create_task(stores.entries.count(tenant.scope, EntryFilter(), moment))
        done, _ = await asyncio.wait([counting], timeout=0.5)
        assert not done
        assert await earlier == 0
    assert await counting == 1


async def _learn(connection: Connection, *, clock: str, entry: str) -> None:
    await connection.execute(f"UPDATE data_clock SET learned_at = {clock}")
    await connection.execute(f"UPDATE marketing_entry_vintage SET learned_at = {entry}")
    await connection.execute(f"UPDATE marketing_entry SET first_learned_at = {entry}")


async def _committed_long_ago(stores: Stores, tenant: Tenant) -> int:
    """A moment up to the committed clock is answered without waiting."""
    longer_ago = datetime.now(UTC) - timedelta(hours=3)
    async with asyncio.timeout(0.4):
        return await stores.entries.count(tenant.scope, EntryFilter(), longer_ago)
