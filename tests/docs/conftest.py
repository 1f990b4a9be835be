"""One demo for all documents, and a reader who goes on from one to the next."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.docs.pages import ROOT
from tests.docs.reader import Reader, running_demo
from tests.support import open_home


@pytest.fixture(scope="session")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reader]:
    """Has read docs/sync.md, which the other documents go on from."""
    folder: Path = tmp_path_factory.mktemp("reader")
    with open_home() as home, running_demo(home) as demo:
        reader = Reader(demo, folder)
        reader.follow(ROOT / "docs" / "sync.md")
        yield reader
