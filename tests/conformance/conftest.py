"""What outside suites are run against, and what they are run with."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from stores.wiring import Stores
from tests.conformance.deployed import Deployed, deployment
from tests.conformance.node import NodeFolder, installed
from tests.support import NewTenant, RunningWorker, SandboxAt, Services, open_home

HERE = Path(__file__).resolve().parent
NpmFolder = Callable[[str], NodeFolder]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Every test below this folder belongs to the suite with its own command."""
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.conformance)


@pytest.fixture(scope="session")
def npm_folder() -> NpmFolder:
    """A folder of this one by its name, its packages installed."""
    return installed


@pytest.fixture(scope="session")
async def deployed(
    services: Services,
    stores: Stores,
    sandbox: SandboxAt,
    running_worker: RunningWorker,
    new_tenant: NewTenant,
) -> AsyncIterator[Deployed]:
    """The API as it is deployed, a worker, and two tenants with data."""
    tenants = (await new_tenant(calendar=True), await new_tenant(calendar=True))
    with open_home() as home:
        async with running_worker(sandbox.url), deployment(services, stores, tenants, home) as api:
            yield api
