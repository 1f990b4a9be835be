"""The API as it is deployed, a process of its own, with the data of two tenants behind it."""

from __future__ import annotations

import base64
import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import jwt
import pytest

from core.records.connections import ConnectionRecord
from core.records.runs import RunRecord, RunStatus
from core.scope import Role
from graph.ids import RUN
from stores.wiring import Stores
from tests.support import (
    MASTER_KEY,
    Services,
    Tenant,
    free_port,
    ingest,
    meta_account,
)

JWT_SECRET = "conformance-jwt-secret-0123456789-0123456789"
GATEWAY_SECRET = "conformance-gateway-secret-0123456789"
SINCE, UNTIL = "2026-11-01", "2026-11-14"
START_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Party:
    """A tenant with one Meta account, of which SINCE to UNTIL were read."""

    tenant: Tenant
    connection: ConnectionRecord
    run: RunRecord

    @property
    def id(self) -> UUID:
        return self.tenant.record.id

    @property
    def run_id(self) -> str:
        """The run's global id."""
        return RUN.encode(self.run.id)

    def token(self, role: Role = Role.ADMIN, lifetime: timedelta = timedelta(hours=1)) -> str:
        claims = {
            "sub": "ada",
            "org_id": str(self.id),
            "roles": [role.value],
            "exp": datetime.now(UTC) + lifetime,
        }
        return jwt.encode(claims, JWT_SECRET, algorithm="HS256")


@dataclass(frozen=True, slots=True)
class Deployed:
    """A served API: `url` without a slash at its end, `log` the file of its lines."""

    url: str
    pid: int
    log: Path
    a: Party
    b: Party

    @property
    def graphql(self) -> str:
        return f"{self.url}/graphql"

    @property
    def socket(self) -> str:
        return self.graphql.replace("http", "ws", 1)

    def environment(self, role: Role = Role.ADMIN) -> dict[str, str]:
        """What a script has to know: where the API is, and A's token."""
        return {
            "LIFTOS_URL": self.graphql,
            "LIFTOS_WS_URL": self.socket,
            "LIFTOS_TOKEN": self.a.token(role),
        }


@contextmanager
def api_process(
    services: Services, home: Path, log: Path, **settings: str
) -> Iterator[tuple[str, int]]:
    """`liftos api` over these services; its address and process id. `settings` as LIFTOS_*."""
    port = free_port()
    told = {
        "LIFTOS_HOME": str(home),
        "LIFTOS_DATABASE_URL": services.logins.owner or "",
        "LIFTOS_REDIS_URL": services.redis_url,
        "LIFTOS_MASTER_KEY": base64.b64encode(MASTER_KEY).decode(),
        "LIFTOS_JWT_SECRET": JWT_SECRET,
        "LIFTOS_GATEWAY_SECRET": GATEWAY_SECRET,
        "LIFTOS_PORT": str(port),
        **{f"LIFTOS_{name.upper()}": value for name, value in settings.items()},
    }
    command = [sys.executable, "-m", "app.cli.main", "api"]
    with (
        log.open("wb") as written,
        subprocess.Popen(command, env=os.environ | told, stdout=written, stderr=written) as process,
    ):
        try:
            _await_ready(f"http://127.0.0.1:{port}", process, log)
            yield f"http://127.0.0.1:{port}", process.pid
        finally:
            process.terminate()


def _await_ready(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(f"{url}/readyz", timeout=2):
                return
        except OSError:
            time.sleep(0.1)
    pytest.fail(f"the API did not start\n{log.read_text()}")


async def party(stores: Stores, tenant: Tenant, number: int, **account: object) -> Party:
    """A tenant's Meta account, read; a worker has to be running."""
    connection = await stores.connections.create(tenant.scope, meta_account(number, **account))
    run = await ingest(stores, tenant.scope, connection, SINCE, UNTIL)
    assert run.status is RunStatus.SUCCEEDED, run.error
    return Party(tenant, connection, run)


@asynccontextmanager
async def deployment(
    services: Services, stores: Stores, tenants: tuple[Tenant, Tenant], folder: Path
) -> AsyncIterator[Deployed]:
    """Two tenants' data and the API, until the block ends; a worker has to be running."""
    log = folder / "api.log"
    a = await party(stores, tenants[0], 1001)
    b = await party(stores, tenants[1], 1002, currency="USD", time_zone="America/New_York")
    with api_process(services, folder, log) as (url, pid):
        yield Deployed(url, pid, log, a, b)
