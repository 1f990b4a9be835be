"""Starting, recognising and ending operating system processes."""

import ctypes
import os
import platform
import signal
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import BinaryIO

from app.embedded.ownership import Account, open_private

ON_LINUX = platform.system() == "Linux"
LOG_LIMIT_BYTES = 10_000_000
# A foreign PGOPTIONS or PGDATA must not reach the servers; Postgres on macOS needs LC_ALL.
ENVIRONMENT = {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}
_PR_SET_PDEATHSIG = 1


def spawn(
    command: Sequence[str], log: Path, account: Account | None, death_signal: signal.Signals
) -> subprocess.Popen[bytes]:
    """Start a server whose output goes to `log`; on Linux it gets `death_signal` when we die.

    Call it from the main thread: the kernel sends the signal when the *thread* that started the
    child ends.
    """
    with open_log(log) as output:
        return subprocess.Popen(  # noqa: S603 - our own binaries
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            cwd="/",
            env=ENVIRONMENT,
            user=account.uid if account else None,
            group=account.gid if account else None,
            extra_groups=[] if account else None,
            preexec_fn=_tie_to_parent(death_signal),  # noqa: PLW1509 - the keeper has one thread
        )


def open_log(path: Path) -> BinaryIO:
    """Open a log for appending, emptied first when it has grown past the limit."""
    log = os.fdopen(open_private(path, os.O_WRONLY | os.O_APPEND), "ab")
    if log.tell() > LOG_LIMIT_BYTES:
        log.truncate(0)
    return log


def is_running(pid: int, named: str) -> bool:
    """Whether the process lives and its command line contains `named`.

    The second half tells our server from a stranger that was given the same number later.
    """
    return named in command_line(pid)


def command_line(pid: int) -> str:
    """The process's arguments separated by blanks; empty when it is gone or a zombie."""
    if ON_LINUX:
        try:
            return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
        except OSError:
            return ""
    listing = ["/bin/ps", "-ww", "-o", "command=", "-p", str(pid)]
    ended = subprocess.run(listing, capture_output=True, text=True, check=False)  # noqa: S603
    return ended.stdout


def send(pid: int, number: signal.Signals) -> None:
    """Signal a process that may have ended meanwhile."""
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return


def working_in(folder: Path) -> list[int]:
    """Processes whose working directory is `folder`: a Postgres server's own, and no others'.

    Empty on macOS, which has no cheap way to ask.
    """
    found: list[int] = []
    for entry in Path("/proc").glob("[0-9]*") if ON_LINUX else ():
        try:
            if Path.readlink(entry / "cwd") == folder:
                found.append(int(entry.name))
        except OSError:
            continue
    return found


def _tie_to_parent(death_signal: signal.Signals) -> Callable[[], None] | None:
    """Runs in the child after its account was switched, since switching clears the setting."""
    if not ON_LINUX:
        return None
    control = ctypes.CDLL(None).prctl
    parent = os.getpid()

    def tie() -> None:
        control(_PR_SET_PDEATHSIG, int(death_signal))
        if os.getppid() != parent:
            os._exit(1)

    return tie
