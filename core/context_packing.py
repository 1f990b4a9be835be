"""Facts packed into a text of so many tokens, for a language model to answer from.

Pure: the same facts and budget give the same text.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

LETTERS_A_TOKEN: Final = 2
_PIECES: Final = re.compile(
    r"(?P<word>[A-Za-z]+)|(?P<wide>[^\x00-\x7f]+)|[0-9]|\n|[^\sA-Za-z0-9]|[^\S\n]+(?=[0-9])|\s{2,}|\s$"
)


def tokens_of(text: str) -> int:
    """How many tokens `text` takes at most, without a model's vocabulary.

    A word takes one for each two letters, a digit and a sign one each, any other character one
    for each of its bytes; a blank before a word or sign is part of it. Words and figures take 1.1
    to 1.6 times what a vocabulary of 32,000 says of them; letters in no order can take twice what
    is counted here.
    """
    return sum(map(_piece, _PIECES.finditer(text)))


def _piece(found: re.Match[str]) -> int:
    if found["word"]:
        return -(-len(found["word"]) // LETTERS_A_TOKEN)
    return len(found["wide"].encode("utf-8", "surrogatepass")) if found["wide"] else 1


@dataclass(frozen=True, slots=True)
class FactText:
    """What is said of one hit: in full, and as its figures alone. Each is kept whole or not."""

    full: str
    brief: str


@dataclass(frozen=True, slots=True)
class PackedFact:
    """A fact that found room: which one of those given, its number in the text, and its line."""

    index: int
    number: int
    text: str
    is_brief: bool


@dataclass(frozen=True, slots=True)
class Packed:
    """The text, what it takes at most, and which facts are in it, in their order."""

    text: str
    tokens: int
    facts: tuple[PackedFact, ...]


def pack(head: str, facts: Sequence[FactText], budget: int) -> Packed:
    """As many of `facts` as `budget` tokens hold, the first ones first.

    A fact for which there is no room in full is told in brief, and left out where that has none
    either; a later, shorter one may still follow. Without room for `head` and one fact there is
    nothing.
    """
    lines, taken = [head], tokens_of(head)
    kept: list[PackedFact] = []
    for index, fact in enumerate(facts):
        packed = _fitting(fact, index, len(kept) + 1, budget - taken)
        if packed is None:
            continue
        kept.append(packed)
        lines.append(packed.text)
        taken += _line_tokens(packed.text)
    if not kept:
        return Packed("", 0, ())
    return Packed("\n".join(lines), taken, tuple(kept))


def _fitting(fact: FactText, index: int, number: int, room: int) -> PackedFact | None:
    for text, is_brief in ((fact.full, False), (fact.brief, True)):
        line = f"[{number}] {_one_line(text)}"
        if _line_tokens(line) <= room:
            return PackedFact(index, number, line, is_brief)
    return None


def _line_tokens(line: str) -> int:
    return 1 + tokens_of(line)


def _one_line(text: str) -> str:
    return " ".join(text.split())
