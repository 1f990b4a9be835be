"""Advisory file locks that the kernel releases when their holder dies, however it dies."""

import fcntl
import os
from pathlib import Path

from app.embedded.ownership import open_private


def open_lock(path: Path) -> int:
    """A descriptor to lock through; closing it, and every copy of it, releases the lock."""
    return open_private(path, os.O_RDWR)


def try_exclusive(descriptor: int) -> bool:
    """Take the lock alone, if nobody else holds it now."""
    return _try(descriptor, fcntl.LOCK_EX)


def try_shared(descriptor: int) -> bool:
    """Take the lock beside other sharers, if nobody holds it alone now."""
    return _try(descriptor, fcntl.LOCK_SH)


def is_held(path: Path) -> bool:
    """Whether somebody holds the lock alone at this moment."""
    if not path.exists():
        return False
    descriptor = open_lock(path)
    try:
        return not try_shared(descriptor)
    finally:
        os.close(descriptor)


def _try(descriptor: int, kind: int) -> bool:
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
