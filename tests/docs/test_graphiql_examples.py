"""GraphiQL's example operations fit the schema, and the built page is that of its sources."""

from __future__ import annotations

import hashlib
import re

import pytest
from graphql import OperationDefinitionNode, parse, validate

from core.operation_text import head_and_document
from persisted import document_of
from tests.docs.pages import ROOT
from tests.docs.reader import schema

PAGE = ROOT / "console" / "graphiql"
SOURCE = PAGE / "src" / "examples.ts"
BUILT = ROOT / "app" / "static" / "graphiql"
EXAMPLES = re.findall(r"query: `([^`]*)`", SOURCE.read_text())


def name_of(example: str) -> str:
    first = parse(example).definitions[0]
    assert isinstance(first, OperationDefinitionNode)
    assert first.name is not None
    return first.name.value


@pytest.mark.parametrize("example", EXAMPLES, ids=name_of)
def test_an_example_fits_the_schema(example: str) -> None:
    assert validate(schema(), parse(example)) == []


@pytest.mark.parametrize("example", EXAMPLES, ids=name_of)
def test_an_example_is_an_operation_that_passes_at_every_stage(example: str) -> None:
    assert document_of("graphiql", name_of(example)).document == head_and_document(example)[1]


def test_the_schema_is_asked_for_by_an_operation_that_passes_at_every_stage() -> None:
    written = document_of("graphiql", "IntrospectionQuery").document
    scripts = [path.read_text() for path in BUILT.glob("assets/index-*.js")]
    # What the page's own function leaves as it is, between the parts that it fills in.
    [built] = [text for text in scripts if "query IntrospectionQuery {" in text]
    lines = [line for line in written.splitlines() if "..." in line or "fragment" in line]
    assert [line for line in lines if line not in built] == []


def test_every_example_was_lifted() -> None:
    assert len(EXAMPLES) == SOURCE.read_text().count("query: `") == 10
    assert "${" not in "".join(EXAMPLES)


def test_the_page_was_built_from_these_sources() -> None:
    """Rebuild it with `make graphiql` when this fails."""
    beside = ("index.html", "package.json", "package-lock.json", "tsconfig.json", "vite.config.ts")
    within = [path for path in (PAGE / "src").rglob("*") if path.is_file()]
    named = {str(path.relative_to(PAGE)): path for path in (*map(PAGE.joinpath, beside), *within)}
    sources = hashlib.sha256()
    for name in sorted(named):
        sources.update(f"{name}\0".encode() + named[name].read_bytes())
    assert (BUILT / "SOURCES.sha256").read_text() == f"{sources.hexdigest()}\n"
