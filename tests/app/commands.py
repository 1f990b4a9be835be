"""The command line over a real database, in this process."""

from __future__ import annotations

import asyncio
import base64
import time
from collections.abc import Awaitable, Callable
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from app.cli.main import cli
from core.scope import SystemScope, TenantScope
from stores.wiring import Stores, open_stores
from tests.support import MASTER_KEY, Services, scope_of

SECRET = "a-development-secret-of-enough-length-0123456789"
NUMBERS = count(1)
Run = Callable[..., Result]


@pytest.fixture
def run(services: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setenv("LIFTOS_DATABASE_URL", services.logins.owner)
    monkeypatch.setenv("LIFTOS_REDIS_URL", services.redis_url)
    monkeypatch.setenv("LIFTOS_MASTER_KEY", base64.b64encode(bytes(range(32))).decode())
    monkeypatch.setenv("LIFTOS_JWT_SECRET", SECRET)

    def invoke(*arguments: str, given: str | None = None) -> Result:
        return CliRunner().invoke(cli, ["--home", str(tmp_path), *arguments], input=given)

    return invoke


@pytest.fixture
def organisation(run: Run) -> str:
    slug = f"cli-{time.time_ns()}-{next(NUMBERS)}"
    assert run("tenant", "create", slug, "--currency", "EUR", "--country", "DE").exit_code == 0
    return slug


def by_hand_of(
    services: Services, slug: str, what: Callable[[Stores, TenantScope], Awaitable[object]]
) -> None:
    """Do something with the stores of an organisation."""

    async def done() -> None:
        at = services
        async with open_stores(at.logins, at.redis_url, MASTER_KEY, pool_size=2) as stores:
            record = await stores.tenants.by_slug(SystemScope(reason="tests"), slug)
            assert record is not None
            await what(stores, scope_of(record))

    asyncio.run(done())
