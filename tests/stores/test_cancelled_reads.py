"""A read that is cancelled, wherever it is, leaves its connection as it was."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from stores.wiring import Stores
from tests.support import Tenant


async def test_a_cancelled_read_leaves_no_transaction(
    stores: Stores, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[dict[str, Any]] = []
    loop = asyncio.get_running_loop()
    monkeypatch.setattr(loop, "call_exception_handler", told.append)

    async def read() -> None:
        async with stores.database.read(tenant.scope) as connection:
            await connection.fetchval("SELECT pg_sleep(0.01)")

    for turns in range(60):
        task = asyncio.create_task(read())
        for _ in range(turns):
            await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    assert told == []
