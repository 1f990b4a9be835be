"""Behind a pooler that gives each transaction to another server and puts it back in between."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import parse_qs, urlsplit

import asyncpg
import pytest

from core.scope import Role
from stores.postgres.version import are_migrations_current
from tests.queries.golden import SIZE, document, golden, names, written
from tests.queries.ground import Ground, opened_ground
from tests.queries.pooler import Client, pooling
from tests.support import Services, Tenant


@pytest.fixture(scope="module")
async def pooled(own: Services) -> AsyncIterator[tuple[Services, list[Client]]]:
    """Services whose application's login leads through the pooler."""
    [sockets] = parse_qs(urlsplit(own.logins.app).query)["host"]
    with TemporaryDirectory() as folder:
        through = replace(own.logins, app=own.logins.app.replace(sockets, folder))
        async with pooling(Path(sockets), Path(folder)) as clients:
            yield Services(through, own.redis_url), clients


@pytest.fixture(scope="module")
async def behind(pooled: tuple[Services, list[Client]]) -> AsyncIterator[tuple[Ground, Tenant]]:
    async with opened_ground(pooled[0], statements_kept=0) as ground:
        yield ground, await ground.seeded(SIZE)


async def test_answers_are_the_same(
    behind: tuple[Ground, Tenant], pooled: tuple[Services, list[Client]]
) -> None:
    ground, tenant = behind
    for name in names():
        answer, _ = written(await ground.ask(tenant, document(name)))
        assert answer == golden(name)[0], name
    [client] = pooled[1]
    assert client.transactions > 2 * len(names())


async def test_so_is_what_is_asked_before_anybody_is_known(behind: tuple[Ground, Tenant]) -> None:
    stores, tenant = behind[0].stores, behind[1]
    record, text = await stores.keys.create(tenant.scope, "console", frozenset({Role.VIEWER}))
    found = await stores.keys.authenticate(["lok_unknown", text])
    assert found == {text: (tenant.record.id, record)}
    assert await are_migrations_current(stores.database) is True
    assert await stores.exchange.newest() == date(2025, 11, 3)
    await stores.database.ping()


async def test_statements_that_are_kept_are_lost(pooled: tuple[Services, list[Client]]) -> None:
    """What the setting is for; and that the pooler of these tests is one."""
    connection = await asyncpg.connect(pooled[0].logins.app)
    assert await connection.fetchval("SELECT $1::int", 1) == 1
    with pytest.raises(asyncpg.InvalidSQLStatementNameError):
        await connection.fetchval("SELECT $1::int", 2)
    connection.terminate()
