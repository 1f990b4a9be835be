"""The passage of a text that answers a question best, as plain text."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

MAX_SNIPPET: Final = 240
"""Characters of a snippet."""

_SENTENCE: Final = re.compile(r"(?<=[.!?\n])\s+")


def snippet(text: str, words: Iterable[str]) -> str:
    """The sentences from the first one on that holds the most of `words`, cut at MAX_SNIPPET.

    The text as it stands, without marks: whoever shows it as HTML must escape it, as any text.
    """
    sentences = [each for each in _SENTENCE.split(text.strip()) if each]
    if not sentences:
        return ""
    wanted = [word.casefold() for word in words]
    held = [sum(word in each.casefold() for word in wanted) for each in sentences]
    return _cut(" ".join(sentences[held.index(max(held)) :]))


def _cut(text: str) -> str:
    """`text`, or its beginning up to a blank, with an ellipsis."""
    if len(text) <= MAX_SNIPPET:
        return text
    kept = text[: MAX_SNIPPET - 1]
    return f"{kept.rsplit(' ', 1)[0] or kept}…"
