"""A shop whose September was read, behind the deployed app: what clients are tried against."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from core.records.runs import RunStatus
from core.scope import Role
from stores.wiring import Stores
from tests.support import (
    NewTenant,
    RunningWorker,
    SandboxAt,
    Services,
    Tenant,
    ended,
    ingest,
    meta_account,
)
from tests.tenancy.door import Door, opened, settings_for


@dataclass(frozen=True)
class Shop:
    stores: Stores
    door: Door
    tenant: Tenant

    def token(self, role: Role = Role.ADMIN) -> str:
        return self.door.token(self.tenant.record.id, role)


@pytest.fixture(scope="package")
async def shop(  # noqa: PLR0917 - fixtures
    services: Services,
    stores: Stores,
    new_tenant: NewTenant,
    sandbox: SandboxAt,
    running_worker: RunningWorker,
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[Shop]:
    home: Path = tmp_path_factory.mktemp("home")
    tenant = await new_tenant(calendar=True, reporting_currency="EUR")
    async with running_worker(sandbox.url):
        account = await stores.connections.create(tenant.scope, meta_account())
        run = await ingest(stores, tenant.scope, account, "2026-09-01", "2026-09-30")
        assert run.status is RunStatus.SUCCEEDED
        await ended(stores, tenant.scope, run.id)
    async with opened(settings_for(services, home, "http://127.0.0.1:1")) as door:
        yield Shop(stores, door, tenant)
