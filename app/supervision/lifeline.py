"""A child's tie to its supervisor: when the supervisor dies, however it dies, the child ends.

The supervisor holds the writing end of a pipe and writes nothing. The kernel closes that end
with the supervisor, and the child, which waits at the reading end, ends itself. On Linux the
kernel is asked for a signal too, which comes even to a child that is too busy to read.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import threading
import time

PATIENCE_SECONDS = 5.0
_PR_SET_PDEATHSIG = 1


def hold(descriptor: int) -> None:
    """End this process when the other end of `descriptor` closes."""
    threading.Thread(target=_wait, args=(descriptor,), name="lifeline", daemon=True).start()
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)


def _wait(descriptor: int) -> None:
    while os.read(descriptor, 1):
        pass
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(PATIENCE_SECONDS)
    os._exit(1)
