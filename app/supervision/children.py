"""One child process: what it runs, where its output goes, how it is ended."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

GRACE_SECONDS = 5.0
LARGEST_LOG_BYTES = 10_000_000


@dataclass(frozen=True, slots=True)
class ChildSpec:
    """A `liftos` command to run as a child; `environment` is added to our own."""

    name: str
    arguments: tuple[str, ...]
    log: Path
    environment: Mapping[str, str] = field(default_factory=dict)


async def spawn(spec: ChildSpec, lifeline: int) -> asyncio.subprocess.Process:
    """Start the child, tied to `lifeline`.

    It leads a session of its own, so that Ctrl-C reaches the supervisor alone, which then
    ends its children in order.
    """
    make_room(spec.log)
    with spec.log.open("ab") as log:
        return await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "app.cli.main",
            "--lifeline",
            str(lifeline),
            *spec.arguments,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            pass_fds=(lifeline,),
            start_new_session=True,
            env={**os.environ, **spec.environment},
        )


async def end(process: asyncio.subprocess.Process) -> None:
    """Ask the child to end; after a grace period, make it."""
    if process.returncode is not None:
        return
    with suppress(ProcessLookupError):
        process.send_signal(signal.SIGTERM)
    try:
        async with asyncio.timeout(GRACE_SECONDS):
            await process.wait()
    except TimeoutError:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()


def make_room(log: Path) -> None:
    """Put a log that has grown large aside, over the one put aside before."""
    log.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if log.exists() and log.stat().st_size > LARGEST_LOG_BYTES:
        log.replace(log.with_suffix(".log.1"))
