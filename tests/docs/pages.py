"""Documents as their code blocks, and how an answer is held against the one that is shown.

A block is run unless a comment before it says why not: `<!-- not run: needs Docker -->`.
An answer (text, json) belongs to the block before it. Ids, moments, hashes and secrets need only
be of the same shape; a line or a last element `…` stands for whatever else there is.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))
ANSWERS = frozenset({"text", "json"})
REST = "…"

_BLOCK = re.compile(
    r"(?:<!-- not run: (?P<reason>[^>]+) -->\n)?^```(?P<language>\w+)\n(?P<body>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)
_SHAPES = (
    (re.compile(r"\beyJ[\w-]+\.[\w-]+\.[\w-]+"), "<token>"),
    (re.compile(r"\blok_[\w-]+"), "<key>"),
    (re.compile(r"\b[0-9a-f]{64}\b"), "<sha256>"),
    (re.compile(r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b"), "<uuid>"),
    (re.compile(r"\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?Z"), "<moment>"),
    (re.compile(r"(?<![\w+/])[A-Za-z0-9+/_-]{32,}={0,2}(?![\w+/=])"), "<id>"),
)


@dataclass(frozen=True, slots=True)
class Block:
    """One fenced block; `line` is where its text begins."""

    document: Path
    line: int
    language: str
    body: str
    reason: str | None

    @property
    def place(self) -> str:
        """For failures."""
        return f"{self.document.name}:{self.line}"


@dataclass(frozen=True, slots=True)
class Step:
    """Something to do, and the answer that is shown of it, if any."""

    block: Block
    answer: Block | None


def blocks(document: Path) -> list[Block]:
    text = document.read_text()
    return [
        Block(
            document,
            text.count("\n", 0, found.start("body")) + 1,
            found["language"],
            found["body"],
            found["reason"],
        )
        for found in _BLOCK.finditer(text)
    ]


def steps(document: Path) -> list[Step]:
    found = blocks(document)
    following = [*found[1:], None][: len(found)]
    return [
        Step(block, after if after and after.language in ANSWERS else None)
        for block, after in zip(found, following, strict=True)
        if block.language not in ANSWERS
    ]


def normal(text: str) -> str:
    """`text` with what differs each time told by its shape."""
    for shape, name in _SHAPES:
        text = shape.sub(name, text)
    return text


def is_shown(shown: str, told: str) -> bool:
    """Whether lines are those that are shown."""
    parts = [re.escape(part) for part in normal(shown).strip().split(REST)]
    return re.fullmatch(".*".join(parts), normal(told).strip(), re.DOTALL) is not None


def is_shown_json(shown: Any, told: Any) -> bool:
    """Whether a JSON value is the one that is shown."""
    if shown == REST:
        return True
    if isinstance(shown, dict) and isinstance(told, dict):
        return list(shown) == list(told) and all(is_shown_json(shown[k], told[k]) for k in shown)
    if isinstance(shown, list) and isinstance(told, list):
        if shown and shown[-1] == REST:
            shown, told = shown[:-1], told[: len(shown) - 1]
        pairs = zip(shown, told, strict=False)
        return len(shown) == len(told) and all(is_shown_json(*pair) for pair in pairs)
    if isinstance(shown, str) and isinstance(told, str):
        return is_shown(shown, told)
    return bool(type(shown) is type(told) and shown == told)


def require(answer: Block, told: str) -> None:
    """Fail unless the answer that is shown is the one that was told."""
    if answer.language == "json":
        good = is_shown_json(json.loads(answer.body), json.loads(told))
    else:
        good = is_shown(answer.body, told)
    assert good, f"{answer.place} shows another answer than\n{told}"
