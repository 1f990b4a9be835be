"""Streams over several API processes, while runs run, keys are revoked and processes are killed."""

from __future__ import annotations

import asyncio
import json
import os
import signal
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack, suppress
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import httpx2
import jwt
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidMessage
from websockets.typing import Subprotocol

from core.commands import StartIngestion
from core.scope import Role
from core.units import DateRange
from stores.wiring import Stores
from tests.conformance.deployed import JWT_SECRET, api_process
from tests.support import (
    RunningWorker,
    SandboxAt,
    Services,
    Tenant,
    ended,
    meta_account,
    open_home,
    until,
)

pytestmark = [pytest.mark.long, pytest.mark.timeout(180)]

QUERY = "subscription($after: BigInt) { events(after: $after) { sequence } }"
PARTS = "multipart/mixed;subscriptionSpec=1.0"
GONE = (ConnectionClosed, InvalidMessage, OSError, httpx2.HTTPError, EOFError)
RUNS = 8
KILLS = 3

Listen = Callable[[str, str, int], AsyncIterator[int]]


Start = Callable[..., tuple[str, int]]


@pytest.fixture
def start(services: Services) -> Iterator[Start]:
    """Starts an API process: its address and its id."""
    numbers = count()
    with open_home() as home, ExitStack() as processes:

        def started(**settings: str) -> tuple[str, int]:
            log = home / f"api-{next(numbers)}.log"
            return processes.enter_context(api_process(services, home, log, **settings))

        yield started


def token(tenant: Tenant) -> str:
    ends = datetime.now(UTC) + timedelta(hours=1)
    claims = {"sub": "ada", "org_id": str(tenant.record.id), "roles": ["admin"], "exp": ends}
    return jwt.encode(claims, JWT_SECRET, algorithm="HS256")


async def by_socket(url: str, credential: str, after: int) -> AsyncIterator[int]:
    address = f"{url.replace('http', 'ws', 1)}/graphql"
    async with connect(address, subprotocols=[Subprotocol("graphql-transport-ws")]) as socket:
        payload: dict[str, Any] = {"Authorization": f"Bearer {credential}"}
        await socket.send(json.dumps({"type": "connection_init", "payload": payload}))
        payload = {"query": QUERY, "variables": {"after": after}}
        await socket.send(json.dumps({"type": "subscribe", "id": "1", "payload": payload}))
        async for frame in socket:
            message = json.loads(frame)
            if message["type"] == "next":
                yield message["payload"]["data"]["events"]["sequence"]


async def by_events(url: str, credential: str, after: int) -> AsyncIterator[int]:
    """As EventSource does: what was asked at first, and the last id that was seen."""
    asked = {"query": QUERY, "variables": {"after": 0}}
    seen = {"Last-Event-ID": str(after)} if after else {}
    async for line in lines(url, credential, asked, {"Accept": "text/event-stream", **seen}):
        if line.startswith("data: "):
            yield json.loads(line[6:])["data"]["events"]["sequence"]


async def by_parts(url: str, credential: str, after: int) -> AsyncIterator[int]:
    asked = {"query": QUERY, "variables": {"after": after}}
    async for line in lines(url, credential, asked, {"Accept": PARTS}):
        if line.startswith('{"payload"'):
            yield json.loads(line)["payload"]["data"]["events"]["sequence"]


async def lines(
    url: str, credential: str, asked: dict[str, Any], headers: dict[str, str]
) -> AsyncIterator[str]:
    told = {"Authorization": f"Bearer {credential}", **headers}
    async with (
        httpx2.AsyncClient(timeout=60, headers=told) as client,
        client.stream("POST", f"{url}/graphql", json=asked) as response,
    ):
        assert response.status_code == 200
        async for line in response.aiter_lines():
            yield line


