"""Keeps child processes running until it is told to stop."""

from __future__ import annotations

import asyncio
import os
import time
from contextlib import suppress
from types import TracebackType
from typing import Self

import structlog

from app.supervision.children import ChildSpec, end, spawn
from core.errors import Terminal

STEADY_SECONDS = 30.0
SHORTEST_PAUSE = 0.25
LONGEST_PAUSE = 15.0
DEATHS_AT_START = 3

log = structlog.get_logger(__name__)


class Supervisor:
    """Children started inside the block end with it.

    A child that dies by itself is started again, after a pause that doubles until it has
    stayed up for a while.
    """

    def __init__(self) -> None:
        self._lifeline, self._held = os.pipe()
        self._keepers: dict[str, asyncio.Task[None]] = {}
        self._running: dict[str, asyncio.subprocess.Process] = {}
        self._deaths: dict[str, int] = {}

    async def __aenter__(self) -> Self:
        """Nothing runs yet."""
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End every child."""
        for keeper in self._keepers.values():
            keeper.cancel()
        await asyncio.gather(*self._keepers.values(), return_exceptions=True)
        os.close(self._held)
        os.close(self._lifeline)

    def start(self, spec: ChildSpec) -> None:
        """Run `spec` from now on."""
        self._deaths[spec.name] = 0
        self._keepers[spec.name] = asyncio.create_task(self._keep(spec))

    def pid(self, name: str) -> int | None:
        """The process id of the child of that name while it runs."""
        process = self._running.get(name)
        return None if process is None else process.pid

    def require_alive(self, spec: ChildSpec) -> None:
        """Raise when the child has kept dying since its start, telling where to read why."""
        if self._deaths[spec.name] >= DEATHS_AT_START:
            raise Terminal(
                f"{spec.name} does not stay up: {_last_line(spec)}",
                mend=f"read {spec.log}",
            )

    async def _keep(self, spec: ChildSpec) -> None:
        pause = SHORTEST_PAUSE
        while True:
            began = time.monotonic()
            code = await self._run(spec)
            if time.monotonic() - began > STEADY_SECONDS:
                pause = SHORTEST_PAUSE
            self._deaths[spec.name] += 1
            log.warning("child_died", child=spec.name, code=code, restart_in_seconds=pause)
            await asyncio.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE)

    async def _run(self, spec: ChildSpec) -> int:
        process = await spawn(spec, self._lifeline)
        self._running[spec.name] = process
        try:
            return await process.wait()
        finally:
            del self._running[spec.name]
            # Shielded: a second Ctrl-C must not leave the child behind half ended.
            with suppress(asyncio.CancelledError):
                await asyncio.shield(asyncio.create_task(end(process)))


def _last_line(spec: ChildSpec) -> str:
    with spec.log.open("rb") as file:
        file.seek(max(0, spec.log.stat().st_size - 4000))
        lines = file.read().decode("utf-8", "replace").strip().splitlines()
    return lines[-1] if lines else "it said nothing"
