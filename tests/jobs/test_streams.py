"""Every event reaches its tenant's stream, in order, whatever happens to Redis and the workers."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import asdict, replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import orjson
import pytest
from redis.asyncio import Redis

from core.errors import Transient
from core.records.events import DataEvent, DataEventKind, EventExtent, EventsAfter
from core.records.runs import Counters, RunStatus
from core.scope import TenantScope
from core.units import DateRange
from jobs.events import EventRelay, publish_events
from jobs.upkeep import prune_events
from stores.event_lag import event_lag
from stores.postgres.outbox import record_outbox
from stores.wiring import Stores, open_stores
from tests.support import MASTER_KEY, Services, Tenant

RUN, CONNECTION = UUID(int=11), UUID(int=12)
EVENT = DataEvent(
    DataEventKind.PAGE_LANDED, CONNECTION, RUN, RunStatus.RUNNING, Counters(fetched=3, stored=3)
)
LENGTH = 10_000


@pytest.fixture
async def redis(services: Services) -> AsyncIterator[Redis]:
    async with Redis.from_url(services.redis_url) as opened:
        yield opened


async def happen(stores: Stores, scope: TenantScope, count: int, event: DataEvent = EVENT) -> None:
    for _ in range(count):
        async with stores.database.write(scope) as connection:
            await record_outbox(connection, scope, event)


async def happened_long_ago(stores: Stores, scope: TenantScope, count: int) -> None:
    """Events of forty days ago, where the tenant has none."""
    async with stores.database.write(scope) as connection:
        await connection.execute(
            "INSERT INTO event_clock (tenant_id, sequence) VALUES ($1, $2)", scope.tenant_id, count
        )
        await connection.execute(
            "INSERT INTO data_event "
            "(tenant_id, sequence, kind, at, connection_id, run_id, status, counters) "
            "SELECT $1, n, 'RUN_QUEUED', now() - interval '40 days', $2, $2, 'QUEUED', $4 "
            "FROM generate_series(1, $3::int) n",
            scope.tenant_id,
            CONNECTION,
            count,
            asdict(Counters()),
        )


async def stream(redis: Redis, scope: TenantScope) -> dict[str, Any]:
    """The entries of a tenant's stream by their ids."""
    found: Any = await redis.xrange(scope.key("events"))
    return {id_.decode(): orjson.loads(fields[b"event"]) for id_, fields in found}


async def test_an_event_is_a_cloud_event(stores: Stores, tenant: Tenant, redis: Redis) -> None:
    scope = tenant.scope
    await happen(stores, scope, 1)
    day = DateRange(date(2026, 5, 1), date(2026, 5, 3))
    restated = replace(
        EVENT, kind=DataEventKind.ENTRIES_RESTATED, dates=day, counters=Counters(restated=2)
    )
    await happen(stores, scope, 1, restated)
    assert await publish_events(stores, scope, LENGTH) == 2
    kept = (await stores.events.after(scope, 0, 9)).events
    found = await stream(redis, scope)
    assert list(found) == ["1-0", "2-0"]
    none = dict.fromkeys(
        ("pages", "unchanged", "rejected", "created", "restated", "vanished", "fetched", "stored"),
        0,
    )
    assert found["1-0"] == {
        "specversion": "1.0",
        "id": str(kept[0].id),
        "source": f"/liftos/core-data/tenants/{scope.tenant_id}",
        "type": "liftos.page.landed.v1",
        "subject": f"runs/{RUN}",
        "time": kept[0].at.isoformat().replace("+00:00", "Z"),
        "datacontenttype": "application/json",
        "sequence": "00000000000000000001",
        "data": {
            "runId": str(RUN),
            "connectionId": str(CONNECTION),
            "status": "RUNNING",
            "counters": none | {"fetched": 3, "stored": 3},
            "dates": None,
        },
    }
    assert found["2-0"]["type"] == "liftos.entries.restated.v1"
    assert found["2-0"]["data"]["counters"] == none | {"restated": 2}
    assert found["2-0"]["data"]["dates"] == {"since": "2026-05-01", "until": "2026-05-03"}


async def test_workers_that_publish_at_once_neither_double_nor_misorder(
    services: Services, stores: Stores, tenant: Tenant, redis: Redis
) -> None:
    scope = tenant.scope
    async with open_stores(services.logins, services.redis_url, MASTER_KEY, pool_size=4) as other:

        async def publish(by: Stores) -> None:
            for _ in range(30):
                await publish_events(by, scope, LENGTH)

        await asyncio.gather(
            *(happen(stores, scope, 40) for _ in range(3)),
            *(publish(by) for by in (stores, other, stores, other)),
        )
        assert await publish_events(other, scope, LENGTH) == 120
    kept = (await stores.events.after(scope, 0, 500)).events
    found = await stream(redis, scope)
    assert list(found) == [f"{number}-0" for number in range(1, 121)]
    assert [event["id"] for event in found.values()] == [str(record.id) for record in kept]


