from __future__ import annotations

import contextlib
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import httpx2

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
TRUTH = "/_sandbox/truth?account=act_1001&level=ad&since=2026-11-01&until=2026-11-22"


@contextlib.contextmanager
def running(*arguments: str) -> Iterator[str]:
    """`python -m sandbox` on a free port, until it answers."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "sandbox", "--port", str(port), *arguments]
    with subprocess.Popen(command, cwd=ROOT) as process:
        try:
            address = f"http://127.0.0.1:{port}"
            wait_for(f"{address}/_sandbox/health")
            yield address
        finally:
            process.terminate()


def wait_for(url: str) -> None:
    for _ in range(200):
        with contextlib.suppress(httpx2.TransportError):
            httpx2.get(url).raise_for_status()
            return
        time.sleep(0.05)
    message = f"nothing answers at {url}"
    raise TimeoutError(message)


def test_faults_can_be_switched_on_at_the_start() -> None:
    with running("--faults", '{"outage": true}') as address:
        assert httpx2.get(f"{address}/v26.0/act_1001").status_code == 503


def test_a_restart_gives_the_same_numbers_and_another_seed_others() -> None:
    now = ("--now", "2026-11-22T15:07:00+00:00")
    seen = []
    for seed in ("1", "1", "2"):
        with running("--seed", seed, *now) as address:
            seen.append(httpx2.get(address + TRUTH).json())
    assert seen[0] == seen[1]
    assert seen[0]["totals"] != seen[2]["totals"]
    assert len(seen[0]["rows"]) > 200
