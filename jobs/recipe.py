"""What the result of normalising a page depends on."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from functools import cache
from importlib.metadata import version
from pathlib import Path

import connectors
import core
import transform
from core.records.ingestion import RawPage
from transform.normalise.context import PageContext
from transform.normalise.said import Said


def recipe(page: RawPage, context: PageContext, said: Said) -> str:
    """A digest of the code, its libraries, what it is told, and what is `said` by the page."""
    told = f"{page.stream}\n{page.media_type}\n{context!r}"
    found = hashlib.sha256(f"{_code()}\n{told}\n".encode())
    found.update(said(page.body))
    return found.hexdigest()


_READ = frozenset({".py", ".toml"})


@cache
def _code() -> str:
    found = hashlib.sha256()
    for name in ("orjson", "pyarrow", "pandas"):
        found.update(f"{name} {version(name)}\n".encode())
    for path in _sources():
        found.update(path.read_bytes())
    return found.hexdigest()


def _sources() -> Iterator[Path]:
    for package in (connectors, core, transform):
        for folder in package.__path__:
            yield from sorted(each for each in Path(folder).rglob("*") if each.suffix in _READ)
