"""What is known of objects: files that are kept outside the database."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class ObjectRecord:
    """An object as it lies there; `version` changes whenever its bytes are put anew."""

    name: str
    size_bytes: int
    modified_at: datetime
    version: str


@dataclass(frozen=True, slots=True)
class PutObject:
    """An object that was put; `sha256` is hex of all its bytes."""

    name: str
    size_bytes: int
    sha256: str
