"""Keeps one server running: adopts one that runs already, starts it, restarts it, stops it."""

import logging
import re
import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from app.embedded.errors import EmbeddedError
from app.embedded.ownership import Account
from app.embedded.process import is_running, open_log, send, spawn

ADOPTION_PATIENCE_SECONDS = 5.0
FIRST_START_PATIENCE_SECONDS = 30.0
SLOWEST_RESTART_SECONDS = 5.0
FASTEST_RESTART_SECONDS = 0.05

_PREFIX = re.compile(r"^.*?\[\d+\] ")

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Service:
    """How to run one server.

    `marker` appears in the command line of this home's server and no other. `stop_steps` are
    signals with the seconds to wait after each, gentlest first; `death_signal` is what the kernel
    sends when the keeper dies. `passing` are log phrases of reasons that go away by themselves.
    """

    name: str
    command: tuple[str, ...]
    marker: str
    pid_file: Path
    log: Path
    account: Account | None
    death_signal: signal.Signals
    stop_steps: tuple[tuple[signal.Signals, float], ...]
    answers: Callable[[], bool]
    clear_leftovers: Callable[[], None]
    passing: tuple[str, ...] = ()


class Server:
    """One service's process, ours or adopted. Not thread-safe: the keeper has one thread."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self.pid: int | None = None
        self.ready = False
        self._child: subprocess.Popen[bytes] | None = None
        self._was_ready = False
        self._failures = 0
        self._log_start = 0
        self._created = self._started = self._not_before = time.monotonic()

    def tend(self) -> None:
        """Do the next step towards a server that answers, without waiting for it.

        Raises EmbeddedError when a server that never answered will not start.
        """
        if self.pid is None:
            if time.monotonic() >= self._not_before:
                self._start()
        elif not self._lives():
            self._bury()
        elif not self.ready:
            self._greet()

    def ask_to_stop(self) -> None:
        """Send the gentle stop signal."""
        if self.pid is not None and self._lives():
            send(self.pid, self.service.stop_steps[0][0])

    def stop(self, first_step: int = 0) -> None:
        """Stop the server, gently first, and return when it is gone."""
        for number, seconds in self.service.stop_steps[first_step:]:
            if self.pid is None:
                return
            send(self.pid, number)
            deadline = time.monotonic() + seconds
            while self._lives() and time.monotonic() < deadline:
                time.sleep(0.005)
            if not self._lives():
                logger.info("%s %d stopped", self.service.name, self.pid)
                self.pid = None

    def _start(self) -> None:
        service = self.service
        self._started, self.ready = time.monotonic(), False
        self.pid = running_pid(service.pid_file, service.marker)
        self._child = None
        if self.pid is not None:
            logger.info("%s %d adopted", service.name, self.pid)
            return
        service.clear_leftovers()
        with open_log(service.log) as log:
            self._log_start = log.tell()
        self._child = spawn(service.command, service.log, service.account, service.death_signal)
        self.pid = self._child.pid
        logger.info("%s %d started", service.name, self.pid)

    def _lives(self) -> bool:
        if self._child is not None:
            return self._child.poll() is None
        return self.pid is not None and is_running(self.pid, self.service.marker)

    def _greet(self) -> None:
        if self.service.answers():
            self.ready = self._was_ready = True
            self._failures = 0
        elif self._child is None and self._age() > ADOPTION_PATIENCE_SECONDS:
            logger.warning("%s %s does not answer: replaced", self.service.name, self.pid)
            self.stop(first_step=1)

    def _bury(self) -> None:
        logger.warning("%s %s ended", self.service.name, self.pid)
        self.pid, self.ready = None, False
        if self._child is not None and not self._was_ready:
            self._require_passing_reason()
        pause = FASTEST_RESTART_SECONDS * 2.0 ** min(self._failures, 10)
        self._failures += 1
        self._not_before = time.monotonic() + min(pause, SLOWEST_RESTART_SECONDS)

    def _require_passing_reason(self) -> None:
        output = log_since(self.service.log, self._log_start)
        patient = time.monotonic() - self._created < FIRST_START_PATIENCE_SECONDS
        if patient and any(phrase in output for phrase in self.service.passing):
            return
        raise start_failure(self.service.name, output, self.service.log)

    def _age(self) -> float:
        return time.monotonic() - self._started


def running_pid(pid_file: Path, marker: str) -> int | None:
    """The process a pid file names, if it is still the server and not a later stranger."""
    try:
        pid = int(pid_file.read_text().split(maxsplit=1)[0])
    except (OSError, ValueError, IndexError):
        return None
    return pid if pid > 0 and is_running(pid, marker) else None


def log_since(log: Path, start: int) -> str:
    """What was written to a log after byte `start`."""
    with log.open("rb") as content:
        content.seek(start)
        return content.read().decode(errors="replace")


def start_failure(name: str, output: str, log: Path) -> EmbeddedError:
    """An error whose reason is the server's own last words."""
    lines = [_PREFIX.sub("", line).strip() for line in output.splitlines() if line.strip()]
    full = [line for line in lines if "No space left on device" in line]
    if full:
        mend = "Free some space, or choose another folder with LIFTOS_HOME."
        return EmbeddedError(f"{name} did not start", full[0], mend)
    reason = "; ".join(lines[-3:]) or "it ended without a word"
    return EmbeddedError(f"{name} did not start", reason, f"See {log}.")
