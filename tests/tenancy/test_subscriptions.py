"""Progress of a run goes to its tenant alone, and so does everything that wakes a subscriber."""

from __future__ import annotations

import asyncio
import json
import re
from typing import Any
from uuid import UUID

import pytest
from redis.asyncio import Redis

from core.records.events import DataEvent, DataEventKind
from core.records.runs import Counters, RunStatus
from graph.ids import RUN
from jobs.events import publish_events
from stores.postgres.outbox import record_outbox
from tests.support import NewTenant
from tests.tenancy.documents import root_fields
from tests.tenancy.door import Door, bearer, hear, leaves, subscribed
from tests.tenancy.party import Ground, Parties
from tests.tenancy.rows import opened_rows, told

OF_EVENTS = tuple(
    f"Subscription.{name}" for name in ("events", "runs", "entriesRestated", "insightRaised")
)
TOPIC = re.compile(r"liftos:\{([0-9a-f-]{36})\}:run:([0-9a-f-]{36})")


def test_every_subscription_is_covered() -> None:
    subscriptions = {name for name in root_fields() if name.startswith("Subscription.")}
    assert subscriptions == {"Subscription.ingestionProgress", *OF_EVENTS}


@pytest.mark.parametrize("coordinate", OF_EVENTS)
async def test_what_happens_is_told_to_its_tenant_alone(
    ground: Ground, parties: Parties, marks: frozenset[str], coordinate: str
) -> None:
    async with opened_rows(ground.services) as rows:
        counts = [len(await rows.column("data_event", "id", p.id)) for p in (parties.a, parties.b)]
    assert counts[0] < counts[1]
    heard = await subscribed(ground.door, parties.a.token, {"after": 0}, 2, coordinate)
    assert [message["type"] for message in heard] == ["next", "next"]
    assert told(leaves(heard)) & marks == set()
    # A place of B's beyond A's own is no place of A's.
    given = {"after": counts[1]}
    heard = await subscribed(ground.door, parties.a.token, given, 2, coordinate)
    assert [message["type"] for message in heard] == ["error"]
    assert [error["extensions"]["code"] for error in heard[0]["payload"]] == ["BAD_USER_INPUT"]
    assert told(leaves(heard)) & marks == set()


async def test_a_tenant_s_stream_holds_its_events_and_no_other_s(
    ground: Ground, parties: Parties
) -> None:
    redis: Redis = Redis.from_url(ground.services.redis_url)
    for party in (parties.a, parties.b):
        await publish_events(ground.stores, party.scope, 10_000)
        entries: Any = await redis.xrange(party.scope.key("events"))
        async with opened_rows(ground.services) as rows:
            ids = await rows.column("data_event", "id", party.id)
        events = [json.loads(fields[b"event"]) for _, fields in entries]
        assert {event["id"] for event in events} == {str(id_) for id_ in ids}
        assert {event["source"] for event in events} == {f"/liftos/core-data/tenants/{party.id}"}
    await redis.aclose()


async def test_the_metrics_count_events_that_are_on_no_stream_yet(
    ground: Ground, new_tenant: NewTenant
) -> None:
    scope = (await new_tenant()).scope
    before = await unpublished(ground.door)
    nobody = UUID(int=7)
    event = DataEvent(DataEventKind.RUN_QUEUED, nobody, nobody, RunStatus.QUEUED, Counters())
    async with ground.stores.database.write(scope) as connection:
        await record_outbox(connection, scope, event)
    assert await unpublished(ground.door) == before + 1
    await publish_events(ground.stores, scope, 10_000)
    assert await unpublished(ground.door) == before


async def unpublished(door: Door) -> float:
    lines = (await door.http.get("/metrics")).text.splitlines()
    [line] = [each for each in lines if each.startswith("liftos_core_data_unpublished_events ")]
    return float(line.split()[1])


