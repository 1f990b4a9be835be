"""The text of an operation: its id, and the comment at its head."""

from __future__ import annotations

import hashlib
import re
from typing import Final

HASH: Final = re.compile("[0-9a-f]{64}")
CLIENT: Final = re.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
"""What a client may be called that has operations of its own: it stands in addresses."""
NAME: Final = re.compile("[_A-Za-z][_0-9A-Za-z]{0,255}")
"""An operation's name, as GraphQL has it."""
_HEAD: Final = re.compile(r"(?:[ \t]*(?:#[^\r\n]*)?(?:\r\n|\r|\n))*")


def sha256_of(document: str) -> str:
    """The id of a document: SHA-256 of its UTF-8, in hex."""
    return hashlib.sha256(document.encode("utf-8", "replace")).hexdigest()


def head_and_document(text: str) -> tuple[str, str]:
    """The words of the comment that `text` begins with, and all that follows it."""
    end = _HEAD.match(text).end()  # type: ignore[union-attr]  # it matches nothing at least
    words = (line.strip().lstrip("#").strip() for line in text[:end].splitlines())
    return " ".join(word for word in words if word), text[end:]
