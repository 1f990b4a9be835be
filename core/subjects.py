"""A person, by what names them: an e-mail address, a customer's number, a click's id."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

from core.errors import BadInput

SHORTEST: Final = 4
LONGEST: Final = 320
MOST: Final = 50
_ENCODINGS: Final = ("utf-8", "utf-16-le", "utf-16-be", "cp1252")


@dataclass(frozen=True, slots=True)
class Naming:
    """Finds the names of one person in bytes, whatever their case, encoding and escapes.

    A name stands alone: 1001 is not in 21001, nor in 10015.
    """

    pattern: re.Pattern[bytes]
    longest: int

    @classmethod
    def of(cls, identifiers: Sequence[str]) -> Naming:
        """Of one person; BadInput for what would name many."""
        if not 1 <= len(identifiers) <= MOST:
            raise BadInput(
                f"a person is named by 1 to {MOST} identifiers",
                field="identifiers",
                mend="give those of one person",
            )
        names = [_clean(each) for each in identifiers]
        spelled = sorted({form for name in names for form in _forms(name)}, key=len, reverse=True)
        any_of = b"|".join(map(re.escape, spelled))
        alone = rb"(?<![0-9A-Za-z])(?<![0-9A-Za-z]\x00)(?:" + any_of + rb")(?!\x00?[0-9A-Za-z])"
        return cls(re.compile(alone, re.IGNORECASE), 2 * max(map(len, spelled)))

    def is_in(self, body: bytes) -> bool:
        """Whether the bytes name the person."""
        return self.pattern.search(body) is not None


def _clean(identifier: str) -> str:
    name = identifier.strip()
    if not SHORTEST <= len(name) <= LONGEST:
        raise BadInput(
            f"an identifier has {SHORTEST} to {LONGEST} characters, so that it names one person",
            field="identifiers",
            mend="give a whole e-mail address, or the whole id of a customer or click",
        )
    return name


def _forms(name: str) -> set[bytes]:
    texts = {name, name.lower(), name.upper(), json.dumps(name)[1:-1], quote(name, safe="")}
    return {
        text.encode(encoding)
        for text in texts
        for encoding in _ENCODINGS
        if encoding != "cp1252" or _fits(text)
    }


def _fits(text: str) -> bool:
    try:
        text.encode("cp1252")
    except UnicodeEncodeError:
        return False
    return True
