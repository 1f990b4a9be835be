"""The supervised stack, for real: parts that are killed come back, and nothing stays behind."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.error import URLError

import pytest

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks at /proc")


class Up:
    """`liftos up` as a process of its own."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.process = subprocess.Popen(
            [sys.executable, "-m", "app.cli.main", "--home", str(home), "up", "--port", "0"],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.lines: list[str] = []
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        until(lambda: any("readyz" in line for line in self.lines), "it did not come up")
        self.ready = next(line.split()[-1] for line in self.lines if "readyz" in line)

    def _read(self) -> None:
        assert self.process.stdout is not None
        with self.process.stdout as output:
            self.lines.extend(output)

    def end(self) -> None:
        """Kill it if it still runs, and read its output to the end."""
        self.process.kill()
        self.process.wait()
        self._reader.join(20)

    def children(self) -> dict[str, int]:
        """Process ids of the supervised children by name."""
        found = {}
        for pid in pids_of(self.home):
            words = command_of(pid)
            if "--lifeline" in words:
                found[words[words.index("--lifeline") + 2]] = pid
        return found


def command_of(pid: int) -> list[str]:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().decode().split("\0")[:-1]
    except OSError:
        return []


def pids_of(home: Path) -> list[int]:
    """Every process that works on this home: by its environment or its command line."""
    name = str(home).encode()
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            seen = (folder / "environ").read_bytes() + (folder / "cmdline").read_bytes()
        except OSError:
            continue
        if name in seen and int(folder.name) != os.getpid():
            found.append(int(folder.name))
    return found


def until(condition: Callable[[], bool], otherwise: str, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            pytest.fail(otherwise)
        time.sleep(0.1)


def is_ready(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return bool(json.load(answer)["status"] == "ready")
    except (URLError, ConnectionError, TimeoutError):
        return False


@pytest.fixture
def up(tmp_path: Path) -> Iterator[Up]:
    running = Up(tmp_path / "home")
    yield running
    running.end()
    until(lambda: not pids_of(running.home), f"left behind: {pids_of(running.home)}")


def test_killed_parts_come_back_and_ctrl_c_leaves_nothing(up: Up) -> None:
    assert is_ready(up.ready)
    before = up.children()
    assert set(before) == {"api", "worker"}
    for pid in before.values():
        os.kill(pid, signal.SIGKILL)
    until(lambda: set(up.children()) == {"api", "worker"}, "they did not come back")
    assert set(up.children().values()).isdisjoint(before.values())
    until(lambda: is_ready(up.ready), "it did not get ready again")
    up.process.send_signal(signal.SIGINT)
    assert up.process.wait(30) == 0
    until(lambda: not pids_of(up.home), f"left behind: {pids_of(up.home)}", 10)
    assert "stopped\n" in up.lines
    assert "Traceback" not in "".join(up.lines)


def test_children_end_with_a_supervisor_that_was_killed(up: Up) -> None:
    assert set(up.children()) == {"api", "worker"}
    up.process.kill()
    up.process.wait()
    until(lambda: not pids_of(up.home), f"left behind: {pids_of(up.home)}", 30)
