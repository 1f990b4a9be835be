"""Starting a keeper where none lives."""

import os
import subprocess
import sys
from pathlib import Path

from app.embedded import locks
from app.embedded.errors import EmbeddedError
from app.embedded.home import Home
from app.embedded.ownership import Account, keeper_account
from app.embedded.process import open_log
from app.embedded.state import forget

KEEPER = ("-m", "app.embedded.keeper")
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
    try:
        status = _run(home, lock, keeper_account(home.root))
    except OSError as error:
        raise _not_started(home, f"{error.strerror} ({error.filename})") from error
    if status != 0:
        raise _not_started(home, f"their keeper ended with status {status}")


def _run(home: Home, lock: int, account: Account | None) -> int:
    with open_log(home.keeper_log) as log:
        return subprocess.call(  # noqa: S603 - this very interpreter
            [sys.executable, *KEEPER, str(home.root), str(lock)],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd=_CODE_ROOT,
            pass_fds=(lock,),
            start_new_session=True,
            user=account.uid if account else None,
            group=account.gid if account else None,
            extra_groups=[] if account else None,
        )


def _not_started(home: Home, reason: str) -> EmbeddedError:
    mend = f"See {home.keeper_log}."
    if keeper_account(home.root):
        mend = f"{home.root} belongs to another user: run as that user. {mend}"
    return EmbeddedError("The embedded services could not be started", reason, mend)
