"""What suites share beside fixtures: types, accounts of the sandbox, runs followed to their end."""

from __future__ import annotations

import asyncio
import hashlib
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AbstractAsyncContextManager, contextmanager
from dataclasses import dataclass
from datetime import date
from itertools import count
from pathlib import Path
from uuid import UUID

import asyncpg
import pytest

from core.commands import ConnectSource, Credentials, StartIngestion
from core.records.connections import ConnectionRecord, Level, Source
from core.records.lineage import UploadRecord
from core.records.runs import RunRecord
from core.records.tenants import TenantRecord
from core.scope import Permission, Role, TenantScope
from core.settings import Settings
from core.sources import MANIFESTS
from core.units import DateRange
from stores.postgres.logins import Logins
from stores.wiring import Stores

MASTER_KEY = bytes(range(32))
SHARED_DATA = Path(__file__).resolve().parents[2] / "shared" / "data"


@dataclass(frozen=True, slots=True)
class Services:
    """Where the services of this test session answer."""

    logins: Logins
    redis_url: str


@dataclass(frozen=True, slots=True)
class SandboxAt:
    """A sandbox process."""

    url: str
    pid: int


@contextmanager
def open_home() -> Iterator[Path]:
    """A home that the account of the servers can reach; pytest's own folders are closed to it."""
    home = Path(tempfile.mkdtemp(prefix="liftos-test-"))
    home.chmod(0o755)
    try:
        yield home
    finally:
        shutil.rmtree(home, ignore_errors=True)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def start_sandbox(*arguments: str) -> tuple[subprocess.Popen[bytes], str]:
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "sandbox", "--port", str(port), *arguments],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    url = f"http://127.0.0.1:{port}"
    for _ in range(200):
        try:
            with urllib.request.urlopen(f"{url}/_sandbox/health", timeout=1):
                return process, url
        except OSError:
            time.sleep(0.05)
    process.kill()
    pytest.fail("the sandbox did not start")


TENANT_NUMBERS = count(1)


@dataclass(frozen=True, slots=True)
class Tenant:
    """A tenant of a test's own and the scope of its administrator."""

    record: TenantRecord
    scope: TenantScope


NewTenant = Callable[..., Awaitable[Tenant]]


def scope_of(record: TenantRecord, *roles: Role) -> TenantScope:
    return TenantScope(
        record.id,
        actor="user:test",
        roles=frozenset(roles or (Role.ADMIN,)),
        permissions=frozenset(Permission),
    )


def opened(token: str) -> Credentials:
    return Credentials(Source("META_ADS"), {"access_token": token})


def meta_account(number: int = 1001, **changes: object) -> ConnectSource:
    fields = {
        "source": Source("META_ADS"),
        "account_id": f"act_{number}",
        "name": "Northwind",
        "currency": "EUR",
        "time_zone": "Europe/Berlin",
        "level": Level.CAMPAIGN,
        "look_back_days": 28,
        "credentials": opened(f"sandbox-token-{number}"),
    }
    return ConnectSource(**(fields | changes))  # type: ignore[arg-type]


def google_account(number: int = 1002002001, **changes: object) -> ConnectSource:
    fields = {
        "source": Source("GOOGLE_ADS"),
        "account_id": f"{number}",
        "name": "Northwind on Google",
        "currency": "EUR",
        "time_zone": "Europe/Berlin",
        "level": Level.CAMPAIGN,
        "look_back_days": 30,
        "credentials": Credentials(
            Source("GOOGLE_ADS"),
            {
                "refresh_token": f"sandbox-refresh-{number}",
                "client_id": "sandbox-client.apps.googleusercontent.com",
                "client_secret": "sandbox-client-secret",
            },
        ),
    }
    return ConnectSource(**(fields | changes))  # type: ignore[arg-type]


def worker_settings(sandbox_url: str) -> Settings:
    # Tenants of other tests have learned too: their documents are nobody's business here.
    common = {
        "exchange_rates_url": "",
        "worker_heartbeat_seconds": 1.0,
        "log_level": "warning",
        "index_look_seconds": 0,
        "analysis_look_seconds": 0,
    }
    return Settings.model_validate(common | stand_in_addresses(sandbox_url))


def stand_in_addresses(sandbox_url: str) -> dict[str, str]:
    """The settings that lead every source to the sandbox."""
    return {
        f"{manifest.folder}_{each.name}": sandbox_url + each.stand_in
        for manifest in MANIFESTS.values()
        for each in manifest.settings
        if each.stand_in is not None
    }


async def until(holds: Callable[[], bool], seconds: float = 30) -> None:
    """Return once it holds; for what nobody tells of."""
    async with asyncio.timeout(seconds):
        while not holds():  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(0.02)


RunningWorker = Callable[[str], AbstractAsyncContextManager[None]]


async def ended(stores: Stores, scope: TenantScope, run_id: UUID, seconds: float = 60) -> RunRecord:
    """The run once it has ended, following its log as a subscriber does."""
    async with asyncio.timeout(seconds), stores.topics.subscribe(scope, run_id) as wake_ups:
        async for _ in wake_ups:
            run = (await stores.runs.by_ids(scope, [run_id]))[run_id]
            if run.status.is_final:
                return run
    pytest.fail("the run did not end")


async def upload(stores: Stores, scope: TenantScope, name: str, body: bytes) -> UploadRecord:
    upload_id = await stores.uploads.begin(scope, name, "application/octet-stream")
    chunks = range(0, len(body), 1 << 20)
    for number, start in enumerate(chunks):
        await stores.uploads.append(scope, upload_id, number, body[start : start + (1 << 20)])
    digest = hashlib.sha256(body).hexdigest()
    return await stores.uploads.finish(scope, upload_id, len(body), digest)


async def ingest(
    stores: Stores, scope: TenantScope, connection: ConnectionRecord, since: str, until: str
) -> RunRecord:
    dates = DateRange(date.fromisoformat(since), date.fromisoformat(until))
    run = await stores.runs.start_ingestion(scope, StartIngestion(connection.id, dates=dates))
    return await ended(stores, scope, run.id)


async def rates_settled(services: Services) -> None:
    """Rates that other tests published are not waited for: all are of days long gone."""
    owner = await asyncpg.connect(services.logins.owner)
    await owner.execute("UPDATE data_epoch SET unsettled_until = '-infinity'")
    await owner.close()
