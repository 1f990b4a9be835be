from __future__ import annotations

import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.connectors.stand_in import APP_SECRET, FakeTime, StandIn

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def platforms() -> Iterator[StandIn]:
    """A sandbox of the connector tests' own, whose clock stands still."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "sandbox", "--port", str(port), "--app-secret", APP_SECRET]
    with subprocess.Popen([*command, "--now", "2026-11-20T12:00:00+00:00"], cwd=ROOT) as process:
        url = f"http://127.0.0.1:{port}"
        _await_answer(f"{url}/_sandbox/health")
        yield StandIn(url)
        process.terminate()


def _await_answer(url: str) -> None:
    for _ in range(300):
        try:
            with urllib.request.urlopen(url, timeout=1):
                return
        except OSError:
            time.sleep(0.05)
    pytest.fail(f"nothing answers at {url}")


@pytest.fixture
def stand_in(platforms: StandIn) -> Iterator[StandIn]:
    platforms.mend()
    yield platforms
    platforms.mend()


@pytest.fixture
def fake_time() -> FakeTime:
    return FakeTime()
