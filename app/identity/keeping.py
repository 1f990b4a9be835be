"""Files that only their owner may read, each whole or not there."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable
from pathlib import Path

FOLDER = "secrets"
"""Where they are kept, in the folder of all state."""


def keep(path: Path, make: Callable[[], str]) -> str:
    """The text in `path`; made and stored for the owner's eyes only when there is none.

    The file appears whole or not at all, and of two processes that make it at once one wins.
    """
    if not path.exists():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _publish(path, make())
    return path.read_text().strip()


def replace(path: Path, text: str) -> None:
    """Put `text` in the place of what the file holds; a reader sees the one or the other."""
    _drafted(path, text).replace(path)


def _publish(path: Path, text: str) -> None:
    draft = _drafted(path, text)
    try:
        os.link(draft, path)
    except FileExistsError:
        return
    finally:
        draft.unlink(missing_ok=True)


def _drafted(path: Path, text: str) -> Path:
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    return draft
