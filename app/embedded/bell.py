"""Lets a loop sleep until a signal arrives, so that a child's end is noticed at once."""

import os
import select
import signal
from types import FrameType


class Bell:
    """Rings for SIGCHLD, and remembers that SIGTERM or SIGINT asked us to stop.

    SIGHUP is swallowed by a handler, not ignored: ignoring is inherited by the servers.
    """

    def __init__(self) -> None:
        self.stop_asked = False
        self._listening, ringing = os.pipe()
        os.set_blocking(self._listening, False)
        os.set_blocking(ringing, False)
        signal.set_wakeup_fd(ringing, warn_on_full_buffer=False)
        for number in (signal.SIGCHLD, signal.SIGHUP, signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._ring)

    def wait(self, seconds: float) -> None:
        """Sleep for that long, or until the next signal."""
        if select.select([self._listening], [], [], seconds)[0]:
            os.read(self._listening, 4096)

    def _ring(self, number: int, _frame: FrameType | None) -> None:
        if number in (signal.SIGTERM, signal.SIGINT):
            self.stop_asked = True
