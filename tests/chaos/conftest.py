"""A platform and a sandbox for the suites that kill."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator

import pytest

from app.embedded import attach
from stores.postgres.logins import derive_logins
from stores.postgres.migrate import migrate
from stores.wiring import open_stores
from tests.chaos.ground import Platform
from tests.support import MASTER_KEY, open_home, start_sandbox


@pytest.fixture(scope="module")
def sandbox_url() -> Iterator[str]:
    faults = json.dumps({"latency_min_ms": 20, "latency_max_ms": 80})
    process, url = start_sandbox(
        "--seed", "7", "--now", "2026-11-20T12:00:00+00:00", "--faults", faults
    )
    yield url
    process.kill()
    process.wait()


@pytest.fixture(scope="module")
async def platform() -> AsyncIterator[Platform]:
    with open_home() as home, attach(home) as attachment:
        logins = derive_logins(attachment.postgres_url, MASTER_KEY)
        await migrate(logins)
        async with open_stores(logins, attachment.redis_url, MASTER_KEY) as stores:
            yield Platform(home, logins, stores)
