"""Homes of their own for each test, and helpers that speak of processes by number."""

import json
import os
import platform
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg
import pytest
import redis

from app.embedded import Status, attach, process, status

CODE_ROOT = Path(__file__).resolve().parents[2]
USER = """
import json, sys
from pathlib import Path
from app.embedded import attach, status
with attach(Path(sys.argv[1])) as services:
    at = status(Path(sys.argv[1]))
    print(json.dumps({"postgres_url": services.postgres_url, "redis_url": services.redis_url,
                      "postgres": at.postgres.pid, "keeper": at.keeper}), flush=True)
    sys.stdin.read()
"""


@dataclass(slots=True)
class User:
    """Another process that uses a home's services until it is let go or killed."""

    process: subprocess.Popen[str]

    @property
    def pid(self) -> int:
        return self.process.pid

    def attached(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line, "the process ended before it was attached"
        found: dict[str, Any] = json.loads(line)
        return found

    def let_go(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.wait(30)
        self._forget()

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(30)
        self._forget()

    def _forget(self) -> None:
        for stream in (self.process.stdin, self.process.stdout):
            if stream is not None:
                stream.close()


StartUser = Callable[..., User]


@pytest.fixture(scope="session", autouse=True)
def plain_permissions() -> Iterator[None]:
    previous = os.umask(0o022)
    yield
    os.umask(previous)


@pytest.fixture
def folder() -> Iterator[Path]:
    """An empty folder that any account may pass through, unlike pytest's own."""
    with _open_folder() as created:
        yield created


@contextmanager
def _open_folder() -> Iterator[Path]:
    created = Path(tempfile.mkdtemp(prefix="embedded-test-", dir="/tmp")).resolve()
    created.chmod(0o755)
    yield created
    outside = [link.resolve() for link in created.glob("**/servers") if link.is_symlink()]
    try:
        _assert_nothing_runs(created, *outside)
    finally:
        for path in (created, *outside):
            shutil.rmtree(path, ignore_errors=True)


def _assert_nothing_runs(*folders: Path) -> None:
    left = processes_of(*folders)
    for pid in left:
        process.send(pid, signal.SIGKILL)
    assert left == {}


@pytest.fixture
def fresh_home(folder: Path) -> Path:
    """A home that was never used."""
    return folder / "home"


@pytest.fixture(scope="session")
def used_home() -> Iterator[Path]:
    with _open_folder() as created:
        attach(created / "home").close()
        yield created / "home"


@pytest.fixture
def home(used_home: Path) -> Iterator[Path]:
    """The home most tests use in turn, since creating a database cluster takes longest."""
    yield used_home
    _assert_nothing_runs(used_home)


@pytest.fixture
def start_user() -> Iterator[StartUser]:
    users: list[User] = []

    def start(home: Path, *command: str, **options: Any) -> User:
        started = subprocess.Popen(
            [*(command or (sys.executable,)), "-c", USER, str(home)],
            cwd=options.pop("cwd", CODE_ROOT),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            **options,
        )
        users.append(User(started))
        return users[-1]

    yield start
    for user in users:
        user.kill()


class Tools:
    """What the tests ask of processes and servers."""

    @staticmethod
    def until(condition: Callable[[], object], seconds: float = 15) -> None:
        deadline = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < deadline, "it did not happen in time"
            time.sleep(0.02)

    @staticmethod
    def processes_of(home: Path) -> dict[int, str]:
        return processes_of(home)

    @staticmethod
    def is_up(home: Path) -> bool:
        at = status(home)
        return at.postgres.answers and at.valkey.answers

    @staticmethod
    def pids(at: Status) -> tuple[int, int, int]:
        assert at.keeper is not None
        assert at.postgres.pid is not None
        assert at.valkey.pid is not None
        return at.keeper, at.postgres.pid, at.valkey.pid

    @staticmethod
    def ping(url: str) -> bool:
        with redis.Redis.from_url(url) as client:
            return bool(client.ping())

    @staticmethod
    async def keep(url: str) -> None:
        """Leave a table `kept` with the one row that `kept` expects."""
        connection = await asyncpg.connect(url)
        try:
            await connection.execute("DROP TABLE IF EXISTS kept")
            await connection.execute("CREATE TABLE kept AS SELECT 42 AS n")
        finally:
            await connection.close()

    @classmethod
    async def kept(cls, url: str) -> bool:
        return bool(await cls.sql(url, "SELECT n FROM kept") == 42)

    @staticmethod
    async def sql(url: str, statement: str) -> Any:
        connection = await asyncpg.connect(url)
        try:
            return await connection.fetchval(statement)
        finally:
            await connection.close()


@pytest.fixture
def tools() -> Tools:
    return Tools()


def processes_of(*folders: Path) -> dict[int, str]:
    """Processes, other than this one, that are named after or work inside one of the folders."""
    found = _from_proc() if platform.system() == "Linux" else _from_ps()
    return {
        pid: text
        for pid, text in found.items()
        if pid != os.getpid() and any(str(folder) in text for folder in folders)
    }


def _from_proc() -> dict[int, str]:
    found: dict[int, str] = {}
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            line = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            found[int(entry.name)] = f"{line} in {Path.readlink(entry / 'cwd')}"
        except OSError:
            continue
    return found


def _from_ps() -> dict[int, str]:
    listing = subprocess.run(
        ["/bin/ps", "-axww", "-o", "pid=,command="], capture_output=True, text=True, check=True
    )
    rows = (line.split(maxsplit=1) for line in listing.stdout.splitlines())
    return {int(pid): command for pid, command in rows}
