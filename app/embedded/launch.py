"""Starting a keeper where none lives."""

import os
import subprocess
import sys
from pathlib import Path

from app.embedded import locks
from app.embedded.errors import EmbeddedError
from app.embedded.home import Home
from app.embedded.process import open_log
from app.embedded.state import forget

_CODE_ROOT = Path(__file__).resolve().parents[2]


def ensure_keeper(home: Home) -> bool:
    """Start a keeper unless one lives; True when one was started."""
    lock = locks.open_lock(home.keeper_lock)
    try:
        if not locks.try_exclusive(lock):
            return False
        forget(home)
        _launch(home, lock)
    finally:
        os.close(lock)
    return True


def _launch(home: Home, lock: int) -> None:
    """Returns once the keeper has detached, so that no child of ours is left to wait for."""
    command = [sys.executable, "-m", "app.embedded.keeper", str(home.root), str(lock)]
    with open_log(home.keeper_log) as log:
        status = subprocess.call(  # noqa: S603 - this very interpreter
            command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd=_CODE_ROOT,
            pass_fds=(lock,),
            start_new_session=True,
        )
    if status != 0:
        raise EmbeddedError(
            "The embedded services could not be started",
            f"their keeper ended with status {status}",
            f"See {home.keeper_log}.",
        )
