"""What a question asks for: its words, and the directions that they name."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final

from core.errors import BadInput
from core.records.search import Leaning, Question
from core.search.concepts import ANCHORS, TURNED_AFTER, TURNING

MAX_QUESTION: Final = 1000
"""Characters of a question."""

MAX_WORDS: Final = 64
"""Words of a question that are looked for; the rest only shapes its vector."""

_REACH: Final = 3
"""How many words after a turning one are still turned."""

_WORD: Final = re.compile(r"[^\W_]+(?:[-'\u2019][^\W_]+)*")
_SAYING_NOTHING: Final = (
    "a about all am an and any are as at be been by can could did do does doing done for from "
    "get give had has have having here how i if in into is it its just list make many me more "
    "most much my of on one or our out over please same see she he should show so some such "
    "tell than that the their them then there these they thing things this those to too under "
    "up us use using very want was we were what when where which while who whom why will with "
    "would you your find look looking got let lets ever also both each every only other own "
    "anything something ones s t d ll re ve"
)
_EMPTY: Final = frozenset(_SAYING_NOTHING.split())
"""English words that name nothing. Those of other languages are looked for like all words."""


def compounds(words: Sequence[str]) -> tuple[str, ...]:
    """Neighbours of a question as one word, as names often have them: `YogaMats`."""
    return tuple(first + second for first, second in pairwise(words))


def understood(text: str) -> Question:
    """The question, or BadInput saying what is wrong with `text`."""
    cleaned = _cleaned(text)
    words = tuple(_words(cleaned))
    kept = tuple(dict.fromkeys(word for word in words if _says_something(word)))[:MAX_WORDS]
    return Question(cleaned, kept, tuple(_leanings(words)))


def _cleaned(text: str) -> str:
    if len(text) > MAX_QUESTION:
        raise BadInput(
            f"text has {len(text)} characters, but may have {MAX_QUESTION}",
            field="text",
            mend="ask in fewer words; a passage is no question",
        )
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise BadInput(
            "text holds characters that are no text", field="text", mend="send valid Unicode"
        ) from error
    spaced = "".join(" " if unicodedata.category(each) in {"Cc", "Cf"} else each for each in text)
    cleaned = " ".join(unicodedata.normalize("NFKC", spaced).split())
    if not cleaned:
        raise BadInput("text is empty", field="text", mend="say what you are looking for")
    return cleaned


def _words(text: str) -> Iterator[str]:
    """Words in order, lower-case; what hyphens join is one word."""
    for found in _WORD.finditer(text.casefold().replace("\u2019", "'")):
        yield found.group()


def _says_something(word: str) -> bool:
    return word not in _EMPTY and word not in TURNING


def _leanings(words: Sequence[str]) -> Iterator[Leaning]:
    for place, word in enumerate(words):
        weights = ANCHORS.get(word) or ANCHORS.get(word.removesuffix("'s")) or {}
        sign = -1.0 if _is_turned(words, place) else 1.0
        for concept, weight in weights.items():
            yield Leaning(word, concept, sign * weight)


def _is_turned(words: Sequence[str], place: int) -> bool:
    """Whether an odd number of words around turn the one at `place`."""
    before = words[max(0, place - _REACH) : place]
    turns = sum(each in TURNING for each in before)
    after = words[place + 1 : place + 1 + _REACH]
    return (turns + any(each in TURNED_AFTER for each in after)) % 2 == 1
