"""Where objects are kept, as settings name it."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class S3Place:
    """A bucket; without keys, with those that the machine's role or environment gives."""

    bucket: str
    prefix: str = ""
    endpoint: str | None = None
    region: str | None = None
    access_key: str | None = field(default=None, repr=False)
    secret_key: str | None = field(default=None, repr=False)
    has_path_style: bool = True
    encryption: str | None = None
    kms_key: str | None = None


ObjectPlace: TypeAlias = "Path | S3Place"
"""A folder, or a bucket."""
