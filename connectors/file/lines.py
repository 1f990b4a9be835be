"""Lines of a text file, decoded, that can be handed back when they were read too far."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from pathlib import Path

from connectors.file.encodings import FALLBACK, Encoding


class RecodedLine(str):
    """A line that was not in the file's encoding and was read as Windows-1252."""

    __slots__ = ()


class UndecodableLine(str):
    """A line that is in neither encoding; its bad bytes stand as U+FFFD."""

    __slots__ = ()


class Lines(Iterator[str]):
    """Lines with their ends. `taken` holds those read since `mark`; `number` counts all read."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines = lines
        self._back: list[str] = []
        self.taken: list[str] = []
        self.number = 0

    def __next__(self) -> str:
        line = self._back.pop() if self._back else next(self._lines)
        self.taken.append(line)
        self.number += 1
        return line

    def mark(self) -> None:
        """Begin a record: forget which lines were taken."""
        self.taken.clear()

    def give_back(self) -> None:
        """Keep the first line taken and put the others back, to be read again."""
        self._back.extend(reversed(self.taken[1:]))
        self.number -= len(self.taken) - 1
        del self.taken[1:]


def decoded_lines(path: Path, encoding: Encoding) -> Iterator[str]:
    """Every line of the file with its end, without a byte order mark."""
    if encoding.is_mixed:
        yield from _mixed_lines(path, encoding.name)
        return
    with path.open(encoding=encoding.name, newline="") as file:
        yield from file


def _mixed_lines(path: Path, name: str) -> Iterator[str]:
    with path.open("rb") as file:
        for raw in file:
            yield _decoded(raw.removeprefix(codecs.BOM_UTF8), name)


def _decoded(raw: bytes, name: str) -> str:
    try:
        return raw.decode(name)
    except UnicodeError:
        pass
    try:
        return RecodedLine(raw.decode(FALLBACK))
    except UnicodeError:
        return UndecodableLine(raw.decode(name, errors="replace"))
