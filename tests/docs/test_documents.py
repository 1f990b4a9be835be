"""What the documents say is so: every command, operation and answer, on a running demo."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
import typer
from graphql import parse, validate

from app.cli.main import cli
from tests.docs.pages import DOCUMENTS, ROOT, Block, blocks
from tests.docs.reader import Reader, schema

LINK = re.compile(r"\]\((?!https?:)([^)#]*)(?:#([^)]*))?\)")
HEADING = re.compile(r"^#+ (.*)$", re.MULTILINE)
PROGRAM = re.compile(r"(?:\.venv/bin/)?liftos")
LANGUAGES = {"sh", "graphql", "python", "json", "text", "js", "ts", "toml"}


def named(language: str) -> list[Block]:
    return [b for document in DOCUMENTS for b in blocks(document) if b.language == language]


def place(block: Block) -> str:
    return block.place


def test_the_documents_use_the_languages_that_are_checked() -> None:
    found = {block.language for document in DOCUMENTS for block in blocks(document)}
    assert found == LANGUAGES
    fences = sum(text.read_text().count("\n```") for text in DOCUMENTS)
    assert fences == 2 * sum(len(blocks(document)) for document in DOCUMENTS)


@pytest.mark.parametrize("block", named("graphql"), ids=place)
def test_an_operation_fits_the_schema(block: Block) -> None:
    assert validate(schema(), parse(block.body)) == []


@pytest.mark.parametrize("block", [b for b in named("sh") if b.reason], ids=place)
def test_a_command_that_is_not_run_exists(block: Block) -> None:
    script = block.body.replace("\\\n", " ")
    for line in script.splitlines():
        words = shlex.split(line, comments=True)
        at = [i for i, word in enumerate(words) if PROGRAM.fullmatch(word)]
        if at:
            _require_command(words[at[0] + 1 :])


def _require_command(words: list[str]) -> None:
    """Fail unless the command line knows every word."""
    command = typer.main.get_command(cli)
    context = command.make_context("liftos", list(words), resilient_parsing=True)
    while hasattr(command, "get_command") and not words[0].startswith("-"):
        found = command.get_command(context, words[0])
        assert found is not None, f"there is no command {words[0]}"
        command, words = found, words[1:]
    command.make_context("liftos", words)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.name)
def test_links_lead_somewhere(document: Path) -> None:
    for name, heading in LINK.findall(document.read_text()):
        target = (document.parent / name).resolve() if name else document
        assert target.exists(), name
        if heading:
            known = {_anchor(text) for text in HEADING.findall(target.read_text())}
            assert heading in known, f"{name}#{heading}"


def _anchor(heading: str) -> str:
    return re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")


FOLLOWED = [
    "attribution.md",
    "metrics.md",
    "export.md",
    "compare.md",
    "quality.md",
    "schedules.md",
    "webhooks.md",
    "events.md",
    "files.md",
    "rejected.md",
    "drift.md",
    "query.md",
    "sandbox.md",
    "deploy.md",
    "connectors.md",
    "errors.md",
    "receipts.md",
    "seasonality.md",
    "preflight.md",
    "predecessor.md",
    "downloads.md",
    "connections.md",
    "calendar.md",
    "transform.md",
    "models.md",
    "conformance.md",
    "security.md",
    "clients.md",
    "federation.md",
    "limits.md",
    "operations.md",
    "mcp.md",
    "context.md",
    "audit.md",
    "retention.md",
    "erasure.md",
    "search.md",
    "features.md",
    "budgets.md",
    "insights.md",
    "insight-kinds.md",
    "detection.md",
    "subscriptions.md",
    "http.md",
    "caches.md",
    "executor.md",
    "benchmarks.md",
]
"""Each goes on from sync.md; the first ones tell of all media as sync.md left it."""


LONG = frozenset(
    {
        "receipts.md",
        "transform.md",
        "connections.md",
        "calendar.md",
        "operations.md",
        "audit.md",
        "mcp.md",
        "context.md",
        "limits.md",
        "compare.md",
        "rejected.md",
        "schedules.md",
        "webhooks.md",
    }
)
"""They have many runs, or servers of their own, to wait for."""


@pytest.mark.timeout(400)
@pytest.mark.parametrize(
    "name",
    [pytest.param(each, marks=pytest.mark.long if each in LONG else ()) for each in FOLLOWED],
)
def test_a_reader_gets_the_answers_that_are_shown(reader: Reader, name: str) -> None:
    # The reader has followed sync.md to get here.
    reader.follow(ROOT / "docs" / name)


@pytest.mark.timeout(400)
def test_the_front_page_reads_rows_from_python(reader: Reader) -> None:
    [block] = [each for each in blocks(ROOT / "README.md") if each.language == "python"]
    reader.do(block)
    first, *_ = reader.run("python october.py").splitlines()
    assert re.fullmatch(r"2026-10-01 .+ EUR \d+(\.\d+)? True", first)


def test_every_document_is_followed() -> None:
    assert {document.name for document in DOCUMENTS} == {"README.md", "sync.md", *FOLLOWED}
