"""The servers side by side: one process each, each as its manual has it run in production."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.peers import queries
from benchmarks.peers.load import request
from benchmarks.peers.queries import Asked, Query, Wording
from benchmarks.peers.tables import EARLIER, KEPT, OURS
from tests.conformance.node import NodeFolder, node_folder

SCRIPTS = NodeFolder(Path(__file__).parent / "node")
START_SECONDS = 60
KEEPS_NOTHING = {"LIFTOS_ANSWERS_PROCESS_BYTES": "0", "LIFTOS_ANSWERS_SHARED_BYTES": "0"}
EARLIER_ROWS = 1_000
"""What a page of attribution rows held before there was an executor."""
PLENTY = json.dumps({"PRO": 10**12})


@dataclass(frozen=True, slots=True)
class Server:
    """A running server: `write` words the body of a question."""

    name: str
    port: int
    pid: int
    wording: Wording
    persists: bool = True
    is_ours: bool = False
    paths: bool = False
    most_rows: int | None = None

    def request(self, query: Query, asked: Asked) -> bytes | None:
        """The bytes of a question about one tenant; None where the server cannot be asked so."""
        is_larger = self.most_rows is not None and asked.rows > self.most_rows
        if (query.is_persisted and not self.persists) or (query is queries.ROWS and is_larger):
            return None
        path = f"/{query.number}" if self.paths else "/graphql"
        key = asked.tenant.key if self.is_ours else ""
        return request(self.port, path, queries.body(query, asked, self.wording), key)


@contextmanager
def started(
    home: Path,
    database_url: str,
    documents: Path,
    only: Sequence[str] = (),
    earlier: Path | None = None,
) -> Iterator[list[Server]]:
    """All of them, or `only` those named; they end with the block.

    `earlier`: a checkout of an earlier version of ours, to stand beside them.
    """
    given = {"DATABASE_URL": database_url, "DOCUMENTS": str(documents)}
    with ExitStack() as stack:
        servers = []
        for name, start in _SERVERS.items():
            if not only or name in only:
                servers.append(stack.enter_context(start(name, home, given)))
        if earlier is not None:
            servers.append(stack.enter_context(ours(EARLIER, home, given, earlier)))
        if not only or KEPT in only:
            kept = ours(KEPT, home, given, None, keeps=True)
            servers.append(stack.enter_context(kept))
        yield servers


@contextmanager
def ours(
    name: str,
    home: Path,
    given: Mapping[str, str],
    checkout: Path | None = None,
    *,
    keeps: bool = False,
) -> Iterator[Server]:
    """`liftos api`: identity, tenants' guard, cost in a bucket that never fills, metrics.

    `checkout`: where it stands, this one when left out; `keeps`: answers, in its caches.
    """
    del given
    told = {
        "LIFTOS_HOME": str(home),
        "LIFTOS_TIER_POINTS_PER_SECOND": PLENTY,
        "LIFTOS_TIER_POINTS_BURST": PLENTY,
        **({} if keeps else KEEPS_NOTHING),
    }
    command = [sys.executable, "-m", "app.cli.main", "api", "--port"]
    with _process(name, [*command, "{port}"], home, told, "/readyz", folder=checkout) as (
        port,
        pid,
    ):
        most = None if checkout is None else EARLIER_ROWS
        yield Server(name, port, pid, queries.ours, is_ours=True, most_rows=most)


@contextmanager
def _floor(name: str, home: Path, given: Mapping[str, str]) -> Iterator[Server]:
    with _process(name, _uvicorn("floor"), home, given, "/") as (port, pid):
        yield Server(name, port, pid, queries.handwritten, paths=True)


@contextmanager
def _plain(name: str, home: Path, given: Mapping[str, str]) -> Iterator[Server]:
    with _process(name, _uvicorn("plain"), home, given, "/openapi.json") as (port, pid):
        yield Server(name, port, pid, queries.handwritten, persists=False)


@contextmanager
def _mercurius(name: str, home: Path, given: Mapping[str, str]) -> Iterator[Server]:
    with _node(name, "mercurius.mjs", home, given) as (port, pid):
        yield Server(name, port, pid, queries.handwritten)


@contextmanager
def _postgraphile(name: str, home: Path, given: Mapping[str, str]) -> Iterator[Server]:
    with _node(name, "postgraphile.mjs", home, given) as (port, pid):
        yield Server(name, port, pid, queries.postgraphile, persists=False)


@contextmanager
def trivial(home: Path) -> Iterator[int]:
    """The port of a server that only writes."""
    command = [sys.executable, "-m", "benchmarks.peers.trivial"]
    with _process("trivial", command, home, {}, "/") as (port, _):
        yield port


_SERVERS: dict[str, Callable[..., AbstractContextManager[Server]]] = {
    OURS: ours,
    "PostGraphile 5": _postgraphile,
    "Mercurius + jit": _mercurius,
    "plain Strawberry": _plain,
    "asyncpg + orjson": _floor,
}
NAMES = (*_SERVERS, KEPT)


def _uvicorn(module: str) -> list[str]:
    application = f"benchmarks.peers.{module}:app"
    return [
        sys.executable, "-m", "uvicorn", application, "--loop", "uvloop", "--http", "httptools",
        "--no-access-log", "--log-level", "warning", "--port", "{port}",
    ]  # fmt: skip


def _node(
    name: str, script: str, home: Path, given: Mapping[str, str]
) -> AbstractContextManager[tuple[int, int]]:
    SCRIPTS.install()
    production = {"NODE_ENV": "production", "GRAPHILE_ENV": "production", "TZ": "UTC"}
    command = [str(node_folder() / "node"), str(SCRIPTS.path / script)]
    return _process(name, command, home, {**given, **production}, "/graphql?query=%7B__typename%7D")


@contextmanager
def _process(
    name: str,
    command: Sequence[str],
    home: Path,
    given: Mapping[str, str],
    ready: str,
    *,
    folder: Path | None = None,
) -> Iterator[tuple[int, int]]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    log = home / f"{name}.log"
    with log.open("wb") as output:
        process = subprocess.Popen(  # noqa: S603 - our own scripts
            [part.format(port=port) for part in command],
            cwd=folder,
            env={**os.environ, **given, "PORT": str(port)},
            stdout=output,
            stderr=output,
        )
    try:
        _await(f"http://127.0.0.1:{port}{ready}", process, log)
        yield port, process.pid
    finally:
        process.terminate()
        process.wait(20)


def _await(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            urllib.request.urlopen(url, timeout=5).close()  # noqa: S310 - of this machine
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.2)
        else:
            return
    raise SystemExit(log.read_text())