async def test_a_stream_that_redis_lost_is_filled_again_with_the_same_ids(
    stores: Stores, tenant: Tenant, redis: Redis
) -> None:
    scope = tenant.scope
    await happen(stores, scope, 5)
    await publish_events(stores, scope, LENGTH)
    before = await stream(redis, scope)
    await redis.delete(scope.key("events"))
    assert (await event_lag(stores.events, stores.streams))[scope.tenant_id] == 5
    await publish_events(stores, scope, LENGTH)
    assert await stream(redis, scope) == before
    await redis.delete(scope.key("events"))
    await happen(stores, scope, 1)
    await publish_events(stores, scope, 2)
    assert list(await stream(redis, scope)) == ["5-0", "6-0"]
    assert scope.tenant_id not in await event_lag(stores.events, stores.streams)


async def test_a_consumer_group_made_anew_after_a_loss_goes_on_where_it_was(
    stores: Stores, tenant: Tenant, redis: Redis
) -> None:
    scope, key = tenant.scope, tenant.scope.key("events")
    await happen(stores, scope, 4)
    await publish_events(stores, scope, LENGTH)
    await redis.delete(key)
    await redis.xgroup_create(key, "readers", "2-0", mkstream=True)
    await publish_events(stores, scope, LENGTH)
    heard: Any = await redis.xreadgroup("readers", "one", {key: ">"})
    assert [id_ for id_, _ in heard[0][1]] == [b"3-0", b"4-0"]


async def test_a_stream_of_another_history_of_the_database_is_dropped(
    stores: Stores, tenant: Tenant, redis: Redis
) -> None:
    scope, key = tenant.scope, tenant.scope.key("events")
    await happen(stores, scope, 2)
    await redis.xadd(key, {"event": b"{}"}, id="9-0")
    assert (await event_lag(stores.events, stores.streams))[scope.tenant_id] == -7
    await publish_events(stores, scope, LENGTH)
    assert list(await stream(redis, scope)) == ["1-0", "2-0"]


async def test_old_events_are_forgotten_in_the_outbox_and_on_the_stream(
    stores: Stores, tenant: Tenant, redis: Redis
) -> None:
    scope = tenant.scope
    await happened_long_ago(stores, scope, 3)
    await happen(stores, scope, 1)
    await publish_events(stores, scope, LENGTH)
    await prune_events(stores, timedelta(days=41))
    assert await stores.events.extent(scope) == EventExtent(oldest=1, newest=4)
    await prune_events(stores, timedelta(days=39))
    assert await stores.events.extent(scope) == EventExtent(oldest=4, newest=4)
    assert list(await stream(redis, scope)) == ["4-0"]


async def test_where_all_events_are_forgotten_numbers_go_on(
    stores: Stores, tenant: Tenant, redis: Redis
) -> None:
    scope = tenant.scope
    await happened_long_ago(stores, scope, 2)
    await publish_events(stores, scope, LENGTH)
    await prune_events(stores, timedelta(days=39))
    assert await stores.events.extent(scope) == EventExtent(oldest=3, newest=2)
    assert await stores.events.after(scope, 0, 9) == EventsAfter((), reached=2)
    assert await publish_events(stores, scope, LENGTH) == 2
    await happen(stores, scope, 1)
    await publish_events(stores, scope, LENGTH)
    assert list(await stream(redis, scope)) == ["3-0"]


async def test_a_relay_catches_up_at_its_start_and_when_it_is_told(
    stores: Stores, tenant: Tenant, redis: Redis
) -> None:
    scope = tenant.scope
    await happen(stores, scope, 2)
    async with relaying(stores) as relay:
        await until_it_ends_with(stores, scope, 2)
        await happen(stores, scope, 1)
        relay.tell(scope.tenant_id)
        await until_it_ends_with(stores, scope, 3)
    assert list(await stream(redis, scope)) == ["1-0", "2-0", "3-0"]


async def test_without_redis_nothing_is_lost_and_nothing_waits(
    services: Services, stores: Stores, tenant: Tenant, redis: Redis
) -> None:
    scope = tenant.scope
    async with open_stores(services.logins, "redis://127.0.0.1:1", MASTER_KEY) as cut_off:
        await happen(cut_off, scope, 2)
        with pytest.raises(Transient):
            await publish_events(cut_off, scope, LENGTH)
        with pytest.raises(Transient):
            await cut_off.streams.trim(scope, 1)
        with pytest.raises(Transient):
            await cut_off.streams.forget(scope)
    await publish_events(stores, scope, LENGTH)
    assert list(await stream(redis, scope)) == ["1-0", "2-0"]


@asynccontextmanager
async def relaying(stores: Stores) -> AsyncIterator[EventRelay]:
    relay = EventRelay(stores, LENGTH)
    task = asyncio.create_task(relay.run())
    try:
        yield relay
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def until_it_ends_with(stores: Stores, scope: TenantScope, number: int) -> None:
    async with asyncio.timeout(20):
        while await stores.streams.last(scope) != number:  # noqa: ASYNC110 - Redis tells nobody
            await asyncio.sleep(0.01)
