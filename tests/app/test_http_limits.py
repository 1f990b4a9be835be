"""Points over HTTP: what an operation costs is told, and what cannot be paid is not begun."""

from __future__ import annotations

import asyncio
import math
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx2
import pytest
from pydantic import SecretStr
from redis.asyncio import Redis
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

from core.buckets import Rate
from core.commands import NewRun
from core.records.runs import RunKind
from graph.ids import RUN
from stores.wiring import Stores
from tests.app.deployed import bearer, deployed, settings_for
from tests.app.sockets import hear, say
from tests.support import free_port

SCHEDULES = "{ schedules(first: 40) { nodes { id } } }"


def tiers(per_second: int, burst: int, operation: int) -> dict[str, dict[str, int]]:
    """The settings of a subscription that is soon used up."""
    return {
        "tier_points_per_second": {"FREE": per_second},
        "tier_points_burst": {"FREE": burst},
        "tier_operation_points": {"FREE": operation},
    }


async def ask(client: httpx2.AsyncClient, tenant: Any, query: str) -> httpx2.Response:
    return await client.post("/graphql", json={"query": query}, headers=bearer(tenant))


async def test_an_answer_tells_what_it_cost(services: Any, tmp_path: Any, tenant: Any) -> None:
    settings = settings_for(services, tmp_path, **tiers(1, 100, 60))
    async with deployed(settings) as client:
        answer = await ask(client, tenant, SCHEDULES)
        assert answer.json()["extensions"] == {
            "cost": {
                "requested": 42,
                "actual": 2,
                "remaining": 98,
                "limit": 100,
                "perSecond": 1,
                "resetSeconds": 2,
                "maximum": 60,
            }
        }
        assert answer.headers["RateLimit-Policy"] == '"points";q=100;w=100'
        assert answer.headers["RateLimit"] == '"points";r=98;t=2'


async def test_what_is_over_the_rate_is_not_begun_and_told_when_to_come_back(
    services: Any, tmp_path: Any, tenant: Any, new_tenant: Any
) -> None:
    settings = settings_for(services, tmp_path, **tiers(1, 42, 42))
    async with deployed(settings) as client:
        assert (await ask(client, tenant, SCHEDULES)).status_code == 200
        refused = await ask(client, tenant, SCHEDULES)
        assert refused.status_code == 429
        [error] = refused.json()["errors"]
        wait = error["extensions"]["retryAfterSeconds"]
        assert error["extensions"]["code"] == "RATE_LIMITED"
        assert (wait, refused.headers["Retry-After"]) == (2, "2")
        assert "data" not in refused.json()
        # Another tenant's bucket is its own, and the refusal has taken nothing.
        other = await new_tenant()
        assert (await ask(client, other, SCHEDULES)).status_code == 200
        assert (await ask(client, tenant, "{ viewer { actor } }")).status_code == 200
        metrics = (await client.get("/metrics")).text
        assert 'graphql_refusals_total{code="RATE_LIMITED"} 1.0' in metrics
        assert 'graphql_points_total{kind="actual"} 6.0' in metrics


async def test_one_operation_may_cost_so_much(services: Any, tmp_path: Any, tenant: Any) -> None:
    settings = settings_for(services, tmp_path, **tiers(1_000, 1_000, 41))
    async with deployed(settings) as client:
        refused = await ask(client, tenant, SCHEDULES)
        [error] = refused.json()["errors"]
        assert error["message"] == "the operation costs 42 points, but may cost 41"
        assert error["extensions"] == {
            "code": "COST_TOO_HIGH",
            "cost": 42,
            "limit": 41,
            "dearest": "schedules.nodes",
            "mend": "most of it is for `schedules.nodes`: ask for fewer of them at once",
        }
        assert (await ask(client, tenant, "{ schedules { nodes { id } } }")).status_code == 200


async def test_without_the_cache_a_process_counts_by_itself(
    services: Any, tmp_path: Any, tenant: Any
) -> None:
    away = SecretStr(f"redis://127.0.0.1:{free_port()}")
    settings = settings_for(services, tmp_path, redis_url=away, **tiers(1, 42, 42))
    async with deployed(settings) as client:
        assert (await ask(client, tenant, SCHEDULES)).status_code == 200
        assert (await ask(client, tenant, SCHEDULES)).status_code == 429
        metrics = (await client.get("/metrics")).text
        assert "graphql_unshared_buckets_total 3.0" in metrics


