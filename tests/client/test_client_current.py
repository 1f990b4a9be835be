"""The typed client says what the schema says, and sends what is registered for it."""

from __future__ import annotations

from pathlib import Path

import pytest
from graphql import parse, validate

from client.generate import documents, main
from graph.schema import build_schema
from persisted import built_in

ROOT = Path(__file__).resolve().parents[2]
GENERATED = ROOT / "client" / "liftos_client" / "generated"
REGISTERED = ROOT / "persisted" / "python"


@pytest.mark.parametrize("module", ["operations.py", "async_operations.py"])
def test_every_document_that_is_sent_is_registered(module: str) -> None:
    sent = dict(documents((GENERATED / module).read_text()))
    kept = {each.name: each.document for each in built_in().values() if each.client == "python"}
    # Without `await` nothing is followed.
    followed = {name for name, text in kept.items() if text.startswith("subscription")}
    assert sent.keys() == kept.keys() - (followed if module == "operations.py" else set())
    assert {name: kept[name] for name in sent} == sent


def test_the_operations_fit_the_schema() -> None:
    document = parse((ROOT / "client" / "operations.graphql").read_text())
    assert validate(build_schema().graphql, document) == []


@pytest.mark.conformance
def test_the_client_is_generated_anew_alike(tmp_path: Path) -> None:
    main(tmp_path / "generated", tmp_path / "python")
    for made, kept in (("generated", GENERATED), ("python", REGISTERED)):
        found = {file.name: file.read_text() for file in (tmp_path / made).iterdir()}
        files = {file.name: file.read_text() for file in kept.iterdir() if file.is_file()}
        assert found == files
