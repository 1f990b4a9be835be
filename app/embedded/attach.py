"""Starting or joining a home's services."""

import errno
import logging
import os
import shutil
import threading
import time
from pathlib import Path
from types import TracebackType
from typing import Self

from app.embedded import locks, postgres, valkey
from app.embedded.errors import EmbeddedError
from app.embedded.home import Home, open_home, unusable
from app.embedded.launch import ensure_keeper
from app.embedded.state import read_failure, read_state

STEP_SECONDS = 0.01
WATCH_SECONDS = 0.5
SLOWEST_WATCH_SECONDS = 2.0
STOP_PATIENCE_SECONDS = 30.0
MOST_KEEPERS = 5
LEAST_FREE_BYTES = 1_000_000

logger = logging.getLogger(__name__)


class Attachment:
    """One process's use of the services; they run until the last one is closed or its process dies.

    A daemon thread starts a new keeper when the present one dies. Connections break while a server
    restarts, and the URLs stay valid.
    """

    def __init__(self, home: Home, users: int, sockets: Path) -> None:
        self.home = home.root
        self.postgres_url = postgres.url(sockets)
        self.redis_url = valkey.url(sockets)
        self._home = home
        self._users = users
        self._closed = threading.Event()
        self._watchdog = threading.Thread(target=self._watch, name="embedded-watch", daemon=True)
        self._watchdog.start()

    def close(self) -> None:
        """Leave; the last to leave waits until both servers have stopped. May be repeated."""
        if self._closed.is_set():
            return
        self._closed.set()
        self._watchdog.join()
        _leave(self._home, self._users)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _watch(self) -> None:
        pause = WATCH_SECONDS
        while not self._closed.wait(pause):
            try:
                started = ensure_keeper(self._home)
            except (OSError, EmbeddedError) as error:
                logger.warning("The embedded services have no keeper: %s", error)
                started = True
            pause = min(2 * pause, SLOWEST_WATCH_SECONDS) if started else WATCH_SECONDS


def attach(home: Path, timeout_seconds: float = 60) -> Attachment:
    """Start the services in this home, or join them, and return when both answer.

    The first start creates the home. Raises EmbeddedError when they cannot run here or do not
    answer in time.
    """
    opened = open_home(home)
    try:
        return _attach(opened, time.monotonic() + timeout_seconds)
    except OSError as error:
        raise unusable(opened, error) from error


def _attach(home: Home, deadline: float) -> Attachment:
    users = _join(home, deadline)
    try:
        sockets = _until_ready(home, deadline)
    except BaseException:
        _leave(home, users)
        raise
    return Attachment(home, users, sockets)


def _join(home: Home, deadline: float) -> int:
    """A shared hold on the users' lock; a keeper that is stopping is waited for."""
    users = locks.open_lock(home.users_lock)
    while not locks.try_shared(users):
        if time.monotonic() > deadline:
            os.close(users)
            raise _late(home, "an earlier run is still stopping")
        time.sleep(STEP_SECONDS)
    return users


def _until_ready(home: Home, deadline: float) -> Path:
    keepers = 0
    while time.monotonic() < deadline and keepers <= MOST_KEEPERS:
        keepers += ensure_keeper(home)
        state = read_state(home)
        if state and state.ready and _answer(Path(state.sockets)):
            return Path(state.sockets)
        if failure := read_failure(home):
            raise failure
        time.sleep(STEP_SECONDS)
    reason = "they end again and again" if keepers > MOST_KEEPERS else "they are still starting"
    raise _late(home, reason)


def _answer(sockets: Path) -> bool:
    return postgres.answers(sockets) and valkey.answers(sockets)


def _late(home: Home, reason: str) -> EmbeddedError:
    """A keeper on a full disk cannot even write down why it failed."""
    if shutil.disk_usage(home.root).free < LEAST_FREE_BYTES:
        return unusable(home, OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(home.root)))
    return EmbeddedError(
        f"The embedded services in {home.root} did not answer",
        reason,
        f"See {home.logs}, or try again with a longer time limit.",
    )


def _leave(home: Home, users: int) -> None:
    """Give up a shared hold; whoever gave up the last one waits for the keeper's end."""
    os.close(users)
    deadline = time.monotonic() + STOP_PATIENCE_SECONDS
    while time.monotonic() < deadline and locks.is_held(home.keeper_lock):
        if _is_used(home):
            return
        time.sleep(STEP_SECONDS)


def _is_used(home: Home) -> bool:
    """Whether users remain; a keeper that is stopping holds the lock alone and is none."""
    users = locks.open_lock(home.users_lock)
    try:
        return not locks.try_exclusive(users) and locks.try_shared(users)
    finally:
        os.close(users)
