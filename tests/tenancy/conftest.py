"""One pair of tenants for the whole folder, and the log of everything that happened to them."""

from __future__ import annotations

import io
import logging
from collections.abc import AsyncIterator, Iterator

import pytest
import structlog

from app.logs import configure_logs
from core.settings import Settings
from stores.wiring import Stores
from tests.support import Services, open_home, start_sandbox
from tests.tenancy.door import Door, opened, settings_for
from tests.tenancy.keys import watched
from tests.tenancy.party import Ground, Parties, settled
from tests.tenancy.rows import opened_rows
from tests.tenancy.walking import Walk, walked


@pytest.fixture(scope="package")
def log() -> Iterator[io.StringIO]:
    """What the API and the worker write while this folder's tests run, at its most talkative."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    written = io.StringIO()
    configure_logs(Settings(log_level="debug", log_format="json"), written)
    yield written
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


@pytest.fixture(scope="package", autouse=True)
async def asked_keys(services: Services) -> AsyncIterator[set[str]]:
    """What Redis was asked for since the folder's tests began."""
    async with watched(services.redis_url) as keys:
        yield keys


@pytest.fixture(scope="package")
async def ground(services: Services, stores: Stores, log: io.StringIO) -> AsyncIterator[Ground]:
    process, url = start_sandbox("--seed", "1", "--now", "2026-10-23T12:00:00+00:00")
    with open_home() as home:
        settings = settings_for(services, home, url)
        async with opened(settings) as door:
            yield Ground(services, stores, settings, door, url)
    process.kill()
    process.wait()
    written = log.getvalue()
    assert written.count("\n") > 100
    assert [secret for secret in sorted(door.secrets) if secret in written] == []


@pytest.fixture(scope="package")
async def parties(ground: Ground) -> AsyncIterator[Parties]:
    made = await settled(ground)
    yield made
    for party in (made.a, made.b):
        # Nothing that waits is left to other suites' workers.
        await ground.door.ask(party.token, "Mutation.cancelRun", {"runId": party.runs["queued"]})


@pytest.fixture(scope="package")
def door(ground: Ground) -> Door:
    return ground.door


@pytest.fixture(scope="package")
async def marks(ground: Ground, parties: Parties) -> frozenset[str]:
    """Every text and id of B that A does not have too."""
    async with opened_rows(ground.services) as rows:
        return await rows.marks(parties.a.id, parties.b.id)


@pytest.fixture(scope="package")
async def walk_a(ground: Ground, parties: Parties) -> Walk:
    return await walked(ground.door, parties.a)


@pytest.fixture(scope="package")
async def walk_b(ground: Ground, parties: Parties) -> Walk:
    return await walked(ground.door, parties.b)
