"""What a document shows of a file that other tests run is what stands in the file."""

from __future__ import annotations

import re

import pytest

from tests.docs.pages import DOCUMENTS, ROOT, Block, blocks

SHOWN = re.compile(r"(?P<how>run as|a part of) (?P<path>[\w./-]+)")
FOUND = [
    (block, told)
    for document in DOCUMENTS
    for block in blocks(document)
    if (told := SHOWN.match(block.reason or ""))
]


@pytest.mark.parametrize(("block", "told"), FOUND, ids=[block.place for block, _ in FOUND])
def test_a_shown_file_is_the_file(block: Block, told: re.Match[str]) -> None:
    text = (ROOT / told["path"].rstrip(",")).read_text()
    assert block.body == text if told["how"] == "run as" else block.body in text


def test_files_are_shown() -> None:
    assert len(FOUND) >= 10
