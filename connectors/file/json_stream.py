"""JSON values taken one by one from text that comes in pieces; memory holds one value."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from connectors.file.rows import NumberText
from core.errors import BadInput
from core.jsonvalue import JSONValue

VALUE_LIMIT = 16 << 20
_WITHOUT_MARK = {
    "utf-8-sig": ("utf-8", 3),
    "utf-16": ("utf-16-le", 2),
    "utf-32": ("utf-32-le", 4),
}
_SPACE = re.compile(r"[ \t\r\n]*")
DECODER = json.JSONDecoder(parse_float=NumberText, parse_int=NumberText, parse_constant=NumberText)
"""Keeps every number as it is written."""


class JSONStream:
    """A reader over `pieces` of one JSON document. Raises BadInput naming the byte it breaks at."""

    def __init__(self, pieces: Iterator[str], encoding: str) -> None:
        self._pieces = pieces
        self._encoding, self._bytes_before = _WITHOUT_MARK.get(encoding, (encoding, 0))
        self._text = ""
        self._at = 0

    def records(self) -> Iterator[JSONValue]:
        """The items of the document's array, or of the array under its key `data`."""
        is_wrapped = self._peek() == "{"
        if is_wrapped:
            self._enter_data()
        yield from self._items()
        if is_wrapped:
            self._leave_data()
        if self._peek():
            raise self._broken("expected nothing more")

    def _enter_data(self) -> None:
        self._expect("{")
        while True:
            key = self._value()
            self._expect(":")
            if key == "data" and self._peek() == "[":
                return
            self._value()
            if self._peek() != ",":
                raise self._broken('expected a key "data" that holds an array')
            self._expect(",")

    def _leave_data(self) -> None:
        while self._peek() == ",":
            self._expect(",")
            self._value()
            self._expect(":")
            self._value()
        self._expect("}")

    def _items(self) -> Iterator[JSONValue]:
        self._expect("[")
        while self._peek() != "]":
            yield self._value()
            if self._peek() != "]":
                self._expect(",")
        self._expect("]")

    def _value(self) -> JSONValue:
        """The next whole value; more text is read until it is whole."""
        self._peek()
        while True:
            try:
                value, end = DECODER.raw_decode(self._text, self._at)
            except (json.JSONDecodeError, RecursionError) as error:
                if isinstance(error, RecursionError) or not self._more(len(self._text)):
                    raise self._broken(_what(error), error) from error
                continue
            if end < len(self._text) or not self._more(1):
                self._at = end
                return value  # type: ignore[no-any-return]  # JSON by construction

    def _peek(self) -> str:
        """The next character that is no space, '' at the end."""
        while True:
            match = _SPACE.match(self._text, self._at)
            self._at = match.end() if match else self._at
            if self._at < len(self._text) or not self._more(1):
                return self._text[self._at : self._at + 1]

    def _expect(self, character: str) -> None:
        if self._peek() != character:
            raise self._broken(f"expected {character}")
        self._at += 1

    def _more(self, wanted: int) -> bool:
        """Read on by at least `wanted` characters, dropping what was consumed."""
        if len(self._text) - self._at > VALUE_LIMIT:
            return False
        pieces: list[str] = []
        while sum(map(len, pieces)) < wanted and (piece := next(self._pieces, "")):
            pieces.append(piece)
        if pieces:
            self._bytes_before += len(self._text[: self._at].encode(self._encoding))
            self._text, self._at = "".join((self._text[self._at :], *pieces)), 0
        return bool(pieces)

    def _broken(self, what: str, error: Exception | None = None) -> BadInput:
        at = error.pos if isinstance(error, json.JSONDecodeError) else self._at
        byte = self._bytes_before + len(self._text[:at].encode(self._encoding))
        return BadInput(
            f"the file is broken JSON at byte {byte}: {what}",
            field="file",
            mend="upload an array of objects, or one under the key data, whole and valid",
        )


def _what(error: json.JSONDecodeError | RecursionError) -> str:
    return error.msg if isinstance(error, json.JSONDecodeError) else "it is nested too deeply"
