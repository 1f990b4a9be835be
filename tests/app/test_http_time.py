"""How long a request may take: its SQL is looked for where Postgres shows it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any, TypeAlias
from uuid import UUID

import asyncpg
import httpx2
import pytest

from core.errors import TimedOut
from core.settings import Settings
from graph.ids import CONNECTION
from stores.postgres.database import open_database
from tests.app.conftest import Serve, token
from tests.app.deployed import bearer, settings_for
from tests.app.sockets import begin, hear, opened, say
from tests.support import Services, Tenant
from tests.tenancy.door import opened as opened_door

WAITING = """
SELECT count(*) FROM pg_stat_activity
WHERE application_name = 'liftos' AND wait_event_type = 'Lock'
"""
BY_STORE = "{ connections(first: 1) { nodes { id } } }"
NOBODYS = CONNECTION.encode(UUID(int=404))
BY_LOADER = f'{{ node(id: "{NOBODYS}") {{ id }} }}'
BY_MUTATION = f'mutation {{ pauseConnection(connectionId: "{NOBODYS}") {{ __typename }} }}'


Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"


@dataclass(frozen=True)
class Owned:
    """Two connections of the owner: within a transaction, activity stands still."""

    locking: Connection
    watching: Connection

    @asynccontextmanager
    async def locked(self) -> AsyncIterator[None]:
        """While the block lasts, nobody can read a connection."""
        async with self.locking.transaction():
            await self.locking.execute("LOCK TABLE connection IN ACCESS EXCLUSIVE MODE")
            yield

    async def waiting(self, expected: int) -> None:
        """Return once so many statements wait for a lock."""
        async with asyncio.timeout(10):
            while await self.watching.fetchval(WAITING) != expected:  # noqa: ASYNC110 - not told
                await asyncio.sleep(0.02)


@pytest.fixture(scope="module")
async def database(services: Services) -> AsyncIterator[Owned]:
    locking = await asyncpg.connect(services.logins.owner)
    watching = await asyncpg.connect(services.logins.owner)
    yield Owned(locking, watching)
    await locking.close()
    await watching.close()


@asynccontextmanager
async def door(
    services: Services, home: Any, tenant: Tenant, seconds: float
) -> AsyncIterator[httpx2.AsyncClient]:
    settings = settings_for(services, home, request_seconds=seconds, port=0)
    async with opened_door(settings) as served:
        served.http.headers.update(bearer(tenant))
        yield served.http


@pytest.fixture
async def hurried(
    services: Services, tenant: Tenant, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[httpx2.AsyncClient]:
    async with door(services, tmp_path_factory.mktemp("hurried"), tenant, 1.5) as client:
        yield client


@pytest.fixture
async def patient(
    services: Services, tenant: Tenant, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[httpx2.AsyncClient]:
    async with door(services, tmp_path_factory.mktemp("patient"), tenant, 30) as client:
        yield client


@pytest.mark.parametrize("query", [BY_STORE, BY_LOADER, BY_MUTATION])
async def test_a_request_over_its_time_is_ended_with_its_sql(
    database: Owned, hurried: httpx2.AsyncClient, query: str
) -> None:
    async with database.locked():
        asking = asyncio.create_task(hurried.post("/graphql", json={"query": query}))
        await database.waiting(1)
        answer = await asking
        await database.waiting(0)
    assert answer.status_code == 504
    [error] = answer.json()["errors"]
    assert error["message"] == "the operation took longer than 1.5 seconds"
    assert error["extensions"]["code"] == "TIME_LIMIT_EXCEEDED"
    assert error["extensions"]["mend"].startswith("ask for less at once")
    again = await hurried.post("/graphql", json={"query": query})
    assert (again.status_code, again.json().get("errors")) == (200, None)


async def test_the_operations_of_a_batch_share_the_time_of_one_request(
    database: Owned, hurried: httpx2.AsyncClient
) -> None:
    batch = [{"query": "{ viewer { actor } }"}, *[{"query": BY_STORE}] * 9]
    # What only the first request has to do takes no part of this one's time; an answer that is
    # kept would take none either.
    first_batch = [{"query": BY_STORE.replace("first: 1", "first: 2")}]
    assert (await hurried.post("/graphql", json=first_batch)).status_code == 200
    async with database.locked():
        answer = await hurried.post("/graphql", json=batch)
    first, *late = answer.json()
    assert (answer.status_code, first["data"]) == (200, {"viewer": {"actor": "user:cli"}})
    codes = {each["errors"][0]["extensions"]["code"] for each in late}
    assert (len(late), codes) == (9, {"TIME_LIMIT_EXCEEDED"})


@pytest.mark.parametrize("query", [BY_STORE, BY_LOADER])
async def test_what_nobody_waits_for_is_ended_with_its_sql(
    database: Owned, patient: httpx2.AsyncClient, query: str
) -> None:
    async with database.locked():
        asking = asyncio.create_task(patient.post("/graphql", json={"query": query}))
        await database.waiting(1)
        asking.cancel()
        with suppress(asyncio.CancelledError):
            await asking
        await database.waiting(0)


async def test_a_statement_that_goes_on_is_ended_by_the_database(
    services: Services, tenant: Tenant
) -> None:
    async with open_database(services.logins, statement_seconds=0.1) as bounded:
        for transaction in (bounded.read, bounded.write):
            with pytest.raises(TimedOut):
                async with transaction(tenant.scope) as connection:
                    await connection.execute("SELECT pg_sleep(10)")
    async with open_database(services.logins) as unbound, unbound.read(tenant.scope) as connection:
        assert await connection.fetchval("SHOW statement_timeout") == "0"


async def test_an_event_has_the_time_of_an_operation_and_the_wait_for_it_none(
    serve: Serve,
) -> None:
    async with serve(Settings(request_seconds=0.4)) as stand, opened(stand) as socket:
        await begin(socket, token())
        query = "subscription{ticks(seconds:0.6)}"
        await say(socket, type="subscribe", id="1", payload={"query": query})
        heard = [await hear(socket) for _ in range(3)]
        assert [each["payload"]["data"]["ticks"] for each in heard] == [0, 1, 2]
        await say(socket, type="complete", id="1")
        await say(socket, type="subscribe", id="2", payload={"query": "subscription{lates{told}}"})
        told = [await hear(socket) for _ in range(3)]
    assert told[0]["payload"] == {"data": {"lates": {"told": 0}}}
    assert told[1]["payload"]["errors"][0]["extensions"]["code"] == "TIME_LIMIT_EXCEEDED"
    assert told[2] == {"id": "2", "type": "complete"}


async def test_an_operation_that_a_socket_completes_is_ended_with_its_sql(
    database: Owned, services: Services, tenant: Tenant, tmp_path: Any
) -> None:
    settings = settings_for(services, tmp_path, request_seconds=1.0, port=0)
    async with opened_door(settings) as served, served.socket(bearer(tenant)) as socket:
        assert json.loads(await socket.recv())["type"] == "connection_ack"
        async with database.locked():
            payload = {"query": BY_LOADER}
            await socket.send(json.dumps({"type": "subscribe", "id": "1", "payload": payload}))
            await database.waiting(1)
            await socket.send(json.dumps({"type": "complete", "id": "1"}))
            await database.waiting(0)
            await socket.send(json.dumps({"type": "subscribe", "id": "2", "payload": payload}))
            told = json.loads(await socket.recv())
    assert (told["type"], told["id"]) == ("error", "2")
    assert told["payload"][0]["extensions"]["code"] == "TIME_LIMIT_EXCEEDED"