class Reader:
    """Follows the tenant's events over one transport, from process to process."""

    def __init__(self, listen: Listen, credential: str, urls: list[str]) -> None:
        self.listen = listen
        self.credential = credential
        self.urls = urls
        self.seen: list[int] = []
        self.comings = 0

    async def follow(self, turn: int) -> None:
        while True:
            self.comings += 1
            url = self.urls[(turn + self.comings) % len(self.urls)]
            with suppress(*GONE):
                async for sequence in self.listen(
                    url, self.credential, self.seen[-1] if self.seen else 0
                ):
                    self.seen.append(sequence)
            await asyncio.sleep(0.05)


async def test_no_event_is_missed_or_told_twice_whatever_is_killed(
    stores: Stores,
    tenant: Tenant,
    sandbox: SandboxAt,
    running_worker: RunningWorker,
    start: Start,
) -> None:
    transports: tuple[Listen, ...] = (by_socket, by_events, by_parts)
    started = [start() for _ in range(2)]
    urls = [url for url, _ in started]
    readers = [Reader(listen, token(tenant), urls) for listen in transports]
    async with running_worker(sandbox.url), asyncio.TaskGroup() as following:
        tasks = [following.create_task(each.follow(n)) for n, each in enumerate(readers)]
        working = following.create_task(work(stores, tenant))
        for number in range(KILLS):
            await asyncio.sleep(0.7)
            os.kill(started[number % 2][1], signal.SIGKILL)
            made = await asyncio.to_thread(start)
            started[number % 2], urls[number % 2] = made, made[0]
        await working
        newest = (await stores.events.extent(tenant.scope)).newest
        await until(lambda: all(each.seen[-1:] == [newest] for each in readers))
        for task in tasks:
            task.cancel()
    assert newest > RUNS * 3
    for reader in readers:
        assert reader.seen == list(range(1, newest + 1)), reader.listen
    assert sum(reader.comings for reader in readers) > len(readers)


async def work(stores: Stores, tenant: Tenant) -> None:
    """Runs, one after the other, for as long as processes come and go."""
    connection = await stores.connections.create(tenant.scope, meta_account())
    for number in range(1, RUNS + 1):
        day = datetime(2026, 11, number, tzinfo=UTC).date()
        command = StartIngestion(connection.id, dates=DateRange(day, day))
        run = await stores.runs.start_ingestion(tenant.scope, command)
        await ended(stores, tenant.scope, run.id)
        await asyncio.sleep(0.5)


async def test_a_revoked_key_ends_its_streams_on_every_process(
    stores: Stores, tenant: Tenant, start: Start
) -> None:
    record, credential = await stores.keys.create(tenant.scope, "causal", frozenset({Role.VIEWER}))
    urls = [start(stream_check_seconds="0.2")[0] for _ in range(2)]
    ends = [asyncio.create_task(closing(url, credential)) for url in urls]
    told = [asyncio.create_task(last_words(url, credential)) for url in urls]
    await asyncio.sleep(1)
    assert not any(task.done() for task in (*ends, *told))
    await stores.keys.revoke(tenant.scope, record.id)
    async with asyncio.timeout(10):
        expected = (4403, "Forbidden: the credentials no longer hold")
        assert await asyncio.gather(*ends) == [expected] * 2
        assert await asyncio.gather(*told) == ["the credentials no longer hold"] * 2
    refused = await status_of(urls[0], credential)
    assert refused == 401


async def closing(url: str, credential: str) -> tuple[int, str]:
    try:
        async for _ in by_socket(url, credential, 0):
            pass
    except ConnectionClosed as closed:
        return (closed.rcvd.code, closed.rcvd.reason) if closed.rcvd else (1006, "")
    pytest.fail("the socket was not closed")


async def last_words(url: str, credential: str) -> str:
    asked = {"query": QUERY, "variables": {"after": 0}}
    found = ""
    async for line in lines(url, credential, asked, {"Accept": "text/event-stream"}):
        if line.startswith("data: "):
            found = json.loads(line[6:])["errors"][0]["message"]
    return found


async def status_of(url: str, credential: str) -> int:
    headers = {"Authorization": f"Bearer {credential}"}
    async with httpx2.AsyncClient(headers=headers) as client:
        answer = await client.post(f"{url}/graphql", json={"query": "{ viewer { actor } }"})
    return answer.status_code
