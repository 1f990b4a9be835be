"""One archive of all files: stored, in order, every date the same."""

from __future__ import annotations

import shutil
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final

_DATE: Final = (1980, 1, 1, 0, 0, 0)
_UNIX: Final = 3
_MODE: Final = 0o100644 << 16
_BLOCK: Final = 1 << 20


def write_bundle(path: Path, files: Sequence[Path]) -> None:
    """A zip of `files`, sorted by name, without compression."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED, allowZip64=True) as bundle:
        for file in sorted(files, key=lambda each: each.name):
            entry = zipfile.ZipInfo(file.name, _DATE)
            entry.create_system, entry.external_attr = _UNIX, _MODE
            entry.file_size = file.stat().st_size
            with file.open("rb") as source, bundle.open(entry, "w") as target:
                shutil.copyfileobj(source, target, _BLOCK)
