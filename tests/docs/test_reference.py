"""Tables of the documents are those of the code."""

from __future__ import annotations

import pytest

from core.errors import ErrorKind
from sandbox.faults import Fault, FaultSettings
from sandbox.settings import Limits
from tests.docs.pages import DOCUMENTS, ROOT
from tests.docs.tables import TABLES, every_error, renewed


@pytest.mark.parametrize("name", list(TABLES))
def test_a_table_is_current(name: str) -> None:
    document, _ = TABLES[name]
    assert document.read_text() == renewed(name), "run: python -m tests.docs.tables"


def test_every_error_of_the_house_has_a_class_a_meaning_and_a_next_step() -> None:
    kinds: dict[str, set[ErrorKind]] = {}
    for error in every_error():
        kinds.setdefault(error.code, set()).add(error.kind)
        assert error.__doc__, error
        assert error("x").next_step == error.advice
        assert error("x", mend="y").next_step == "y"
    assert {code: found for code, found in kinds.items() if len(found) != 1} == {}


def test_the_readme_leads_to_every_page() -> None:
    readme, *pages = DOCUMENTS
    text = readme.read_text()
    assert [page.name for page in pages if f"](docs/{page.name})" not in text] == []


def test_the_sandbox_is_told_whole() -> None:
    text = (ROOT / "docs" / "sandbox.md").read_text()
    names = {*Fault, *Limits.__dataclass_fields__, *FaultSettings.__dataclass_fields__}
    assert [name for name in sorted(names) if name not in text] == []
