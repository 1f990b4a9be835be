"""GraphiQL's example operations fit the schema, and the built page holds them as they are."""

from __future__ import annotations

import re

import pytest
from graphql import OperationDefinitionNode, parse, validate

from tests.docs.pages import ROOT
from tests.docs.reader import schema

SOURCE = ROOT / "console" / "graphiql" / "src" / "examples.ts"
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


def test_every_example_was_lifted() -> None:
    assert len(EXAMPLES) == SOURCE.read_text().count("query: `") == 6
    assert "${" not in "".join(EXAMPLES)


@pytest.mark.parametrize("example", EXAMPLES, ids=name_of)
def test_the_built_page_holds_the_example(example: str) -> None:
    page = (BUILT / "index.html").read_text()
    scripts = re.findall(r'src="/graphiql/(assets/[^"]+\.js)"', page)
    assert scripts
    assert any(example in (BUILT / script).read_text() for script in scripts)
