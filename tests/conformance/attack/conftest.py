"""An API process of its own to attack, so that what it suffers is told of nothing else."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from stores.wiring import Stores
from tests.conformance.attack.watch import Watched
from tests.conformance.deployed import Deployed, api_process, party
from tests.support import NewTenant, SandboxAt, Services, open_home, stand_in_addresses


@pytest.fixture(scope="session")
async def target(
    deployed: Deployed,
    services: Services,
    stores: Stores,
    sandbox: SandboxAt,
    new_tenant: NewTenant,
) -> AsyncIterator[Deployed]:
    """The API with two tenants of the highest tier; the worker is that of `deployed`."""
    del deployed
    tenants = [await new_tenant(calendar=True, tier="ENTERPRISE") for _ in range(2)]
    a, b = await party(stores, tenants[0], 1001), await party(stores, tenants[1], 1002)
    platforms = stand_in_addresses(sandbox.url)
    with open_home() as home:
        log = home / "api.log"
        with api_process(services, home, log, **platforms) as (url, pid):
            yield Deployed(url, pid, log, a, b)


@pytest.fixture
def watched(target: Deployed) -> Watched:
    """What the attacked process spends, holds and logs."""
    return Watched(target.pid, target.log)
