"""What the suites of kills share: a platform of their own, workers as processes, the truth."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import subprocess
import sys
import urllib.request
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from core.records.runs import RunEventKind
from core.scope import TenantScope
from core.units import DateRange
from stores.postgres.logins import Logins
from stores.wiring import Stores
from tests.support import MASTER_KEY


@dataclass(frozen=True)
class Platform:
    home: Path
    logins: Logins
    stores: Stores


def worker_environment(sandbox_url: str) -> dict[str, str]:
    return {
        "LIFTOS_META_BASE_URL": sandbox_url,
        "LIFTOS_MASTER_KEY": base64.b64encode(MASTER_KEY).decode(),
        "LIFTOS_WORKER_HEARTBEAT_SECONDS": "1",
    }


def started_worker(home: Path, environment: dict[str, str]) -> subprocess.Popen[bytes]:
    return _started(home, environment, "worker")


def _started(home: Path, environment: dict[str, str], *arguments: str) -> subprocess.Popen[bytes]:
    with (home / f"{arguments[0]}.log").open("ab") as log:
        return subprocess.Popen(
            [sys.executable, "-m", "app.cli.main", "--home", str(home), *arguments],
            env=os.environ | environment,
            stdout=log,
            stderr=log,
        )


@dataclass
class Revived:
    """One process, `liftos` with `arguments`, that is started again whenever it is found dead."""

    home: Path
    environment: dict[str, str]
    arguments: tuple[str, ...] = ("worker",)
    process: subprocess.Popen[bytes] | None = None

    def signal(self, number: int) -> None:
        assert self.process is not None
        self.process.send_signal(number)

    def kill(self) -> None:
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    async def keep_alive(self) -> None:
        while True:
            if self.process is None or self.process.poll() is not None:
                self.process = _started(self.home, self.environment, *self.arguments)
            await asyncio.sleep(0.1)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Revived]:
        self.process = _started(self.home, self.environment, *self.arguments)
        keeper = asyncio.create_task(self.keep_alive())
        try:
            yield self
        finally:
            keeper.cancel()
            self.kill()


async def stepped(platform: Platform, scope: TenantScope, run_id: UUID, steps: int) -> bool:
    """Wait until so many steps were taken; False where the run ends before."""
    while True:
        events = await platform.stores.runs.events_after(scope, run_id, 0, 500)
        kinds = [event.kind for event in events]
        if RunEventKind.SUCCEEDED in kinds or RunEventKind.FAILED in kinds:
            return False
        if RunEventKind.STARTED in kinds and kinds.count(RunEventKind.STEP_COMPLETED) >= steps:
            return True
        await asyncio.sleep(0.002)


def truth(url: str, dates: DateRange, account: str = "act_1001") -> dict[str, Any]:
    """What the sandbox says of an account's campaigns."""
    query = (
        f"platform=meta&account={account}&since={dates.since}&until={dates.until}&level=campaign"
    )
    with urllib.request.urlopen(f"{url}/_sandbox/truth?{query}") as answer:
        found: dict[str, Any] = json.load(answer)
        return found