async def test_buckets_go_when_they_are_empty(services: Any, tmp_path: Any, tenant: Any) -> None:
    settings = settings_for(services, tmp_path, **tiers(1, 100, 100))
    async with deployed(settings) as client:
        await ask(client, tenant, SCHEDULES)
    redis = Redis.from_url(services.redis_url)
    key = tenant.scope.key("points")
    left = await redis.pttl(key)
    await redis.aclose()
    assert 0 < left <= math.ceil(2.0 * 1000)


@pytest.mark.parametrize("query", ['mutation { cancelRun(runId: "x") { __typename } }'])
async def test_mutations_pay_more(services: Any, tmp_path: Any, tenant: Any, query: str) -> None:
    async with deployed(settings_for(services, tmp_path)) as client:
        cost = (await ask(client, tenant, query)).json()["extensions"]["cost"]
        assert (cost["requested"], cost["actual"]) == (11, 11)


async def test_a_field_that_fails_makes_the_others_no_cheaper(
    services: Any, tmp_path: Any, tenant: Any
) -> None:
    query = '{ schedules(first: 40) { nodes { id } } campaigns(after: "x") { nodes { id } } }'
    async with deployed(settings_for(services, tmp_path)) as client:
        answer = (await ask(client, tenant, query)).json()
        assert answer["data"] is None
        cost = answer["extensions"]["cost"]
        assert cost["actual"] == cost["requested"] > 42


@asynccontextmanager
async def socket_of(client: httpx2.AsyncClient, tenant: Any) -> AsyncIterator[ClientConnection]:
    url = f"ws://127.0.0.1:{client.base_url.port}/graphql"
    protocol = Subprotocol("graphql-transport-ws")
    async with connect(url, subprotocols=[protocol]) as socket:
        await say(socket, type="connection_init", payload=bearer(tenant))
        assert (await hear(socket))["type"] == "connection_ack"
        yield socket


@pytest.mark.parametrize("query", [SCHEDULES, "subscription { runs { sequence } }"])
async def test_a_socket_ends_the_operation_that_cannot_be_paid(
    services: Any, tmp_path: Any, tenant: Any, stores: Stores, query: str
) -> None:
    settings = settings_for(services, tmp_path, **tiers(1, 42, 42))
    async with deployed(settings) as client, socket_of(client, tenant) as socket:
        await stores.buckets.take(tenant.scope, 42, [Rate(1, 42)])
        await say(socket, id="1", type="subscribe", payload={"query": query})
        heard = await hear(socket)
        assert (heard["type"], heard["id"]) == ("error", "1")
        assert heard["payload"][0]["extensions"]["code"] == "RATE_LIMITED"
        # The socket stays open for what can be paid.
        await say(socket, id="2", type="subscribe", payload={"query": "{ nowhere }"})
        assert (await hear(socket))["id"] == "2"


async def test_a_subscription_pays_for_its_start_and_its_events(
    services: Any, tmp_path: Any, tenant: Any, stores: Stores
) -> None:
    settings = settings_for(services, tmp_path, **tiers(1, 100, 100))
    [run] = await stores.runs.start_all(tenant.scope, [NewRun(RunKind.EXPORT)])
    query = (
        f'subscription {{ ingestionProgress(runId: "{RUN.encode(run.id)}") '
        "{ sequence counters { fetched } } }"
    )

    async def spent() -> int:
        found = await stores.buckets.take(tenant.scope, 0, [Rate(1, 100)])
        return math.ceil(found.level.reset_seconds)

    async with deployed(settings) as client, socket_of(client, tenant) as socket:
        await say(socket, id="1", type="subscribe", payload={"query": query})
        assert (await hear(socket))["type"] == "next"
        assert await spent() in {2, 3}
        await say(socket, id="1", type="complete")
        for _ in range(300):
            if await spent() > 3:
                break
            await asyncio.sleep(0.01)
        assert await spent() in {4, 5, 6}
