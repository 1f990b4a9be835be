"""Subscriptions that were opened and dropped leave nothing behind."""

from __future__ import annotations

import asyncio
import base64
import gc
import json
from datetime import date, timedelta
from pathlib import Path

import pytest
from websockets.asyncio.client import connect
from websockets.typing import Subprotocol

from app.http.wiring import build_app
from app.identity.mint import mint
from core.commands import StartIngestion
from core.scope import Role
from core.settings import Settings
from core.units import DateRange
from stores.wiring import Stores
from tests.app.deployed import SECRET, served, settings_for
from tests.support import Services, Tenant, meta_account

FOLLOW = "subscription($id: ID!) { ingestionProgress(runId: $id) { sequence } }"


def held() -> tuple[int, int]:
    """Open descriptors and tasks of this process."""
    gc.collect()
    return sum(1 for _ in Path("/proc/self/fd").iterdir()), len(asyncio.all_tasks())


@pytest.mark.long
async def test_five_hundred_dropped_subscriptions_leave_nothing(
    services: Services, stores: Stores, tenant: Tenant, tmp_path_factory: pytest.TempPathFactory
) -> None:
    connection = await stores.connections.create(tenant.scope, meta_account())
    days = DateRange(date(2026, 5, 1), date(2026, 5, 1))
    command = StartIngestion(connection.id, dates=days)
    run = await stores.runs.start_ingestion(tenant.scope, command)
    token = mint(Settings(), SECRET, tenant.record.id, Role.ADMIN, timedelta(hours=1))
    run_id = base64.b64encode(f"Run:{run.id}".encode()).decode()
    async with served(build_app(settings_for(services, tmp_path_factory.mktemp("door")))) as door:
        url = str(door.base_url).replace("http", "ws").rstrip("/") + "/graphql"

        async def follow() -> None:
            async with connect(url, subprotocols=[Subprotocol("graphql-transport-ws")]) as socket:
                payload = {"Authorization": f"Bearer {token}"}
                await socket.send(json.dumps({"type": "connection_init", "payload": payload}))
                assert json.loads(await socket.recv())["type"] == "connection_ack"
                asked = {"query": FOLLOW, "variables": {"id": run_id}}
                message = {"type": "subscribe", "id": "1", "payload": asked}
                await socket.send(json.dumps(message))
                assert json.loads(await socket.recv())["type"] == "next"
                socket.transport.abort()

        async def fifty() -> None:
            await asyncio.gather(*(follow() for _ in range(25)))
            await asyncio.gather(*(follow() for _ in range(25)))
            await asyncio.sleep(0.5)

        await fifty()
        before = held()
        for _ in range(10):
            await fifty()
        after = held()
    assert after[0] <= before[0] + 3
    assert after[1] <= before[1] + 3
    await stores.runs.request_cancel(tenant.scope, run.id)