@pytest.mark.parametrize("after", [0, 1, 1000])
async def test_a_run_of_b_is_an_error_to_a_and_no_event(
    door: Door, parties: Parties, marks: frozenset[str], after: int
) -> None:
    for run_id in parties.b.runs.values():
        heard = await subscribed(door, parties.a.token, {"runId": run_id, "after": after}, until=3)
        assert [message["type"] for message in heard] == ["error"]
        assert [error["extensions"]["code"] for error in heard[0]["payload"]] == ["NOT_FOUND"]
        assert told(leaves(heard)) & marks == set()


async def test_the_owner_hears_every_event_of_the_same_runs(door: Door, parties: Parties) -> None:
    heard = await subscribed(door, parties.b.token, {"runId": parties.b.runs["other"]}, until=99)
    assert [message["type"] for message in heard[-2:]] == ["next", "complete"]
    events = [message["payload"]["data"]["ingestionProgress"] for message in heard[:-1]]
    assert [event["sequence"] for event in events] == list(range(1, len(events) + 1))
    assert events[-1]["status"] == "SUCCEEDED"


async def test_a_subscriber_listens_to_topics_of_tenants_only(
    ground: Ground, parties: Parties
) -> None:
    redis: Redis = Redis.from_url(ground.services.redis_url)
    query = 'subscription { ingestionProgress(runId: "%s") { sequence } }'
    async with ground.door.socket(bearer(parties.a.token)) as socket:
        assert (await hear(socket))["type"] == "connection_ack"
        payload = {"query": query % parties.a.runs["queued"]}
        await socket.send(json.dumps({"type": "subscribe", "id": "1", "payload": payload}))
        assert (await hear(socket))["payload"] == {"data": {"ingestionProgress": {"sequence": 1}}}
        # A wake-up of B's tenant for A's very run is another topic, and wakes nobody here.
        run_id = RUN.decode(parties.a.runs["queued"], "id")
        await redis.publish(parties.b.scope.key("run", str(run_id)), b"")
        await redis.publish(parties.a.scope.key("run", str(run_id)), b"")
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.2):
                await hear(socket)
        assert await redis.pubsub_channels() == [b"liftos:resync"]
    keys = [key.decode() async for key in redis.scan_iter()]
    await redis.aclose()
    assert [key for key in keys if not re.match(r"liftos:\{[0-9a-f-]{36}\}:", key)] == []


def test_what_redis_carried_names_the_runs_tenant_and_says_nothing(parties: Parties) -> None:
    assert {data for _, data in parties.published} == {b""}
    topics = {topic for topic, _ in parties.published} - {"liftos:resync"}
    found = {match.groups() for topic in topics if (match := TOPIC.fullmatch(topic))}
    assert len(found) == len(topics)
    expected = {
        (str(party.id), str(RUN.decode(run_id, "id")))
        for party in (parties.a, parties.b)
        for name, run_id in party.runs.items()
        if name != "queued"
    }
    assert expected <= found
    ours = {str(parties.a.id), str(parties.b.id)}
    owners = {run: tenant for tenant, run in expected}
    assert {run: tenant for tenant, run in found if run in owners} == owners
    assert {tenant for tenant, _ in found} >= ours


async def test_a_job_says_which_run_of_which_tenant_and_nothing_else(
    ground: Ground, parties: Parties
) -> None:
    async with opened_rows(ground.services) as rows:
        jobs = await rows.connection.fetch(
            "SELECT payload, headers, dedupe_key, entrypoint FROM pgqueuer"
        )
    payloads = {json.loads(job["payload"])["run_id"]: job for job in jobs}
    for party in (parties.a, parties.b):
        run_id = str(RUN.decode(party.runs["queued"], "id"))
        job = payloads[run_id]
        assert json.loads(job["payload"]) == {"tenant_id": str(party.id), "run_id": run_id}
        assert (job["dedupe_key"], job["entrypoint"]) == (run_id, "run")
        assert json.loads(job["headers"] or "null") is None
