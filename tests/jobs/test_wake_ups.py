"""A subscriber hears of a run's end whatever happens to Redis and to the workers."""

from __future__ import annotations

import asyncio
from datetime import date

import pytest
from redis.asyncio import Redis

from core.commands import StartIngestion
from core.records.runs import RunEventRecord, RunRecord, RunStatus
from core.units import DateRange
from resolvers import runs
from resolvers.session import Session
from stores.wiring import Stores, open_stores
from tests.support import MASTER_KEY, Services, Tenant, meta_account

DAY = DateRange(date(2026, 5, 1), date(2026, 5, 1))
RACES = 5


async def started(stores: Stores, tenant: Tenant) -> RunRecord:
    connection = await stores.connections.create(tenant.scope, meta_account())
    command = StartIngestion(connection.id, dates=DAY)
    return await stores.runs.start_ingestion(tenant.scope, command)


async def test_a_wake_up_that_was_lost_while_the_listener_came_back_is_made_up_for(
    services: Services, stores: Stores, tenant: Tenant
) -> None:
    run = await started(stores, tenant)
    redis = Redis.from_url(services.redis_url)
    topic = tenant.scope.key("run", str(run.id))
    for _ in range(RACES):
        async with stores.topics.subscribe(tenant.scope, run.id) as wake_ups:
            await anext(wake_ups)
            while not await redis.pubsub_numpat():  # noqa: ASYNC110 - Redis tells nobody
                await asyncio.sleep(0.01)
            # In one step: nobody listens when the message goes out.
            async with redis.pipeline(transaction=True) as together:
                together.execute_command("CLIENT", "KILL", "TYPE", "pubsub")
                together.publish(topic, b"")
                await together.execute()
            async with asyncio.timeout(5):
                await anext(wake_ups)
    await redis.aclose()
    await stores.runs.request_cancel(tenant.scope, run.id)


async def follow(session: Session, run: RunRecord) -> list[RunEventRecord]:
    return [event async for event in await runs.progress(session, run.id, 0)]


@pytest.mark.parametrize("redis_is_there", [True, False])
async def test_the_end_of_a_queued_run_is_heard_where_no_worker_lives(
    services: Services, stores: Stores, tenant: Tenant, redis_is_there: object
) -> None:
    run = await started(stores, tenant)
    url = services.redis_url if redis_is_there else "redis://127.0.0.1:1"
    async with open_stores(services.logins, url, MASTER_KEY, pool_size=2) as own:
        session = Session.open(tenant.scope, own)
        following = asyncio.create_task(follow(session, run))
        await asyncio.sleep(0.3)
        await runs.cancel(session, run.id)
        events = await asyncio.wait_for(following, 30)
    assert [event.status for event in events] == [RunStatus.QUEUED, RunStatus.CANCELLED]


async def test_while_redis_is_away_followers_look_by_themselves(
    services: Services, stores: Stores, tenant: Tenant
) -> None:
    run = await started(stores, tenant)
    async with open_stores(services.logins, "redis://127.0.0.1:1", MASTER_KEY, pool_size=2) as own:
        following = asyncio.create_task(follow(Session.open(tenant.scope, own), run))
        await asyncio.sleep(0.3)
        # Another process moves the run: nothing of this one is told of it.
        await stores.runs.request_cancel(tenant.scope, run.id)
        events = await asyncio.wait_for(following, 30)
    assert [event.status for event in events] == [RunStatus.QUEUED, RunStatus.CANCELLED]
