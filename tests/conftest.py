"""The real thing for every suite: one Postgres and Valkey, one sandbox, tenants of one's own."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from hypothesis import settings
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

from app.embedded import attach
from core.commands import CreateTenant
from core.scope import SystemScope
from jobs.calendars import fill_calendar
from jobs.exchange import RateKeeper
from jobs.worker import work
from stores.postgres.logins import derive_logins
from stores.postgres.migrate import migrate
from stores.wiring import Stores, open_stores
from tests.support import (
    MASTER_KEY,
    TENANT_NUMBERS,
    NewTenant,
    RunningWorker,
    SandboxAt,
    Services,
    Tenant,
    open_home,
    rates_settled,
    scope_of,
    start_sandbox,
    worker_settings,
)

TOGETHER = {"docs", "tenancy", "conformance", "embedded", "queries"}
"""Folders whose tests share what takes long to set up, or watch the machine's processes."""


class ByFixtures(LoadScopeScheduling):  # type: ignore[misc]  # has no types
    """With several workers, what shares fixtures stays in one: a folder of TOGETHER, or a file.

    Of xdist's own ways, the one by marks does not know the ids of pytest 9.2.
    """

    def _split_scope(self, nodeid: str) -> str:
        path = Path(nodeid.partition("::")[0])
        return next((part for part in path.parts if part in TOGETHER), str(path))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> ByFixtures:
    """How tests are dealt out."""
    return ByFixtures(config, log)


settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")


@pytest.fixture(scope="session")
def services() -> Iterator[Services]:
    """Postgres and Valkey, embedded, or those that LIFTOS_DATABASE_URL and _REDIS_URL name."""
    external, redis = os.environ.get("LIFTOS_DATABASE_URL"), os.environ.get("LIFTOS_REDIS_URL")
    if external and redis:
        logins = derive_logins(external, MASTER_KEY)
        asyncio.run(migrate(logins))
        yield Services(logins, redis)
        return
    with open_home() as home, attach(home) as attachment:
        logins = derive_logins(attachment.postgres_url, MASTER_KEY)
        asyncio.run(migrate(logins))
        yield Services(logins, attachment.redis_url)


@pytest.fixture(scope="session")
async def stores(services: Services) -> AsyncIterator[Stores]:
    async with open_stores(services.logins, services.redis_url, MASTER_KEY) as opened:
        await published_rates(services, opened)
        yield opened


async def published_rates(services: Services, stores: Stores) -> None:
    """A worker adds them at its start, and may be stopped before it is done."""
    await RateKeeper(stores, "").keep()
    await rates_settled(services)


@pytest.fixture(scope="session")
def sandbox() -> Iterator[SandboxAt]:
    """A sandbox whose clock stands at 2026-11-20 12:00 UTC; tests that move it start their own."""
    process, url = start_sandbox("--seed", "1", "--now", "2026-11-20T12:00:00+00:00")
    yield SandboxAt(url, process.pid)
    process.kill()
    process.wait()


@pytest.fixture(scope="session")
def new_tenant(stores: Stores) -> NewTenant:
    async def make(*, calendar: bool = False, **fields: object) -> Tenant:
        command = CreateTenant(slug=f"t{os.getpid()}-{next(TENANT_NUMBERS)}", name="Test", **fields)  # type: ignore[arg-type]
        record = await stores.tenants.create(SystemScope(reason="tests"), command)
        if calendar:
            await fill_calendar(stores, record, record.created_at.date())
        return Tenant(record, scope_of(record))

    return make


@pytest.fixture
async def tenant(new_tenant: NewTenant) -> Tenant:
    return await new_tenant()


@pytest.fixture(scope="session")
def running_worker(services: Services, stores: Stores) -> RunningWorker:
    """A worker in this process, reading Meta at the given address."""

    @asynccontextmanager
    async def run(meta_url: str) -> AsyncIterator[None]:
        stop = asyncio.Event()
        task = asyncio.create_task(work(worker_settings(meta_url), services.logins, stores, stop))
        try:
            yield
        finally:
            stop.set()
            await asyncio.wait_for(task, 20)

    return run
