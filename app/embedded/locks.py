"""Advisory file locks that the kernel releases when their holder dies, however it dies."""

import fcntl
import os
from pathlib import Path

from app.embedded.ownership import give_to_owner_of


def open_lock(path: Path) -> int:
    """A descriptor to lock through; closing it, and every copy of it, releases the lock."""
    created = not path.exists()
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    if created:
        give_to_owner_of(path.parent, path)
    return descriptor


def try_exclusive(descriptor: int) -> bool:
    """Take the lock alone, if nobody else holds it now."""
    return _try(descriptor, fcntl.LOCK_EX)


def try_shared(descriptor: int) -> bool:
    """Take the lock beside other sharers, if nobody holds it alone now."""
    return _try(descriptor, fcntl.LOCK_SH)


def release(descriptor: int) -> None:
    """Give the lock back and keep the descriptor."""
    fcntl.flock(descriptor, fcntl.LOCK_UN)


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
