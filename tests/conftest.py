"""The real thing for every suite: one Postgres and Valkey, one sandbox, tenants of one's own."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import pytest
from hypothesis import settings

from app.embedded import attach
from core.commands import CreateTenant
from core.scope import SystemScope
from jobs.calendars import fill_calendar
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
    scope_of,
    start_sandbox,
    worker_settings,
)

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
        yield opened


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
